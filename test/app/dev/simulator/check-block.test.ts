import {
  type Fault,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

const NOON = Date.parse('2026-11-20T12:00:00Z');

let simulator: Simulator;
async function start(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ now: () => NOON, ...options });
}
afterEach(() => simulator.close());

const ask = (network: string, query = '&maxAgeInDays=365', headers = { Key: 'k' }) =>
  fetch(`${simulator.url}/check-block?network=${encodeURIComponent(network)}${query}`, { headers });

// biome-ignore lint/suspicious/noExplicitAny: the tests compare what was received
async function dataOf(response: Response): Promise<any> {
  return ((await response.json()) as { data: unknown }).data;
}

async function checkOf(ipAddress: string) {
  const query = new URLSearchParams({ ipAddress, maxAgeInDays: '365' });
  return dataOf(await fetch(`${simulator.url}/check?${query}`, { headers: { Key: 'k' } }));
}

describe('The simulated CHECK-BLOCK', () => {
  test('describes the block, and lists each address with reports as CHECK does', async () => {
    await start();
    simulator.setRecord('8.8.8.9', { abuseConfidenceScore: 96, totalReports: 40 });
    const { reportedAddress, ...block } = await dataOf(await ask('8.8.8.0/24'));
    expect(block).toEqual({
      networkAddress: '8.8.8.0',
      netmask: '255.255.255.0',
      minAddress: '8.8.8.1',
      maxAddress: '8.8.8.254',
      numPossibleHosts: 254,
      addressSpaceDesc: 'Internet',
    });
    const reported = new Map(
      reportedAddress.map((entry: { ipAddress: string }) => [entry.ipAddress, entry]),
    );
    expect(reported.get('8.8.8.9')).toEqual({
      ipAddress: '8.8.8.9',
      numReports: 40,
      mostRecentReport: expect.stringMatching(/^2026-.+\+00:00$/),
      abuseConfidenceScore: 96,
      countryCode: expect.anything(),
    });
    for (let host = 1; host < 255; host += 1) {
      const { totalReports, abuseConfidenceScore } = await checkOf(`8.8.8.${host}`);
      const entry = reported.get(`8.8.8.${host}`);
      if (totalReports === 0) expect(entry).toBeUndefined();
      else expect(entry).toMatchObject({ numReports: totalReports, abuseConfidenceScore });
    }
    const scores = reportedAddress.map(
      (entry: { abuseConfidenceScore: number }) => entry.abuseConfidenceScore,
    );
    // An address with reports can have the score 0.
    expect(scores).toContain(0);
    expect(scores.length).toBeLessThan(254);
  });

  test('lists neither the first nor the last address', async () => {
    await start();
    for (const host of [0, 1, 254, 255]) {
      simulator.setRecord(`8.8.8.${host}`, { abuseConfidenceScore: 90 });
    }
    const { reportedAddress } = await dataOf(await ask('8.8.8.0/24'));
    const addresses = reportedAddress.map(({ ipAddress }: { ipAddress: string }) => ipAddress);
    expect(addresses).toEqual(expect.arrayContaining(['8.8.8.1', '8.8.8.254']));
    expect(addresses).not.toContain('8.8.8.0');
    expect(addresses).not.toContain('8.8.8.255');
  });

  test('lists fewer addresses in a shorter window', async () => {
    await start();
    const reportedIn = async (days: string) =>
      (await dataOf(await ask('8.8.8.0/24', days))).reportedAddress.length;
    expect(await reportedIn('&maxAgeInDays=30')).toBeLessThan(
      await reportedIn('&maxAgeInDays=365'),
    );
    expect(await reportedIn('')).toBe(await reportedIn('&maxAgeInDays=30'));
  });

  test.each([
    ['ignores host bits, as in the documented example', '127.0.0.1/24', '127.0.0.0', 254],
    ['accepts a smaller block', '8.8.8.128/25', '8.8.8.128', 126],
  ])('%s', async (_, network, networkAddress, numPossibleHosts) => {
    await start();
    expect(await dataOf(await ask(network))).toMatchObject({ networkAddress, numPossibleHosts });
  });

  test.each<[string, SimulatorOptions, string, string, number, object]>([
    ['no network', {}, '', '', 422, { source: { parameter: 'network' } }],
    ['no CIDR', {}, '8.8.8.8', '', 422, { source: { parameter: 'network' } }],
    ['an IPv6 network', {}, '2a00::/64', '', 422, { source: { parameter: 'network' } }],
    ['a long window', {}, '8.8.8.0/24', '&maxAgeInDays=366', 422, {}],
    ['a wide block on the free plan', {}, '8.8.8.0/23', '', 402, {}],
    ['a wide block', { plan: 'premium' }, '8.8.0.0/15', '', 402, {}],
    ['a wrong key', { key: 'other' }, '8.8.8.0/24', '', 401, {}],
  ])('rejects %s', async (_, options, network, query, status, error) => {
    await start(options);
    const response = await ask(network, query);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ status, ...error }] });
    expect(response.headers.get('x-ratelimit-limit')).toBe(
      options.plan === 'premium' ? '5000' : '100',
    );
  });

  test('has a quota of its own', async () => {
    await start({ blockQuota: 2 });
    const remaining = async () => (await ask('8.8.8.0/24')).headers.get('x-ratelimit-remaining');
    expect([await remaining(), await remaining()]).toEqual(['1', '0']);
    const refused = await ask('8.8.8.0/24');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe(String(12 * 60 * 60));
    const check = await fetch(`${simulator.url}/check?ipAddress=8.8.8.8`, {
      headers: { Key: 'k' },
    });
    expect(check.headers.get('x-ratelimit-remaining')).toBe('999');
    expect([simulator.checks.length, simulator.blockChecks.length]).toEqual([1, 3]);
  });

  test.each<[string, Fault, number]>([
    ['its own fault', { kind: 'status', status: 503 }, 503],
    ['the fault for all, unless it has its own', { kind: 'html' }, 200],
  ])('has %s', async (_, own, status) => {
    await start();
    simulator.setFault({ kind: 'status', status: 500 });
    expect((await ask('8.8.8.0/24')).status).toBe(500);
    simulator.setCheckBlockFault(own);
    expect((await ask('8.8.8.0/24')).status).toBe(status);
    simulator.setFault(undefined);
    simulator.setCheckBlockFault(undefined);
    expect((await dataOf(await ask('8.8.8.0/24'))).networkAddress).toBe('8.8.8.0');
  });

  test('is controlled over HTTP', async () => {
    await start();
    const control = simulator.url.replace('/api/v2', '/simulator/check-block');
    const put = (body: object) => fetch(control, { method: 'PUT', body: JSON.stringify(body) });
    await put({ fault: { kind: 'status', status: 402 }, remaining: 7 });
    const rejected = await ask('8.8.8.0/24');
    expect([rejected.status, rejected.headers.get('x-ratelimit-remaining')]).toEqual([402, '7']);
    await put({ fault: null });
    expect((await ask('8.8.8.0/24')).status).toBe(200);
    expect((await put({ fault: 'everything' })).status).toBe(400);
  });
});
