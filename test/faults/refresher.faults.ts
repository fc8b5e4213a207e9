import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FEED_CATALOG } from '../../app/src/feeds/index.ts';
import { encodeSnapshot } from '../../app/src/feeds/snapshot/encode.ts';
import { directAgents } from '../../app/src/lib/agents.ts';
import { readPointer } from '../../app/src/refresher/pointers.ts';
import { createReport } from '../../app/src/refresher/report.ts';
import { refresh } from '../../app/src/refresher/run.ts';
import { readRefresherSettings } from '../../app/src/refresher/settings/settings.ts';
import { createFolderStore } from '../../app/src/store/folder-store.ts';
import { createLog } from '../../app/src/telemetry/log.ts';
import { type Publisher, startPublisher } from '../app/refresher/support/publisher.ts';
import { startProcess } from '../support/process.ts';

const KILL_AT = fileURLToPath(new URL('kill-at.ts', import.meta.url));
const CANARY = 'canary-31fe';

let publisher: Publisher;
let folder: string;
beforeAll(async () => {
  publisher = await startPublisher(['source.test']);
  folder = mkdtempSync(join(tmpdir(), 'refresh-'));
});
afterAll(async () => {
  await publisher.close();
  rmSync(folder, { recursive: true });
});

const setList = (text: string) =>
  publisher.on('source.test', (response) => response.writeHead(200).end(text));

const environmentOf = () => ({
  FEEDS: `partners=https://source.test/list.txt?token=${CANARY}`,
  FEED_MIRRORS: publisher.mirrors.map(({ from, to }) => `${from}=${to}`).join(),
});

interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly killAt?: string;
}

/** Runs the refresher's entry point. */
function start(args: readonly string[], { environment = {}, killAt }: RunOptions = {}) {
  const preload = killAt === undefined ? [] : ['--import', KILL_AT];
  const command = ['--import', 'tsx', ...preload, 'app/src/refresh.ts', ...args];
  return startProcess(process.execPath, command, {
    environment: {
      ...environmentOf(),
      ...(killAt === undefined ? {} : { KILL_AT: killAt }),
      ...environment,
    },
  });
}

async function run(args: readonly string[], options?: RunOptions) {
  const refresher = start(args, options);
  const status = await refresher.exited;
  const lines = refresher.stdout().trim().split('\n').filter(Boolean);
  return {
    status,
    stderr: refresher.stderr(),
    lines: lines.map((line) => JSON.parse(line)),
    output: refresher.stdout() + refresher.stderr(),
  };
}

/** The writes of a run that supersedes a snapshot, and the pointer if the run is killed before each of them. */
const WRITES = [
  ['the claim', 'old'],
  ['the snapshot', 'old'],
  ['the pointer', 'old'],
  ['the state', 'new'],
] as const;

test('a run that is killed at any write leaves a good snapshot, and the next run completes it', async () => {
  const base = join(folder, 'base');
  setList('8.8.8.8\n9.9.9.9\n');
  await refreshHere(base);
  const { pointer: before } = await readPointer(createFolderStore(base), 'partners');
  setList('8.8.8.8\n9.9.9.10\n');
  const results = await Promise.all(
    WRITES.map(async ([name], index) => {
      const into = join(folder, `killed-${index}`);
      cpSync(base, into, { recursive: true });
      const killAt = String(index + 1);
      const { status } = await run(['--into', into, '--force'], { killAt });
      const afterKill = await describePointer(into, before?.sha256);
      await refreshHere(into);
      return [name, status, afterKill, await describePointer(into, before?.sha256)];
    }),
  );
  expect(results).toEqual(WRITES.map(([name, pointer]) => [name, 'SIGKILL', pointer, 'new']));
});

/** Runs the refresher in this process, which is faster. */
async function refreshHere(into: string): Promise<void> {
  const settings = readRefresherSettings({ ...environmentOf(), FEED_STORE: into }, FEED_CATALOG);
  await refresh({
    ...settings,
    store: createFolderStore(into),
    agents: directAgents,
    getCredential: async () => undefined,
    encode: encodeSnapshot,
    report: createReport(createLog('fatal', { write: () => undefined }), 'test', Date.now),
    accept: [],
    force: true,
    now: Date.now,
    runId: 'here',
  });
}

/** Returns whether the pointer is the old one or a new one, and fails unless its snapshot is complete. */
async function describePointer(into: string, old: string | undefined): Promise<string> {
  const store = createFolderStore(into);
  const { pointer } = await readPointer(store, 'partners');
  const key = `feeds/partners/${pointer?.sha256}`;
  const snapshot = await store.read(key, { maxBytes: 10_000 });
  if (snapshot.status !== 'found' || snapshot.etag !== `"${pointer?.sha256}"`) return 'damaged';
  return pointer?.sha256 === old ? 'old' : 'new';
}

test('SIGTERM ends a run that waits for a publisher, and the log says so', async () => {
  let onRequest: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => {
    onRequest = resolve;
  });
  publisher.on('source.test', onRequest);
  const refresher = start(['--into', join(folder, 'stopped')]);
  await requested;
  expect(await refresher.end('SIGTERM')).toBe(0);
  expect(JSON.parse(refresher.stdout())).toMatchObject({
    event: 'refresh-stopped',
    signal: 'SIGTERM',
  });
});

test.each([
  ['an unknown option', ['--acept', 'x'], {}, "Unknown option '--acept'. See --help.\n"],
  [
    'an override of a feed that is not configured',
    ['--into', 'x', '--accept', 'partner'],
    {},
    '--accept refers to a feed that FEEDS does not contain: use one of partners.\n',
  ],
  [
    'settings that are not valid',
    [],
    { FEEDS: `tor-exit,x=${CANARY}`, FEED_MIRRORS: `https://u:${CANARY}@h.test=https://i.test` },
    expect.stringMatching(/^FEED_STORE is not set: .*\n(?:.*\n)+$/),
  ],
])('%s ends the run with status 1', async (_, args, environment, stderr) => {
  const result = await run(args, { environment });
  expect(result).toMatchObject({ status: 1, stderr, lines: [] });
  expect(result.output).not.toContain(CANARY);
});
