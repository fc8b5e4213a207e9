import type { RequestListener } from 'node:http';
import { type Simulator, startSimulator } from '../../../../../app/dev/simulator/simulator.ts';
import { createCheck } from '../../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { address, type LocalServer, NOON, startServer } from '../harness.ts';

const ADDRESS = address('5.6.7.8');
const KEY = 'good-key';

function checkAt(baseUrl: string, timeout = 30_000) {
  return createCheck({ baseUrl, maxAgeInDays: 45, timeout, now: () => NOON });
}

describe('a check of the API', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ key: KEY, quota: 500, now: () => NOON });
  });
  afterAll(() => simulator.close());

  test('sends the key as a header, and the address and window as parameters', async () => {
    await checkAt(simulator.url)(ADDRESS, KEY);
    const call = simulator.checks.at(-1);
    expect(call).toMatchObject({ address: '5.6.7.8', maxAgeInDays: 45, verbose: false, key: KEY });
    expect(call?.headers).toMatchObject({ key: KEY, accept: 'application/json' });
  });

  test.each(['2001:db8:0:1::1', '2606:4700:4700::1111'])(
    'sends the address %s unchanged',
    async (text) => {
      const result = await checkAt(`${simulator.url}/`)(address(text), KEY);
      expect(result).toMatchObject({ status: 200 });
      expect(simulator.checks.at(-1)?.address).toBe(text);
    },
  );

  test('returns the record and the remaining quota', async () => {
    simulator.setRecord(ADDRESS.value, {
      abuseConfidenceScore: 33,
      usageType: null,
      isTor: undefined,
    });
    simulator.setQuota(200);
    const result = await checkAt(simulator.url)(ADDRESS, KEY);
    expect(result).toMatchObject({ record: { score: 33, usage: '', checkedAt: NOON } });
    expect(result).toMatchObject({ quotaRemaining: 199 });
    expect(result).toHaveProperty('record.tor', undefined);
  });

  test('returns auth for a wrong key', async () => {
    const result = await checkAt(simulator.url)(ADDRESS, 'wrong');
    expect(result).toMatchObject({ cause: 'auth', status: 401 });
  });

  test('returns for how long an exhausted quota stops checks', async () => {
    simulator.setQuota(0);
    const result = await checkAt(simulator.url)(ADDRESS, KEY);
    simulator.setQuota(500);
    // From noon to midnight, when the simulator's day ends.
    expect(result).toMatchObject({ cause: 'quota', status: 429, quotaRemaining: 0 });
    expect(result).toMatchObject({ retryAfterMs: 12 * 60 * 60 * 1000 });
  });

  test('reuses connections', async () => {
    const before = simulator.checks.length;
    const check = checkAt(simulator.url);
    for (let i = 0; i < 10; i += 1) await check(ADDRESS, KEY);
    const connections = simulator.checks.slice(before).map(({ connection }) => connection);
    // Two, because a check may start while the last connection is not yet back in the pool.
    expect(new Set(connections).size).toBeLessThanOrEqual(2);
  });
});

describe('a check of another server', () => {
  const SCORE = `{"data":{"ipAddress":"${ADDRESS.value}","abuseConfidenceScore":0}}`;
  const servers: LocalServer[] = [];
  const start = async (listener: RequestListener) => {
    const server = await startServer(listener);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  test.each([301, 302, 307, 308])(
    'does not follow a redirect (%i) with the key',
    async (status) => {
      const elsewhere = await start((_, response) => response.end(SCORE));
      const { url } = await start((_, response) =>
        response.writeHead(status, { location: elsewhere.url }).end(SCORE),
      );
      expect(await checkAt(url)(ADDRESS, KEY)).toEqual({ cause: 'upstream', status });
      expect(elsewhere.requests).toBe(0);
    },
  );

  test.each([201, 204, 206])('ignores the body of a response with status %i', async (status) => {
    const { url } = await start((_, response) => response.writeHead(status).end(SCORE));
    expect(await checkAt(url)(ADDRESS, KEY)).toEqual({ cause: 'upstream', status });
  });

  test('closes the connection of an endless body', async () => {
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      servers.length = 0;
      void start((_, response) => {
        response.on('close', resolve);
        const more = () => {
          sent += 1;
          if (!response.destroyed) response.write(' '.repeat(65_536), () => setImmediate(more));
        };
        more();
      });
    });
    while (servers.length === 0) await new Promise(setImmediate);
    const result = await checkAt(servers[0]?.url ?? '')(ADDRESS, KEY);
    expect(result).toEqual({ cause: 'upstream', status: 200 });
    await closed;
    expect(sent).toBeGreaterThan(4);
  });

  test('closes the connection of a response that is too late', async () => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const { url } = await start((request) => request.socket.on('close', () => close()));
    expect(await checkAt(url, 50)(ADDRESS, KEY)).toEqual({ cause: 'timeout' });
    await closed;
  });

  test('returns timeout for a body that is not complete in time', async () => {
    const { url } = await start((_, response) => {
      response.write('{"data":');
    });
    expect(await checkAt(url, 100)(ADDRESS, KEY)).toEqual({ cause: 'timeout' });
  });

  test('accepts a valid body with the content type text/plain', async () => {
    const { url } = await start((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end(SCORE),
    );
    expect(await checkAt(url)(ADDRESS, KEY)).toMatchObject({ record: { score: 0 } });
  });
});

test.each(['', 'api.abuseipdb.com', 'ftp://api.abuseipdb.com'])(
  'throws for the base URL %j',
  (baseUrl) => {
    expect(() => checkAt(baseUrl)).toThrow(
      /^The AbuseIPDB base URL ".*" is not a valid http or https URL/,
    );
  },
);
