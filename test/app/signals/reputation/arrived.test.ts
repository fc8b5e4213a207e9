import { createCheck } from '../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { recordItem, recordKey } from '../../../../app/src/signals/reputation/cache/item.ts';
import { ReputationLookup } from '../../../../app/src/signals/reputation/lookup.ts';
import { localDynamoDb } from '../../../support/dynamodb.ts';
import { type HeldResponses, holdResponses } from '../../../support/held-responses.ts';
import { letTimePass, startTimers, stopTimers } from '../../../support/time-out.ts';
import { address, lookup, NOON, SECOND, startServer } from './harness.ts';

/** Whatever limits there are: each is over when so much time has passed. */
const BEYOND_ALL_LIMITS = 60 * SECOND;
const ADDRESS = address('5.6.7.8');
const DATA = { ipAddress: ADDRESS.value, abuseConfidenceScore: 96 };
const CHECK = JSON.stringify({ data: DATA });
const LARGE_CHECK = JSON.stringify({ data: { ...DATA, hostnames: ['x'.repeat(250_000)] } });
const NOTHING = { headers: { 'content-type': 'application/x-amz-json-1.0' }, pieces: ['{}'] };
const ITEM = {
  ...NOTHING,
  pieces: [
    JSON.stringify({
      Item: recordItem(recordKey(ADDRESS.value, 30), { score: 96, checkedAt: NOON }, NOON + SECOND),
    }),
  ],
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  startTimers();
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function hold(...of: Parameters<typeof holdResponses>): Promise<HeldResponses> {
  const held = await holdResponses(...of);
  ends.push(() => held.close());
  stopTimers();
  return held;
}

/** The thread is busy until the response has arrived and every limit is over. Timers come first then. */
function beBusyMeanwhile(held: HeldResponses): void {
  held.respondMeanwhile();
  letTimePass(BEYOND_ALL_LIMITS);
}

function clientOf(url: string) {
  const client = createDynamoDbClient(localDynamoDb(url));
  ends.push(() => client.destroy());
  return client;
}

describe('A response that arrived while the thread was busy beyond all limits counts', () => {
  test.each([
    ['in one piece', [CHECK]],
    ['in two chunks', [CHECK.slice(0, 20), CHECK.slice(20)]],
    ['byte by byte', [...CHECK]],
    ['of 250 KB', [LARGE_CHECK]],
    ['of 250 KB in chunks of 1 KB', LARGE_CHECK.match(/.{1,1000}/g) ?? []],
  ])('of AbuseIPDB %s', async (_, pieces) => {
    const held = await hold({ pieces });
    const options = { baseUrl: held.url, maxAgeInDays: 30, timeout: 900, now: () => NOON };
    const answer = createCheck(options)(ADDRESS, 'key');
    await held.asked;
    beBusyMeanwhile(held);
    expect(await answer).toMatchObject({ record: { score: 96 } });
  });

  test('of the table', async () => {
    const held = await hold(ITEM, 2);
    const reputation = new ReputationLookup({
      now: () => NOON,
      baseUrl: 'http://127.0.0.1:1',
      key: () => 'key',
      cache: { client: clientOf(held.url), tableName: 'any' },
    });
    const found = lookup(reputation, ADDRESS, 50);
    await held.asked;
    beBusyMeanwhile(held);
    expect(await found).toEqual({
      known: true,
      score: 96,
      source: 'dynamodb',
      stale: false,
      age: 0,
    });
  });

  test('for everybody who waits for the lookup, and who comes with no time left', async () => {
    const held = await hold({ pieces: [CHECK] });
    const table = await startServer((_, response) => response.end('{}'));
    ends.push(() => table.close());
    const reputation = new ReputationLookup({
      now: () => NOON,
      baseUrl: held.url,
      key: () => 'key',
      cache: { client: clientOf(table.url), tableName: 'any' },
    });
    const before = [lookup(reputation, ADDRESS, 50), lookup(reputation, ADDRESS, 1200)];
    await held.asked;
    held.respondMeanwhile();
    const after = [lookup(reputation, ADDRESS, 0), lookup(reputation, ADDRESS, 1)];
    letTimePass(BEYOND_ALL_LIMITS);
    for (const found of await Promise.all([...before, ...after])) {
      expect(found).toMatchObject({ known: true, score: 96, source: 'abuseipdb' });
    }
    await reputation.settle();
  });
});

test('A response that has not arrived is given up when the limit is over', async () => {
  const held = await hold({ pieces: [CHECK] });
  const options = { baseUrl: held.url, maxAgeInDays: 30, timeout: 900, now: () => NOON };
  const answer = createCheck(options)(ADDRESS, 'key');
  await held.asked;
  letTimePass(900);
  expect(await answer).toEqual({ cause: 'timeout' });
});
