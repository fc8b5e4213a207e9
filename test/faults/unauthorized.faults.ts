import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { openConnection, statusesOf } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { ServiceProcess } from './service.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 300;
const ROUNDS = 2;
/** Many times the CPU time that a refusal needs. */
const MAX_CPU_MS = 20;

/** A request without the last byte of its body. */
const REQUEST = [
  `POST ${ACTION_PATH} HTTP/1.1`,
  'Host: localhost',
  'X-API-Key: a-wrong-credential',
  `Content-Length: ${MIB}`,
  '',
  'x'.repeat(MIB - 1),
].join('\r\n');

describe('a flood of unauthorized requests of 1 MiB each', () => {
  let fleet: Fleet;
  let service: ServiceProcess;
  let before: Awaited<ReturnType<ServiceProcess['usage']>>;
  let after: typeof before;
  let statuses: readonly (readonly number[])[];
  let statusMeanwhile: number;
  let lookups: number;

  beforeAll(async () => {
    fleet = await startFleet();
    service = await fleet.start({ DRAIN_DELAY_MS: '0' });
    await service.requestDecision('9.8.0.1');
    lookups = fleet.simulator.checks.length;
    before = await service.usage();
    const all: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const flood = Promise.all(
        Array.from({ length: CONNECTIONS }, () => statusesOfRequest(service.port)),
      );
      statusMeanwhile = (await service.requestDecision('9.8.0.1')).status;
      all.push(...(await flood));
    }
    statuses = all;
    after = await service.usage();
    lookups = fleet.simulator.checks.length - lookups;
    await service.process.end();
  }, 180_000);

  afterAll(() => fleet.stop());

  test('each is answered before its body is complete, and authorized requests are served', () => {
    expect(statuses).toEqual(Array(CONNECTIONS * ROUNDS).fill([401]));
    expect(statusMeanwhile).toBe(200);
  });

  test('the bodies are not kept in memory', () => {
    expect(after.peakBytes - before.peakBytes).toBeLessThan((CONNECTIONS * MIB) / 3);
  });

  test('a request costs little CPU time and no lookup', () => {
    expect((after.cpuMs - before.cpuMs) / (CONNECTIONS * ROUNDS)).toBeLessThan(MAX_CPU_MS);
    expect(lookups).toBe(0);
  });

  test('the log counts every rejection in a few lines', () => {
    const lines = service.process.stdout().match(/^.*"event":"rejected".*$/gm) ?? [];
    const records = lines.map((line) => JSON.parse(line));
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(CONNECTIONS * ROUNDS);
    expect(records.length).toBeLessThan((CONNECTIONS * ROUNDS) / 10);
  });
});

/** Sends a request without its last byte, and reads until the server closes the connection. */
async function statusesOfRequest(port: number): Promise<number[]> {
  const socket: Socket = await openConnection(port);
  let received = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.write(REQUEST, 'latin1');
  await once(socket, 'close');
  return statusesOf(received);
}
