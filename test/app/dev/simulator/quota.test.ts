import type { ApiError } from '../../../../app/dev/simulator/errors.ts';
import {
  type CheckData,
  type Simulator,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

const NIGHT = Date.UTC(2025, 4, 20, 23, 59, 0) + 250;
const MIDNIGHT = Date.UTC(2025, 4, 21);

let time: number;
let simulator: Simulator;
beforeEach(async () => {
  time = NIGHT;
  simulator = await startSimulator({ quota: 2, now: () => time });
});
afterEach(() => simulator.close());

async function check(query = '?ipAddress=8.8.4.4', headers: Record<string, string> = { Key: 'k' }) {
  const response = await fetch(`${simulator.url}/check${query}`, { headers });
  const { data, errors } = (await response.json()) as { data?: CheckData; errors?: ApiError[] };
  return {
    status: response.status,
    score: data?.abuseConfidenceScore,
    detail: errors?.[0]?.detail,
    limit: response.headers.get('x-ratelimit-limit'),
    remaining: response.headers.get('x-ratelimit-remaining'),
    retryAfter: response.headers.get('retry-after'),
    reset: response.headers.get('x-ratelimit-reset'),
  };
}

describe('The quota', () => {
  test('counts down and is then exhausted until midnight UTC', async () => {
    expect(await check()).toMatchObject({
      status: 200,
      limit: '2',
      remaining: '1',
      retryAfter: null,
    });
    expect(await check()).toMatchObject({ status: 200, limit: '2', remaining: '0', reset: null });
    expect(await check()).toEqual({
      status: 429,
      score: undefined,
      detail:
        'Daily rate limit of 2 requests exceeded for this endpoint. See headers for additional details.',
      limit: '2',
      remaining: '0',
      retryAfter: '60',
      reset: `${MIDNIGHT / 1000}`,
    });
  });

  test('resets on the next day, not a millisecond earlier', async () => {
    simulator.setQuota(0);
    time = MIDNIGHT - 1;
    expect(await check()).toMatchObject({ status: 429, retryAfter: '1' });
    time = MIDNIGHT;
    expect(await check()).toMatchObject({ status: 200, remaining: '1' });
  });

  test('can be set for the current day', async () => {
    simulator.setQuota(1);
    expect(await check()).toMatchObject({ status: 200, remaining: '0' });
    expect(await check()).toMatchObject({ status: 429 });
  });

  test('is used by requests with invalid parameters', async () => {
    expect(await check('?ipAddress=x')).toMatchObject({ status: 422, remaining: '1' });
  });

  test('is not used by requests without a valid key', async () => {
    expect(await check('?ipAddress=8.8.4.4', {})).toMatchObject({ status: 401, remaining: '2' });
  });

  test('is exact under concurrent checks', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => check()));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(18);
  });

  test.each([-1, 1.5, Number.NaN])('cannot be set to %p', (remaining) => {
    expect(() => simulator.setQuota(remaining)).toThrow(/integer of 0 or more/);
  });
});
