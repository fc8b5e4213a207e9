import { createCheck } from '../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { recordItem, recordKey } from '../../../../app/src/signals/reputation/cache/item.ts';
import { ReputationLookup } from '../../../../app/src/signals/reputation/lookup.ts';
import { localDynamoDb } from '../../../support/dynamodb.ts';
import { advanceTimers, startTimers, stopTimers } from '../../../support/fake-timers.ts';
import { type HeldResponses, holdResponses } from '../../../support/held-responses.ts';
import { address, lookup, NOON, SECOND, startServer } from './harness.ts';

/** Of a request. A thread that is busy with something else must not use it up before the timers stop. */
const DEADLINE_MS = 30 * SECOND;
/** Longer than all timeouts. */
const BEYOND_ALL_TIMEOUTS_MS = 60 * SECOND;
const ADDRESS = address('5.6.7.8');
const DATA = { ipAddress: ADDRESS.value, abuseConfidenceScore: 96 };
const CHECK = JSON.stringify({ data: DATA });
const LARGE_CHECK = JSON.stringify({ data: { ...DATA, hostnames: ['x'.repeat(250_000)] } });
const NO_ITEM = { headers: { 'content-type': 'application/x-amz-json-1.0' }, pieces: ['{}'] };
const ITEM = {
  ...NO_ITEM,
  pieces: [
    JSON.stringify({
      Item: recordItem(recordKey(ADDRESS.value, 30), { score: 96, checkedAt: NOON }, NOON + SECOND),
    }),
  ],
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  startTimers();
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

async function hold(...args: Parameters<typeof holdResponses>): Promise<HeldResponses> {
  const held = await holdResponses(...args);
  cleanups.push(() => held.close());
  stopTimers();
  return held;
}

/** Blocks the thread until the response has arrived and all timeouts have expired. Timers then run first. */
function blockBeyondTimeouts(held: HeldResponses): void {
  held.respondWhileBlocked();
  advanceTimers(BEYOND_ALL_TIMEOUTS_MS);
}

function clientOf(url: string) {
  // A busy machine must not take longer to connect: the SDK does not use the stopped timers.
  const client = createDynamoDbClient({ ...localDynamoDb(url), timeout: DEADLINE_MS });
  cleanups.push(() => client.destroy());
  return client;
}

describe('a response that arrived while the thread was blocked beyond all timeouts is used', () => {
  test.each([
    ['in one piece', [CHECK]],
    ['in two chunks', [CHECK.slice(0, 20), CHECK.slice(20)]],
    ['byte by byte', [...CHECK]],
    ['of 250 KB', [LARGE_CHECK]],
    ['of 250 KB in chunks of 1 KB', LARGE_CHECK.match(/.{1,1000}/g) ?? []],
  ])('from AbuseIPDB, %s', async (_, pieces) => {
    const held = await hold({ pieces });
    const options = { baseUrl: held.url, maxAgeInDays: 30, timeout: 900, now: () => NOON };
    const result = createCheck(options)(ADDRESS, 'key');
    await held.received;
    blockBeyondTimeouts(held);
    expect(await result).toMatchObject({ record: { score: 96 } });
  });

  test('from DynamoDB', async () => {
    const held = await hold(ITEM, 2);
    const reputation = new ReputationLookup({
      now: () => NOON,
      baseUrl: 'http://127.0.0.1:1',
      key: () => 'key',
      cache: { client: clientOf(held.url), tableName: 'any' },
    });
    const signal = lookup(reputation, ADDRESS, DEADLINE_MS);
    await held.received;
    blockBeyondTimeouts(held);
    expect(await signal).toEqual({
      known: true,
      score: 96,
      source: 'dynamodb',
      stale: false,
      age: 0,
    });
  });

  test('by all requests that wait for the lookup, and by those with no time left', async () => {
    const held = await hold({ pieces: [CHECK] });
    const dynamoDb = await startServer((_, response) => response.end('{}'));
    cleanups.push(() => dynamoDb.close());
    const reputation = new ReputationLookup({
      now: () => NOON,
      baseUrl: held.url,
      key: () => 'key',
      cache: { client: clientOf(dynamoDb.url), tableName: 'any' },
    });
    const before = [
      lookup(reputation, ADDRESS, DEADLINE_MS),
      lookup(reputation, ADDRESS, 1.5 * DEADLINE_MS),
      lookup(reputation, ADDRESS, 1.5 * DEADLINE_MS, { wait: DEADLINE_MS }),
    ];
    await held.received;
    held.respondWhileBlocked();
    const after = [
      lookup(reputation, ADDRESS, 0),
      lookup(reputation, ADDRESS, 1),
      lookup(reputation, ADDRESS, 1200, { wait: 1 }),
    ];
    advanceTimers(BEYOND_ALL_TIMEOUTS_MS);
    for (const signal of await Promise.all([...before, ...after])) {
      expect(signal).toMatchObject({ known: true, score: 96, source: 'abuseipdb' });
    }
    await reputation.settle();
  });
});

test('a check times out if the response has not arrived', async () => {
  const held = await hold({ pieces: [CHECK] });
  const options = { baseUrl: held.url, maxAgeInDays: 30, timeout: 900, now: () => NOON };
  const result = createCheck(options)(ADDRESS, 'key');
  await held.received;
  advanceTimers(900);
  expect(await result).toEqual({ cause: 'timeout' });
});
