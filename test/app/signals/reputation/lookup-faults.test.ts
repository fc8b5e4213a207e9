import type { Fault } from '../../../../app/dev/simulator/simulator.ts';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import {
  type Harness,
  HOUR,
  lookup,
  NOON,
  newAddress,
  refusingUrl,
  SECOND,
  startHarness,
} from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  harness.simulator.setFault(undefined);
  await harness.newTable();
});

/** Milliseconds of one check here: only what is too slow is to run into a limit, however busy the machine. */
const timeLimit = (cause: string) => (cause === 'timeout' ? 120 : 30_000);

interface Case {
  readonly fault: Fault;
  readonly cause: string;
  /** Nothing is held against the address, so that a repair counts at once. */
  readonly forgotten?: true;
}

const FAULTS: Record<string, Case> = {
  'an answer that comes too late': { fault: { kind: 'slow', ms: 3_600_000 }, cause: 'timeout' },
  'a body that drips': { fault: { kind: 'drip', ms: 50 }, cause: 'timeout' },
  'no answer': { fault: { kind: 'hang' }, cause: 'timeout' },
  'a reset connection': { fault: { kind: 'reset' }, cause: 'upstream' },
  'a body cut off': { fault: { kind: 'truncated' }, cause: 'upstream' },
  'a challenge page with status 200': { fault: { kind: 'html' }, cause: 'upstream' },
  'status 401': { fault: { kind: 'status', status: 401 }, cause: 'auth', forgotten: true },
  'status 402': { fault: { kind: 'status', status: 402 }, cause: 'auth', forgotten: true },
  'status 403': { fault: { kind: 'status', status: 403 }, cause: 'auth', forgotten: true },
  'status 403 as a page': {
    fault: { kind: 'status', status: 403, html: true },
    cause: 'auth',
    forgotten: true,
  },
  'status 422': { fault: { kind: 'status', status: 422 }, cause: 'invalid' },
  'status 404': { fault: { kind: 'status', status: 404 }, cause: 'upstream' },
  'status 500': { fault: { kind: 'status', status: 500 }, cause: 'upstream' },
  'status 502 as a page': {
    fault: { kind: 'status', status: 502, html: true },
    cause: 'upstream',
  },
  'status 503': { fault: { kind: 'status', status: 503 }, cause: 'upstream' },
  'status 504': { fault: { kind: 'status', status: 504 }, cause: 'upstream' },
  'status 521 as a page': {
    fault: { kind: 'status', status: 521, html: true },
    cause: 'upstream',
  },
  'a used-up quota that says when it ends': {
    fault: { kind: 'quota', headers: true },
    cause: 'quota',
    forgotten: true,
  },
  'a used-up quota without a word': {
    fault: { kind: 'quota', headers: false },
    cause: 'quota',
    forgotten: true,
  },
  'no score': { fault: { kind: 'score', value: 'missing' }, cause: 'invalid' },
  'a score as text': { fault: { kind: 'score', value: 'text' }, cause: 'invalid' },
  'a score of null': { fault: { kind: 'score', value: null }, cause: 'invalid' },
  'a score of 101': { fault: { kind: 'score', value: 101 }, cause: 'invalid' },
  'a score of -1': { fault: { kind: 'score', value: -1 }, cause: 'invalid' },
  'a score of 12.5': { fault: { kind: 'score', value: 12.5 }, cause: 'invalid' },
  'another address': { fault: { kind: 'address', value: 'other' }, cause: 'invalid' },
  'no address': { fault: { kind: 'address', value: 'missing' }, cause: 'invalid' },
};
const CASES = Object.entries(FAULTS);

/** Lets another task put an address's record into the table, with all the time it wants. */
async function checkElsewhere(ip: Address, score: number): Promise<void> {
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });
  const { reputation } = harness.task();
  await lookup(reputation, ip);
  await reputation.settle();
}

describe('an address that nobody knows', () => {
  test.each(CASES)('is unknown after %s', async (_, { fault, cause }) => {
    const { reputation, events } = harness.task({ abuseIpdbTimeout: timeLimit(cause) });
    harness.simulator.setFault(fault);
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause });
    expect(events.checks).toEqual([expect.objectContaining({ cause })]);
    expect(events.errors).toEqual([]);
  });

  test('is unknown when nobody listens at the base URL', async () => {
    const { reputation } = harness.task({ baseUrl: await refusingUrl() });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
  });

  test('is unknown when the host of the base URL has no address', async () => {
    const baseUrl = 'http://abuseipdb.invalid/api/v2';
    const { reputation } = harness.task({ baseUrl, abuseIpdbTimeout: 4000 });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
  });

  test.each([undefined, ''])('is unknown without a call when the key is %p', async (key) => {
    const { reputation } = harness.task({ key: () => key });
    const before = harness.simulator.checks.length;
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'auth' });
    expect(harness.simulator.checks).toHaveLength(before);
  });

  test('is unknown when the key holds what no header can', async () => {
    const { reputation } = harness.task({ key: () => 'ключ' });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'auth' });
  });
});

test('A record of another address is not stored for the other tasks', async () => {
  const { reputation } = harness.task();
  const asked = newAddress();
  harness.simulator.setFault({ kind: 'address', value: 'other' });
  await lookup(reputation, asked);
  await reputation.settle();
  expect(await harness.dynamoDb.get(harness.tableName(), `${asked.value}#30`)).toBeUndefined();
});

describe('an address with a fresh record', () => {
  test.each(CASES)('is known at once in spite of %s', async (_, { fault }) => {
    const { reputation, events } = harness.task();
    const known = newAddress();
    harness.simulator.setRecord(known.value, { abuseConfidenceScore: 80 });
    await lookup(reputation, known);
    harness.simulator.setFault(fault);
    harness.clock.time += HOUR;
    expect(reputation.lookup(known, { remaining: () => 0 })).toMatchObject({
      known: true,
      value: { record: { score: 80 }, source: 'memory', stale: false, age: HOUR },
    });
    expect(events.checks).toHaveLength(1);
  });
});

describe('an address with a stale record', () => {
  test.each(CASES)('keeps it after %s', async (_, { fault, cause, forgotten }) => {
    const { reputation, events } = harness.task({ abuseIpdbTimeout: timeLimit(cause) });
    const known = newAddress();
    await checkElsewhere(known, 80);
    expect(await lookup(reputation, known)).toMatchObject({ source: 'dynamodb', stale: false });
    harness.simulator.setFault(fault);
    harness.clock.time += 3 * HOUR;
    const age = 3 * HOUR;
    const stale = { known: true, score: 80, source: 'memory', stale: true, staleCause: cause, age };
    expect(await lookup(reputation, known)).toEqual(stale);
    // Now the failure is remembered of the address, unless it says nothing of it.
    const again = reputation.lookup(known, { remaining: () => 1000 });
    expect(again instanceof Promise).toBe(forgotten === true);
    expect(await again).toMatchObject({ known: true, value: { stale: true, staleCause: cause } });
    expect(events.checks).toHaveLength(1);
  });

  test('loses it after a day', async () => {
    const { reputation } = harness.task();
    const known = newAddress();
    await lookup(reputation, known);
    harness.simulator.setFault({ kind: 'reset' });
    harness.clock.time += 24 * HOUR;
    expect(await lookup(reputation, known)).toEqual({ known: false, cause: 'upstream' });
  });
});

describe('a failure that is remembered', () => {
  test.each([
    ['a failed check for ten seconds', { kind: 'reset' }, 10 * SECOND],
    ['a refused address for an hour', { kind: 'status', status: 422 }, HOUR],
  ] as [string, Fault, number][])('answers for %s without a call', async (_, fault, time) => {
    const { reputation, events } = harness.task();
    const failing = newAddress();
    harness.simulator.setFault(fault);
    await lookup(reputation, failing);
    harness.simulator.setFault(undefined);
    harness.clock.time += time - 1;
    expect(reputation.lookup(failing, { remaining: () => 1000 })).toMatchObject({ known: false });
    harness.clock.time += 1;
    expect(await lookup(reputation, failing)).toMatchObject({ known: true, source: 'abuseipdb' });
    expect(events.checks).toHaveLength(2);
  });

  test('does not outlive a clock that is set back', async () => {
    const { reputation } = harness.task();
    const failing = newAddress();
    harness.simulator.setFault({ kind: 'reset' });
    await lookup(reputation, failing);
    harness.simulator.setFault(undefined);
    harness.clock.time -= HOUR;
    expect(await lookup(reputation, failing)).toMatchObject({ known: true });
  });
});
