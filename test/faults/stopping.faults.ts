import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { openConnection, readToEnd } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { CLOSES, CLOSING, idleConnection, pieces, signal } from './leaving.ts';
import { until } from './states.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.stop());

describe('A request that is under way when the service is told to stop', () => {
  test.each<[string, readonly NodeJS.Signals[]]>([
    ['by SIGTERM', ['SIGTERM']],
    ['by SIGINT', ['SIGINT']],
    ['twice', ['SIGTERM', 'SIGTERM']],
    ['in two ways', ['SIGTERM', 'SIGINT']],
  ])('%s: is decided by its deadline, though AbuseIPDB hangs', async (_, names) => {
    const service = await fleet.start({ DRAIN_DELAY_MS: '0', ABUSEIPDB_TIMEOUT_MS: '4000' });
    const asked = fleet.simulator.checks.length;
    const connection = await openConnection(service.port);
    const answer = readToEnd(connection);
    connection.write(pieces(fleet.hanging()).join(''));
    await until(async () => fleet.simulator.checks.length > asked, 'AbuseIPDB is asked');
    for (const name of names) await signal(service, name);
    expect(await answer).toMatch(CLOSES);
    expect(await service.process.exited).toBe(0);
    expect(service.process.stdout().match(/"event":"(?:draining|stopped)"/g)).toHaveLength(2);
  });

  test.each([
    ['while requests are still taken', '5000'],
    ['later', '0'],
  ])('is answered when it becomes whole %s', async (_, delay) => {
    const service = await fleet.start({ DRAIN_DELAY_MS: delay });
    const [start, end] = pieces(fleet.known());
    const connection = await idleConnection(service, fleet.known());
    const answer = readToEnd(connection);
    connection.write(start);
    // The service has read it when it has answered a later one.
    await (await idleConnection(service, fleet.known())).destroy();
    await signal(service, 'SIGTERM');
    connection.write(end);
    expect(await answer).toMatch(CLOSES);
    if (delay === '0') expect(await service.process.exited).toBe(0);
  });

  test('is given up when it never becomes whole', async () => {
    const service = await fleet.start({ DRAIN_DELAY_MS: '0', DECISION_DEADLINE_MS: '100' });
    const connection = await openConnection(service.port);
    const answer = readToEnd(connection);
    connection.write(pieces(fleet.known())[0]);
    const start = performance.now();
    await signal(service, 'SIGTERM');
    expect(await service.process.exited).toBe(0);
    expect(performance.now() - start).toBeLessThan(CLOSING);
    expect(await answer).toBe('');
  });
});

test('SIGTERM during the start: the process ends by itself and never says that it is ready', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const service = fleet.launch({
    ACTION_CREDENTIAL: '',
    ACTION_CREDENTIAL_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abc123',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
  });
  const [connection] = await once(silent, 'connection');
  expect(await service.end()).toBe(0);
  expect(service.stdout()).toMatch(/"event":"draining".*\n.*"event":"stopped".*\n$/);
  expect(service.stdout()).not.toContain('"event":"ready"');
  connection.destroy();
  silent.close();
});
