import { Agent, get } from 'node:http';
import {
  type Fault,
  type Simulator,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

const started: Simulator[] = [];
async function start(options?: Parameters<typeof startSimulator>[0]): Promise<Simulator> {
  const simulator = await startSimulator(options);
  started.push(simulator);
  return simulator;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()));
});

function check(simulator: Simulator, query: string, key = 'k'): Promise<Response> {
  return fetch(`${simulator.url}/check?${query}`, { headers: { Key: key } });
}

/** Resolves when the simulator has received this many checks. */
async function waitForChecks(simulator: Simulator, count: number): Promise<void> {
  while (simulator.checks.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('The simulator', () => {
  test('records every check in order, whatever its response', async () => {
    const simulator = await start({ key: 'right', now: () => 42 });
    await check(simulator, 'ipAddress=8.8.4.4&maxAgeInDays=90&verbose', 'right');
    await check(simulator, 'ipAddress=8.8.4.4', 'wrong');
    simulator.setFault({ kind: 'status', status: 503 });
    await check(simulator, 'maxAgeInDays=x', 'right');
    expect(simulator.checks).toMatchObject([
      { address: '8.8.4.4', maxAgeInDays: 90, verbose: true, key: 'right', at: 42 },
      { address: '8.8.4.4', maxAgeInDays: undefined, verbose: false, key: 'wrong' },
      { address: '', maxAgeInDays: Number.NaN, key: 'right' },
    ]);
    expect(simulator.checks[0]?.headers).toMatchObject({ key: 'right' });
  });

  test.each([
    { name: 'keeps a connection open for the next check', keepAlive: true, connections: [1, 1] },
    { name: 'numbers the connections of checks', keepAlive: false, connections: [1, 2] },
  ])('$name', async ({ keepAlive, connections }) => {
    const simulator = await start();
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    const send = () =>
      new Promise<void>((resolve, reject) => {
        const url = `${simulator.url}/check?ipAddress=8.8.4.4`;
        get(url, { agent, headers: { Key: 'k' } }, (response) => {
          response.resume().once('end', () => setImmediate(resolve));
        }).once('error', reject);
      });
    await send();
    await send();
    expect(simulator.checks.map((call) => call.connection)).toEqual(connections);
    agent.destroy();
  });

  test('accepts any key that is not empty if none is configured', async () => {
    const simulator = await start();
    expect((await check(simulator, 'ipAddress=8.8.4.4', 'anything')).status).toBe(200);
    expect((await check(simulator, 'ipAddress=8.8.4.4', '')).status).toBe(401);
  });

  test('waits for its latency before each response', async () => {
    const [slow, quick] = [await start({ latency: 3_600_000 }), await start({ latency: 20 })];
    const neverSent = check(slow, 'ipAddress=8.8.4.4');
    await waitForChecks(slow, 1);
    expect((await check(quick, 'ipAddress=8.8.4.4')).status).toBe(200);
    await Promise.all([slow.close(), expect(neverSent).rejects.toThrow()]);
  });

  test('closes while responses hang, are slow or drip', async () => {
    const simulator = await start();
    simulator.setFault({ kind: 'hang' }, '8.8.4.4');
    simulator.setFault({ kind: 'slow', ms: 3_600_000 }, '1.0.0.1');
    simulator.setFault({ kind: 'drip', ms: 3_600_000 }, '9.9.9.9');
    const open = ['8.8.4.4', '1.0.0.1', '9.9.9.9'].map(async (address) =>
      (await check(simulator, `ipAddress=${address}`)).text(),
    );
    await waitForChecks(simulator, 3);
    const outcomes = Promise.allSettled(open);
    await simulator.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    await expect(check(simulator, 'ipAddress=8.8.4.4')).rejects.toThrow();
  });

  test.each<Fault>([{ kind: 'slow', ms: 3_600_000 }, { kind: 'drip', ms: 1 }, { kind: 'hang' }])(
    'survives clients that disconnect before the response is complete: $kind',
    async (fault) => {
      const simulator = await start();
      simulator.setFault(fault, '1.0.0.1');
      const disconnect = new AbortController();
      const response = fetch(`${simulator.url}/check?ipAddress=1.0.0.1`, {
        headers: { Key: 'k' },
        signal: disconnect.signal,
      }).then((received) => received.text());
      const outcome = response.catch((error: Error) => error.name);
      await waitForChecks(simulator, 1);
      disconnect.abort();
      expect(await outcome).toBe('AbortError');
      expect((await check(simulator, 'ipAddress=8.8.4.4')).status).toBe(200);
    },
  );

  test('can be closed twice', async () => {
    const simulator = await start();
    await Promise.all([simulator.close(), simulator.close()]);
    await expect(simulator.close()).resolves.toBeUndefined();
  });

  test('reports that its port is in use', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await expect(startSimulator({ port })).rejects.toThrow(
      `The simulated AbuseIPDB cannot listen on 127.0.0.1 port ${port}: the port is in use; choose another port.`,
    );
  });

  test('listens on IPv6', async () => {
    const simulator = await start({ host: '::1' });
    expect(simulator.url).toMatch(/^http:\/\/\[::1\]:\d+\/api\/v2$/);
    expect((await check(simulator, 'ipAddress=8.8.4.4')).status).toBe(200);
  });

  test.each(['//', '/%zz', '/api/v2', '/api/v2/check/'])('returns 404 for %s', async (path) => {
    const simulator = await start();
    const { hostname, port } = new URL(simulator.url);
    const status = await new Promise((resolve, reject) => {
      get({ hostname, port, path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
    expect(status).toBe(404);
  });
});
