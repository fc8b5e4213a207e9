import {
  type BlacklistFault,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

const NOW = Date.parse('2026-11-20T06:30:00Z');

let simulator: Simulator;
async function start(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ now: () => NOW, ...options });
}
afterEach(() => simulator.close());

function ask(query: string, headers: Record<string, string> = { Key: 'k' }): Promise<Response> {
  return fetch(`${simulator.url}/blacklist?${query}`, { headers });
}

// biome-ignore lint/suspicious/noExplicitAny: the tests compare what was received
async function json(response: Response): Promise<any> {
  return response.json();
}

async function scores(query: string): Promise<number[]> {
  const { data } = await json(await ask(query));
  return data.map(
    ({ abuseConfidenceScore }: { abuseConfidenceScore: number }) => abuseConfidenceScore,
  );
}

describe('The simulated BLACKLIST', () => {
  test.each<{
    name: string;
    options: SimulatorOptions;
    query: string;
    count: number;
    lowest: number;
  }>([
    {
      name: 'gives a subscriber all scores from the minimum on',
      options: { plan: 'basic', listed: 2_000 },
      query: 'confidenceMinimum=25&limit=500000',
      count: 2_002,
      lowest: 25,
    },
    {
      name: 'ignores the minimum without a subscription',
      options: { listed: 2_000 },
      query: 'confidenceMinimum=25&limit=500000',
      count: 401,
      lowest: 100,
    },
    {
      name: 'cuts the list to the limit',
      options: { plan: 'premium', listed: 2_000 },
      query: 'confidenceMinimum=25&limit=1000',
      count: 1_000,
      lowest: 71,
    },
    {
      name: "cuts the list to the plan's size",
      options: { plan: 'standard', listed: 60_000 },
      query: 'limit=500000',
      count: 10_000,
      lowest: 100,
    },
    {
      name: 'gives one IP version',
      options: { plan: 'basic', listed: 2_000 },
      query: 'confidenceMinimum=25&ipVersion=6',
      count: 50,
      lowest: 25,
    },
  ])('$name', async ({ options, query, count, lowest }) => {
    await start(options);
    const list = await scores(query);
    expect(list).toHaveLength(count);
    expect(list.at(-1)).toBe(lowest);
    expect(list).toEqual(list.toSorted((one, other) => other - one));
  });

  test('limits the requests of the free plan to five a day', async () => {
    await start();
    const statuses = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await ask('')).status);
    const refused = await ask('');
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'retry-after': `${17.5 * 3600}`,
    });
  });

  test('dates the list, in JSON and in plain text', async () => {
    await start({ plan: 'basic' });
    expect((await json(await ask(''))).meta).toEqual({
      generatedAt: '2026-11-20T06:00:00+00:00',
    });
    const text = await ask('plaintext');
    expect(text.headers.get('x-generated-at')).toBe('2026-11-20T06:00:00+00:00');
    expect(await text.text()).toContain('103.159.198.178');
  });

  test('agrees with CHECK on listed and unlisted addresses', async () => {
    await start({ plan: 'basic', listed: 500 });
    const { data } = await json(await ask('confidenceMinimum=25'));
    const check = async (address: string) => {
      const url = `${simulator.url}/check?ipAddress=${address}`;
      return (await json(await fetch(url, { headers: { Key: 'k' } }))).data.abuseConfidenceScore;
    };
    const { ipAddress, abuseConfidenceScore } = data[300];
    expect(await check(ipAddress)).toBe(abuseConfidenceScore);
    const unlisted = await Promise.all(
      Array.from({ length: 100 }, (_, index) => check(`34.0.0.${index}`)),
    );
    expect(Math.max(...unlisted)).toBeLessThan(25);
  });

  test('requires a key', async () => {
    await start();
    expect((await ask('', {})).status).toBe(401);
  });

  test.each<{ fault: BlacklistFault; seen: object }>([
    { fault: 402, seen: { status: 402 } },
    { fault: 429, seen: { status: 429, retryAfter: '63000' } },
    { fault: 'html', seen: { status: 200, type: 'text/html; charset=UTF-8' } },
    { fault: 'scores-as-text', seen: { score: '100' } },
    { fault: 'no-date', seen: { date: undefined, score: 100 } },
    { fault: 'old', seen: { date: '2026-11-17T00:00:00+00:00' } },
    { fault: 'half', seen: { status: 200, score: undefined } },
  ])('simulates the fault $fault', async ({ fault, seen }) => {
    await start();
    simulator.setBlacklistFault(fault);
    const response = await ask('');
    const body = await json(response).catch(() => undefined);
    expect({
      status: response.status,
      type: response.headers.get('content-type'),
      retryAfter: response.headers.get('retry-after'),
      date: body?.meta?.generatedAt,
      score: body?.data?.[0].abuseConfidenceScore,
    }).toMatchObject(seen);
  });
});
