import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { unpackMmdb } from '../../../../app/src/feeds/sources/archive.ts';

const MAX_BYTES = 64 * 1024;
const content = Buffer.from('the database');

type Entries = Parameters<typeof packTar>[0];
const file = (name: string, data = content): Entries[number] => ({
  header: { name, size: data.length },
  body: data,
});
const link = (type: 'symlink' | 'link', name: string): Entries[number] => ({
  header: { name, type, size: 0, linkname: '/etc/passwd' },
});

async function archiveOf(entries: Entries): Promise<Buffer> {
  return Buffer.from(await packTar(entries));
}

const unpack = (tar: Buffer) => unpackMmdb(gzipSync(tar), MAX_BYTES, 'some-feed');

test.each<[string, Entries]>([
  ['alone', [file('a.mmdb')]],
  ['in a folder, with texts', [file('a/LICENSE.txt'), file('a/a.mmdb'), file('a/COPYRIGHT.txt')]],
  ['with an absolute path', [file('/etc/a.mmdb')]],
  ['with a path to a parent folder', [file('a/../../a.mmdb')]],
  ['with a long path', [file(`${'folder/'.repeat(40)}a.mmdb`)]],
  ['beside links', [link('symlink', 'b.mmdb'), file('a.mmdb'), link('link', 'c.mmdb')]],
  [
    'beside a folder',
    [{ header: { name: 'b.mmdb/', type: 'directory', size: 0 } }, file('a.mmdb')],
  ],
  [
    'with attributes',
    [{ header: { name: 'x', size: 12, pax: { path: 'a.mmdb' } }, body: content }],
  ],
])('returns the database %s', async (_, entries) => {
  expect(await unpack(await archiveOf(entries))).toEqual(content);
});

test.each<[string, Entries, RegExp]>([
  ['no entries', [], /contains 0 .mmdb files, expected one/],
  ['only texts', [file('LICENSE.txt')], /contains 0/],
  ['only a link', [link('symlink', 'a.mmdb')], /contains 0/],
  ['two databases', [file('a.mmdb'), file('b.mmdb')], /contains 2/],
  ['the database twice', [file('a.mmdb'), file('a.mmdb')], /contains 2/],
  ['another case', [file('a.MMDB')], /contains 0/],
])('rejects an archive with %s', async (_, entries, message) => {
  const act = unpack(await archiveOf(entries));
  await expect(act).rejects.toMatchObject({
    reason: 'format',
    message: expect.stringMatching(message),
  });
});

test('rejects what is not a complete archive', async () => {
  const tar = await archiveOf([file('a.mmdb')]);
  const wrongHeader = Buffer.from(tar).fill('9', 124, 126);
  const cut = [
    tar.subarray(0, 100),
    tar.subarray(0, 520),
    tar.subarray(0, 1024),
    tar.subarray(0, 1536),
    Buffer.from('not an archive'),
    Buffer.alloc(0),
    wrongHeader,
  ];
  for (const part of cut) await expect(unpack(part)).rejects.toMatchObject({ reason: 'format' });
});

test('does not decompress more than the limit', async () => {
  const tar = await archiveOf([file('a.mmdb', Buffer.alloc(8 * 1024 * 1024))]);
  await expect(unpack(tar)).rejects.toMatchObject({
    reason: 'format',
    message: expect.stringContaining('bytes when decompressed'),
  });
});
