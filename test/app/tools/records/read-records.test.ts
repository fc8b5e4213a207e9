import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { LineSplitter } from '../../../../app/tools/records/line-splitter.ts';
import { readRecords } from '../../../../app/tools/records/read-records.ts';
import { findSources } from '../../../../app/tools/records/sources.ts';

const line = (id: number | string) => `{"event":"decision","id":${JSON.stringify(id)}}\n`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  await mkdir(join(folder, 'logs/stream'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  const members = [gzipSync(line(4)), gzipSync(line(5)), gzipSync(line('ü'))];
  await Promise.all(
    Object.entries({
      'plain.log': `${line(1)}{"event":"start"}\n\n{"event":"decision","id\n${line(2).trimEnd()}`,
      'windows.log': line(3).replace('\n', '\r\n'),
      'members.gz': Buffer.concat(members),
      'cut.gz': gzipSync(line(6).repeat(100)).subarray(0, -20),
      'logs/b': gzipSync(line(8)),
      'logs/stream/a': line(7),
    }).map(([name, content]) => writeFile(join(folder, name), content)),
  );
});

afterAll(() => rm(folder, { recursive: true }));

/** Reads files, and returns the ids of the records with the summary. */
async function read(paths: readonly string[], stdin: Iterable<Buffer | string> = []) {
  const ids: unknown[] = [];
  const progress: number[] = [];
  const sources = await findSources(paths, folder, Readable.from(stdin));
  const summary = await readRecords(sources, {
    onValue(value) {
      const { event, id } = value as { event: string; id: unknown };
      if (event === 'decision') ids.push(id);
      return event === 'decision';
    },
    onProgress: (bytes) => progress.push(bytes),
  });
  return {
    ids,
    ...summary,
    bytes: progress.at(-1),
    size: sources.reduce((sum, one) => sum + one.size, 0),
  };
}

test.each<[string, readonly string[], readonly (Buffer | string)[], readonly unknown[]]>([
  ['a file', ['plain.log'], [], [1, 2]],
  ['a file with carriage returns', ['windows.log'], [], [3]],
  ['several gzip members', ['members.gz'], [], [4, 5, 'ü']],
  ['a folder with its folders', ['logs'], [], [8, 7]],
  ['several files', ['windows.log', 'members.gz'], [], [3, 4, 5, 'ü']],
  ['standard input', ['-'], [line(1), line(2)], [1, 2]],
  ['compressed standard input', ['-'], [gzipSync(line(9))], [9]],
  [
    'standard input byte by byte',
    ['-'],
    [...gzipSync(line('ü'))].map((byte) => Buffer.of(byte)),
    ['ü'],
  ],
  [
    'characters split between chunks',
    ['-'],
    [...Buffer.from(line('ü'))].map((byte) => Buffer.of(byte)),
    ['ü'],
  ],
  ['empty standard input', ['-'], [], []],
])('reads %s', async (_, paths, stdin, ids) => {
  expect((await read(paths, stdin)).ids).toEqual(ids);
});

/** A record as tools indent it. @param spaces of a level. */
function indented(record: object, spaces: number, outer = ''): string {
  return JSON.stringify(record, null, spaces).replaceAll('\n', `\n${outer}`);
}

const RECORD = {
  level: 'info',
  event: 'decision',
  id: 1,
  rules: ['a'],
  ms: { total: 2 },
  failed: [],
};

test.each<[string, string, readonly unknown[]]>([
  [
    '`aws logs tail --format json`',
    `2026-01-05T10:30:00.1+00:00 a/b \n${indented(RECORD, 4)}\n`.repeat(2),
    [1, 1],
  ],
  ['`jq .`', `${indented({ event: 'start' }, 2)}\n${indented(RECORD, 2)}\n`, [1]],
  [
    '`jq --slurp .`',
    `[\n  ${indented(RECORD, 2, '  ')},\n  ${indented(RECORD, 2, '  ')}\n]\n`,
    [1, 1],
  ],
  [
    'Logs Insights, exported as JSON',
    indented([{ '@timestamp': 'x', '@message': RECORD }, { '@message': RECORD }], 2),
    [1, 1],
  ],
  [
    'an indented document with a record on each line',
    indented(
      { events: [{ message: JSON.stringify(RECORD) }, { message: JSON.stringify(RECORD) }] },
      4,
    ),
    [1, 1],
  ],
])('reads %s, and counts no other lines', async (_, text, ids) => {
  expect(await read(['-'], [text])).toMatchObject({ ids, otherLines: 0, brokenLines: 0 });
});

test('counts other lines and broken ones, with the place of the first', async () => {
  expect(await read(['windows.log', 'plain.log'])).toMatchObject({
    otherLines: 1,
    brokenLines: 1,
    firstBroken: 'plain.log:4',
  });
});

test('reports the bytes read, which reach the size of all files', async () => {
  const { bytes, size } = await read(['plain.log', 'members.gz']);
  expect(bytes).toBe(size);
});

test.each([
  ['missing.log', 'The file missing.log does not exist: correct the path.'],
  ['empty', 'The folder empty contains no files: name another.'],
  [
    'cut.gz',
    'The file cut.gz is compressed, but damaged or cut off (Z_BUF_ERROR): download it again.',
  ],
])('reports %s', async (path, message) => {
  await expect(read([path])).rejects.toThrow(message);
});

test('reads standard input once, and not from a terminal', async () => {
  await expect(read(['-', '-'])).rejects.toThrow('can be read only once');
  const terminal = Object.assign(Readable.from([]), { isTTY: true });
  await expect(findSources(['-'], folder, terminal)).rejects.toThrow('is the terminal');
});

test('a document without line feeds is split between its records, whatever its length', () => {
  const record = `{"messageType":"DATA_MESSAGE","text":"${'x'.repeat(1000)}"}`;
  const lines: string[] = [];
  let longest = 0;
  const splitter = new LineSplitter((each) => {
    lines.push(each);
    longest = Math.max(longest, each.length);
  });
  const chunk = record.repeat(500);
  for (let at = 0; at < 10; at += 1) splitter.push(chunk);
  splitter.end();
  expect(lines.join('')).toBe(chunk.repeat(10));
  expect(longest).toBeLessThan(1.5 * 1024 * 1024);
});

test('a line that fits into no memory is an error', () => {
  const splitter = new LineSplitter(() => undefined);
  const chunk = 'x'.repeat(16 * 1024 * 1024);
  const push = () => {
    for (let at = 0; at < 5; at += 1) splitter.push(chunk);
  };
  expect(push).toThrow('Line 1 is longer than 64 MiB: write one record per line.');
});
