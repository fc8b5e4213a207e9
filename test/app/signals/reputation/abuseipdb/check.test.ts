import type { RequestListener } from 'node:http';
import { type Simulator, startSimulator } from '../../../../../app/dev/simulator/simulator.ts';
import { createCheck } from '../../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { address, type LocalServer, NOON, startServer } from '../harness.ts';

const ADDRESS = address('5.6.7.8');
const KEY = 'good-key';

function checkAt(baseUrl: string, timeout = 30_000) {
  return createCheck({ baseUrl, maxAgeInDays: 45, timeout, now: () => NOON });
}

describe('against the API', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ key: KEY, quota: 500, now: () => NOON });
  });
  afterAll(() => simulator.close());

  test('a check sends the key as a header, and what it asks for', async () => {
    await checkAt(simulator.url)(ADDRESS, KEY);
    const call = simulator.checks.at(-1);
    expect(call).toMatchObject({ address: '5.6.7.8', maxAgeInDays: 45, verbose: false, key: KEY });
    expect(call?.headers).toMatchObject({ key: KEY, accept: 'application/json' });
  });

  test.each(['2001:db8:0:1::1', '2606:4700:4700::1111'])('%s arrives as it is', async (text) => {
    const answer = await checkAt(`${simulator.url}/`)(address(text), KEY);
    expect(answer).toMatchObject({ status: 200 });
    expect(simulator.checks.at(-1)?.address).toBe(text);
  });

  test('an answer carries the record and the quota that is left', async () => {
    simulator.setRecord(ADDRESS.value, {
      abuseConfidenceScore: 33,
      usageType: null,
      isTor: undefined,
    });
    simulator.setQuota(200);
    const answer = await checkAt(simulator.url)(ADDRESS, KEY);
    expect(answer).toMatchObject({ record: { score: 33, usage: '', checkedAt: NOON } });
    expect(answer).toMatchObject({ quotaRemaining: 199 });
    expect(answer).toHaveProperty('record.tor', undefined);
  });

  test('a wrong key is a fault of the configuration', async () => {
    const answer = await checkAt(simulator.url)(ADDRESS, 'wrong');
    expect(answer).toMatchObject({ cause: 'auth', status: 401 });
  });

  test('a used-up quota says for how long', async () => {
    simulator.setQuota(0);
    const answer = await checkAt(simulator.url)(ADDRESS, KEY);
    simulator.setQuota(500);
    // Noon to midnight, as the simulator's day ends.
    expect(answer).toMatchObject({ cause: 'quota', status: 429, quotaRemaining: 0 });
    expect(answer).toMatchObject({ retryAfterMs: 12 * 60 * 60 * 1000 });
  });

  test('checks one after the other keep to the connections that are open', async () => {
    const before = simulator.checks.length;
    const check = checkAt(simulator.url);
    for (let i = 0; i < 10; i += 1) await check(ADDRESS, KEY);
    const connections = simulator.checks.slice(before).map(({ connection }) => connection);
    // Two, since the next check may begin while the last one is still being put away.
    expect(new Set(connections).size).toBeLessThanOrEqual(2);
  });
});

describe('against whatever else may answer', () => {
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

  test.each([301, 302, 307, 308])('the key does not follow a redirect (%i)', async (status) => {
    const elsewhere = await start((_, response) => response.end(SCORE));
    const { url } = await start((_, response) =>
      response.writeHead(status, { location: elsewhere.url }).end(SCORE),
    );
    expect(await checkAt(url)(ADDRESS, KEY)).toEqual({ cause: 'upstream', status });
    expect(elsewhere.requests).toBe(0);
  });

  test.each([201, 204, 206])('status %i is no answer, whatever the body', async (status) => {
    const { url } = await start((_, response) => response.writeHead(status).end(SCORE));
    expect(await checkAt(url)(ADDRESS, KEY)).toEqual({ cause: 'upstream', status });
  });

  test('an endless body is given up, and its connection with it', async () => {
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
    const answer = await checkAt(servers[0]?.url ?? '')(ADDRESS, KEY);
    expect(answer).toEqual({ cause: 'upstream', status: 200 });
    await closed;
    expect(sent).toBeGreaterThan(4);
  });

  test('the connection of an answer that comes too late is given up', async () => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const { url } = await start((request) => request.socket.on('close', () => close()));
    expect(await checkAt(url, 50)(ADDRESS, KEY)).toEqual({ cause: 'timeout' });
    await closed;
  });

  test('a body under way does not outlive the limit', async () => {
    const { url } = await start((_, response) => {
      response.write('{"data":');
    });
    expect(await checkAt(url, 100)(ADDRESS, KEY)).toEqual({ cause: 'timeout' });
  });

  test('a plain-text label on a right answer does not spoil it', async () => {
    const { url } = await start((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end(SCORE),
    );
    expect(await checkAt(url)(ADDRESS, KEY)).toMatchObject({ record: { score: 0 } });
  });
});

test.each(['', 'api.abuseipdb.com', 'ftp://api.abuseipdb.com'])(
  'a base URL of %j stops the start',
  (baseUrl) => {
    expect(() => checkAt(baseUrl)).toThrow(
      /^The AbuseIPDB base URL ".*" is not a valid http or https URL/,
    );
  },
);
