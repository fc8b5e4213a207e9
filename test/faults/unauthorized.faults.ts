import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { openConnection, statusesOf } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { ServiceProcess } from './service.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 300;
const ROUNDS = 2;

/** All of a request but the last byte of its body. */
const REQUEST = [
  `POST ${ACTION_PATH} HTTP/1.1`,
  'Host: localhost',
  'X-API-Key: a-guess-of-somebody',
  `Content-Length: ${MIB}`,
  '',
  'x'.repeat(MIB - 1),
].join('\r\n');

describe('A flood of requests without the credential, of 1 MiB each', () => {
  let fleet: Fleet;
  let service: ServiceProcess;
  let before: Awaited<ReturnType<ServiceProcess['usage']>>;
  let after: typeof before;
  let answers: readonly (readonly number[])[];
  let meanwhile: number;
  let lookups: number;

  beforeAll(async () => {
    fleet = await startFleet();
    service = await fleet.start({ DRAIN_DELAY_MS: '0' });
    await service.ask('9.8.0.1');
    lookups = fleet.simulator.checks.length;
    before = await service.usage();
    const all: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const flood = Promise.all(Array.from({ length: CONNECTIONS }, () => refused(service.port)));
      meanwhile = (await service.ask('9.8.0.1')).status;
      all.push(...(await flood));
    }
    answers = all;
    after = await service.usage();
    lookups = fleet.simulator.checks.length - lookups;
    await service.process.end();
  }, 180_000);

  afterAll(() => fleet.stop());

  test('each is answered before its body is whole, and others are served', () => {
    expect(answers).toEqual(Array(CONNECTIONS * ROUNDS).fill([401]));
    expect(meanwhile).toBe(200);
  });

  test('no body is kept: they would need hundreds of megabytes', () => {
    expect(after.peak - before.peak).toBeLessThan((CONNECTIONS * MIB) / 3);
  });

  test('it costs little CPU, and nothing is looked up', () => {
    expect((after.cpu - before.cpu) / (CONNECTIONS * ROUNDS)).toBeLessThan(20);
    expect(lookups).toBe(0);
  });

  test('the log has a line a second of it, and a count of them all', () => {
    const lines = service.process.stdout().match(/^.*"event":"rejected".*$/gm) ?? [];
    const records = lines.map((line) => JSON.parse(line));
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(CONNECTIONS * ROUNDS);
    const times = records.map(({ time }) => Date.parse(time));
    // The last line may be that of the end, which waits for no second.
    for (const [index, time] of times.slice(0, -1).entries()) {
      expect(time - (times[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(900);
    }
  });
});

/** Sends all but the last byte of a request, and reads until the server ends the connection. */
async function refused(port: number): Promise<number[]> {
  const socket: Socket = await openConnection(port);
  let read = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece) => {
    read += piece.toString('latin1');
  });
  socket.write(REQUEST, 'latin1');
  await once(socket, 'close');
  return statusesOf(read);
}
