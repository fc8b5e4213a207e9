import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { type BundledService, writeBundle } from '../support/bundle.ts';
import { freePort } from '../support/free-port.ts';
import { payloadFrom } from '../support/payloads.ts';
import { startNode } from '../support/process.ts';
import { SECRET, settingsFor, TABLE } from '../support/running-service.ts';

let bundle: BundledService;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;

beforeAll(async () => {
  [bundle, simulator, dynamoDb] = await Promise.all([
    writeBundle(),
    startSimulator(),
    startLocalDynamoDb(),
  ]);
  await dynamoDb.createTable(TABLE);
});

afterAll(async () => {
  await Promise.all([simulator.close(), dynamoDb.close()]);
  bundle.remove();
});

type Output = 'pipe' | number;

const FULL_DEVICE = '/dev/full';

/** Destinations of standard output that do not accept writes. */
const OUTPUTS: readonly (readonly [name: string, open: () => Output])[] = [
  ['a pipe that nobody reads', () => 'pipe'],
  // Every write to this device of Linux fails.
  ...(existsSync(FULL_DEVICE) ? [['a full disk', () => openSync(FULL_DEVICE, 'w')] as const] : []),
];

if (!existsSync(FULL_DEVICE)) {
  process.stderr.write(
    `Skipped because ${FULL_DEVICE} is missing: standard output to a full disk\n`,
  );
}

async function start(output: Output) {
  const port = await freePort();
  const environment = {
    ...settingsFor(simulator),
    PORT: String(port),
    LOG_LEVEL: 'trace',
    METRICS_INTERVAL: '1s',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.clientConfig.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const child = spawn(process.execPath, [bundle.main], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', output, 'inherit'],
  });
  const exited = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`The service exited with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, exited, url: `${origin}${ACTION_PATH}` };
}

const HEADERS = { 'content-type': 'application/json', 'x-api-key': SECRET };
/** Their records exceed the capacity of a pipe (64 KiB), or of a socket used as one, several times. */
const REQUESTS = 400;

describe('With standard output to', () => {
  test.each(OUTPUTS)(
    // A response that waited for the log would never be sent.
    '%s, every request gets a response, and the service exits on SIGTERM',
    async (_, open) => {
      const output = open();
      const { child, exited, url } = await start(output);
      // Node reads a pipe as soon as it has a listener.
      child.stdout?.pause();
      const body = payloadFrom('103.159.198.178');
      for (let sent = 0; sent < REQUESTS; sent += 50) {
        await Promise.all(
          Array.from({ length: 50 }, async () => {
            const response = await fetch(url, { method: 'POST', headers: HEADERS, body });
            expect(await response.json()).toMatchObject({ actionStatus: 'FAILED' });
          }),
        );
      }
      child.kill('SIGTERM');
      // The write in progress never completes, and Node would wait for it.
      expect(await exited).toEqual([null, 'SIGKILL']);
      if (typeof output === 'number') closeSync(output);
    },
  );
});

test('A service that fails to start writes its log before it exits', async () => {
  const occupant = createServer().listen(0);
  await once(occupant, 'listening');
  const address = occupant.address();
  const service = startNode([bundle.main], {
    ...settingsFor(simulator),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.clientConfig.endpoint,
    ABUSEIPDB_API_KEY: 'replace-me',
    PORT: String(typeof address === 'object' ? address?.port : 0),
  });
  expect(await service.exited).toBe(1);
  occupant.close();
  expect(service.stderr()).toContain('is taken by another process');
  expect(service.stdout()).toContain('"event":"abuseipdb-key-missing"');
});
