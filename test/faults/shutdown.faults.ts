import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { openConnection, readToEnd } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { CLOSING_RESPONSE, idleConnection, sendSignal, splitRequest } from './shutdown.ts';
import { waitUntil } from './states.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.stop());

describe('a request in progress at shutdown', () => {
  test.each<[string, readonly NodeJS.Signals[]]>([
    ['SIGTERM', ['SIGTERM']],
    ['SIGINT', ['SIGINT']],
    ['SIGTERM twice', ['SIGTERM', 'SIGTERM']],
    ['SIGTERM and SIGINT', ['SIGTERM', 'SIGINT']],
  ])('%s: is decided at its deadline although AbuseIPDB hangs', async (_, names) => {
    const service = await fleet.start({ DRAIN_DELAY_MS: '0', ABUSEIPDB_TIMEOUT_MS: '4000' });
    const checksBefore = fleet.simulator.checks.length;
    const connection = await openConnection(service.port);
    const response = readToEnd(connection);
    connection.write(splitRequest(fleet.hangingRequest()).join(''));
    const isLookedUp = async () => fleet.simulator.checks.length > checksBefore;
    await waitUntil(isLookedUp, 'AbuseIPDB is called');
    for (const name of names) await sendSignal(service, name);
    expect(await response).toMatch(CLOSING_RESPONSE);
    expect(await service.process.exited).toBe(0);
    expect(service.process.stdout().match(/"event":"(?:draining|stopped)"/g)).toHaveLength(2);
  });

  test.each([
    ['during the drain delay', '5000'],
    ['after it', '0'],
  ])('is answered if its body is completed %s', async (_, delay) => {
    const service = await fleet.start({ DRAIN_DELAY_MS: delay });
    const [start, end] = splitRequest(fleet.knownRequest());
    const connection = await idleConnection(service, fleet.knownRequest());
    const response = readToEnd(connection);
    connection.write(start);
    // The service has read it once it answers a later one.
    await (await idleConnection(service, fleet.knownRequest())).destroy();
    await sendSignal(service, 'SIGTERM');
    connection.write(end);
    expect(await response).toMatch(CLOSING_RESPONSE);
    if (delay === '0') expect(await service.process.exited).toBe(0);
  });

  test('is dropped if its body is never completed', async () => {
    const service = await fleet.start({ DRAIN_DELAY_MS: '0', DECISION_DEADLINE_MS: '100' });
    const connection = await openConnection(service.port);
    const response = readToEnd(connection);
    connection.write(splitRequest(fleet.knownRequest())[0]);
    await sendSignal(service, 'SIGTERM');
    expect(await service.process.exited).toBe(0);
    expect(await response).toBe('');
  });
});

test('SIGTERM during start-up: the process exits and never reports ready', async () => {
  const unresponsive = createServer().listen(0, '127.0.0.1');
  await once(unresponsive, 'listening');
  const service = fleet.spawn({
    ACTION_CREDENTIAL: '',
    ACTION_CREDENTIAL_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abc123',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(unresponsive.address() as AddressInfo).port}`,
  });
  const [connection] = await once(unresponsive, 'connection');
  expect(await service.end()).toBe(0);
  expect(service.stdout()).toMatch(/"event":"draining".*\n.*"event":"stopped".*\n$/);
  expect(service.stdout()).not.toContain('"event":"ready"');
  connection.destroy();
  unresponsive.close();
});
