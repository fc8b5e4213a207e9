import type { Fault } from '../../../../app/dev/simulator/fault.ts';
import { recordItem } from '../../../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';
import { client } from './admission/callers.ts';
import {
  type Harness,
  HOUR,
  lookup,
  NO_DEADLINE,
  NOON,
  newAddress,
  refusingUrl,
  startHarness,
} from './harness.ts';

const DAY = 24 * HOUR;
const MEMORY = REPUTATION_DEFAULTS.highScoreMemory;
const OUT_OF_QUOTA: Fault = { kind: 'quota', headers: true };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  harness.simulator.setFault(undefined);
  harness.simulator.setQuota(100_000);
  await harness.newTable();
});

/** Looks up a new address with a score at noon, and waits until it is in the table. */
async function checkAtNoon(score: number, task = harness.task()) {
  const ip = newAddress();
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });
  await lookup(task.reputation, ip);
  await task.reputation.settle();
  return ip;
}

describe('while AbuseIPDB cannot be queried', () => {
  test.each<[string, Fault, object]>([
    ['quota', OUT_OF_QUOTA, {}],
    ['auth', { kind: 'status', status: 401 }, {}],
    ['auth', { kind: 'quota', headers: true }, { key: () => undefined }],
    ['timeout', { kind: 'hang' }, { abuseIpdbTimeout: 50 }],
    ['upstream', { kind: 'status', status: 503 }, {}],
    ['upstream', { kind: 'reset' }, {}],
    ['invalid', { kind: 'score', value: 'missing' }, {}],
  ])(
    '(%s, %j) only a high score is known after a day, for 30 days',
    async (cause, fault, options) => {
      const task = harness.task();
      const [high, low] = [await checkAtNoon(75, task), await checkAtNoon(74, task)];
      const restarted = harness.task(options);
      harness.simulator.setFault(fault);
      const find = (ip: typeof high) => restarted.reputation.lookup(ip, NO_DEADLINE);
      harness.clock.time = NOON + MEMORY - 1;
      expect(await find(high)).toMatchObject({
        value: {
          record: { score: 75 },
          source: 'dynamodb',
          stale: true,
          staleCause: cause,
          age: MEMORY - 1,
        },
      });
      expect(await find(low)).toEqual({ known: false, cause });
      harness.clock.time = NOON + MEMORY;
      expect(await find(high)).toEqual({ known: false, cause });
    },
  );

  test('a policy that does not wait gets the high score', async () => {
    const task = harness.task({ abuseIpdbTimeout: 50 });
    const ip = await checkAtNoon(96, task);
    harness.clock.time = NOON + MEMORY - 1;
    harness.simulator.setFault({ kind: 'hang' });
    expect(await task.reputation.lookup(ip, NO_DEADLINE, { wait: 0 })).toMatchObject({
      value: { record: { score: 96 }, stale: true, staleCause: 'pending' },
    });
    await task.reputation.settle();
  });

  test('a caller with more than its share of the quota gets a high score that is known', async () => {
    const task = harness.task();
    const ip = await checkAtNoon(96, task);
    harness.clock.time = NOON + 10 * DAY;
    const purpose = { caller: client('shop') };
    const find = (address: typeof ip) => task.reputation.lookup(address, NO_DEADLINE, purpose);
    for (let count = 0; count < 20; count += 1) await find(newAddress());
    // So few checks are left that each caller gets 4 % of those of an hour.
    harness.simulator.setQuota(500);
    await find(newAddress());
    expect(await find(newAddress())).toMatchObject({ known: false, heldBackBy: 'share' });
    expect(await find(ip)).toMatchObject({
      value: { record: { score: 96 }, stale: true, staleCause: 'budget' },
    });
  });

  test('a high score in memory is known while DynamoDB fails, too', async () => {
    const cache = { client: harness.client(await refusingUrl()), tableName: 'elsewhere' };
    const task = harness.task({ cache, memoryEntries: 10 });
    const ip = await checkAtNoon(96, task);
    for (let count = 0; count < 20; count += 1) await checkAtNoon(10, task);
    harness.clock.time = NOON + MEMORY - 1;
    harness.simulator.setFault(OUT_OF_QUOTA);
    expect(await lookup(task.reputation, ip)).toMatchObject({ score: 96, staleCause: 'quota' });
  });
});

describe('a lower score', () => {
  test('replaces a high one at once, for all tasks and for good', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = await checkAtNoon(96, one);
    await lookup(other.reputation, ip);
    harness.clock.time = NOON + 2 * HOUR;
    harness.simulator.setRecord(ip.value, { abuseConfidenceScore: 10 });
    expect(await lookup(one.reputation, ip)).toMatchObject({ score: 10, source: 'abuseipdb' });
    await one.reputation.settle();
    harness.simulator.setFault(OUT_OF_QUOTA);
    expect(await lookup(other.reputation, ip)).toMatchObject({ score: 10, source: 'dynamodb' });
    harness.clock.time = NOON + 2 * HOUR + DAY;
    for (const { reputation } of [one, other, harness.task()]) {
      expect(await lookup(reputation, ip)).toEqual({ known: false, cause: 'quota' });
    }
  });

  test.each([
    ['while it is fresh', 5 * HOUR],
    ['after it has expired', 3 * HOUR + DAY],
  ])('in memory is not replaced by an older high one in DynamoDB, %s', async (_, elapsed) => {
    const task = harness.task();
    const ip = await checkAtNoon(96, task);
    const item = await harness.dynamoDb.get(harness.tableName(), `${ip.value}#30`);
    harness.clock.time = NOON + 3 * HOUR;
    harness.simulator.setRecord(ip.value, { abuseConfidenceScore: 10 });
    await lookup(task.reputation, ip);
    await task.reputation.settle();
    // As if the write of the low score had failed.
    await harness.dynamoDb.put(harness.tableName(), item ?? {});
    harness.clock.time = NOON + elapsed;
    harness.simulator.setFault(OUT_OF_QUOTA);
    const signal = await lookup(task.reputation, ip);
    expect(signal).not.toMatchObject({ score: 96 });
  });
});

test('a high score in DynamoDB replaces an older low one in memory that is fresh', async () => {
  const [one, other] = [harness.task(), harness.task()];
  const ip = await checkAtNoon(10, one);
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: 96 });
  harness.clock.time = NOON + 7 * HOUR;
  await lookup(other.reputation, ip);
  await other.reputation.settle();
  harness.clock.time = NOON + 10 * HOUR;
  harness.simulator.setFault(OUT_OF_QUOTA);
  expect(await lookup(one.reputation, ip)).toMatchObject({ score: 96, stale: true });
});

describe('an item in DynamoDB', () => {
  test.each([
    [100, MEMORY],
    [75, MEMORY],
    [74, DAY],
    [0, DAY],
  ])('with the score %i expires %i ms after the check', async (score, milliseconds) => {
    const ip = await checkAtNoon(score);
    const item = await harness.dynamoDb.get(harness.tableName(), `${ip.value}#30`);
    expect(item?.expires_at).toEqual({ N: String((NOON + milliseconds) / 1000) });
  });

  test('of the previous release is used until it expires after a day', async () => {
    const ip = newAddress();
    const item = recordItem(`${ip.value}#30`, { score: 96, checkedAt: NOON }, NOON + DAY);
    await harness.dynamoDb.put(harness.tableName(), item);
    harness.simulator.setFault(OUT_OF_QUOTA);
    harness.clock.time = NOON + DAY - 1;
    expect(await lookup(harness.task().reputation, ip)).toMatchObject({ score: 96, stale: true });
    harness.clock.time = NOON + DAY;
    expect(await lookup(harness.task().reputation, ip)).toEqual({ known: false, cause: 'quota' });
  });
});

test('high scores are kept as long as others if those are kept for longer', async () => {
  const task = harness.task({ maxStaleAge: 3 * DAY, highScoreMemory: DAY });
  const ip = await checkAtNoon(96, task);
  harness.clock.time = NOON + 3 * DAY - 1;
  harness.simulator.setFault(OUT_OF_QUOTA);
  expect(await lookup(task.reputation, ip)).toMatchObject({ score: 96 });
});
