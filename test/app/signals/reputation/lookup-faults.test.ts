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

/** Returns a long timeout unless one is expected, because the machine may be busy. */
const timeoutFor = (cause: string) => (cause === 'timeout' ? 120 : 30_000);

interface Case {
  readonly fault: Fault;
  readonly cause: string;
  /** The failure is not cached for the address, so that a repair has an effect at once. */
  readonly isNotCached?: true;
}

const FAULTS: Record<string, Case> = {
  'a response that is too late': { fault: { kind: 'slow', ms: 3_600_000 }, cause: 'timeout' },
  'a body that drips': { fault: { kind: 'drip', ms: 50 }, cause: 'timeout' },
  'no response': { fault: { kind: 'hang' }, cause: 'timeout' },
  'a reset connection': { fault: { kind: 'reset' }, cause: 'upstream' },
  'a truncated body': { fault: { kind: 'truncated' }, cause: 'upstream' },
  'a challenge page with status 200': { fault: { kind: 'html' }, cause: 'upstream' },
  'status 401': { fault: { kind: 'status', status: 401 }, cause: 'auth', isNotCached: true },
  'status 402': { fault: { kind: 'status', status: 402 }, cause: 'auth', isNotCached: true },
  'status 403': { fault: { kind: 'status', status: 403 }, cause: 'auth', isNotCached: true },
  'status 403 as a page': {
    fault: { kind: 'status', status: 403, html: true },
    cause: 'auth',
    isNotCached: true,
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
  'an exhausted quota with its end': {
    fault: { kind: 'quota', headers: true },
    cause: 'quota',
    isNotCached: true,
  },
  'an exhausted quota without its end': {
    fault: { kind: 'quota', headers: false },
    cause: 'quota',
    isNotCached: true,
  },
  'no score': { fault: { kind: 'score', value: 'missing' }, cause: 'invalid' },
  'a score that is a string': { fault: { kind: 'score', value: 'text' }, cause: 'invalid' },
  'a score of null': { fault: { kind: 'score', value: null }, cause: 'invalid' },
  'a score of 101': { fault: { kind: 'score', value: 101 }, cause: 'invalid' },
  'a score of -1': { fault: { kind: 'score', value: -1 }, cause: 'invalid' },
  'a score of 12.5': { fault: { kind: 'score', value: 12.5 }, cause: 'invalid' },
  'another address': { fault: { kind: 'address', value: 'other' }, cause: 'invalid' },
  'no address': { fault: { kind: 'address', value: 'missing' }, cause: 'invalid' },
};
const CASES = Object.entries(FAULTS);

/** Makes another task check an address, which stores its record in DynamoDB. */
async function checkInOtherTask(ip: Address, score: number): Promise<void> {
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });
  const { reputation } = harness.task();
  await lookup(reputation, ip);
  await reputation.settle();
}

describe('an address without a record', () => {
  test.each(CASES)('is unknown after %s', async (_, { fault, cause }) => {
    const { reputation, events } = harness.task({ abuseIpdbTimeout: timeoutFor(cause) });
    harness.simulator.setFault(fault);
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause });
    expect(events.checks).toEqual([expect.objectContaining({ cause })]);
    expect(events.errors).toEqual([]);
  });

  test('is unknown if the base URL refuses connections', async () => {
    const { reputation } = harness.task({ baseUrl: await refusingUrl() });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
  });

  test('is unknown if the host name of the base URL cannot be resolved', async () => {
    const baseUrl = 'http://abuseipdb.invalid/api/v2';
    const { reputation } = harness.task({ baseUrl, abuseIpdbTimeout: 4000 });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
  });

  test.each([undefined, ''])('is unknown without a check if the key is %p', async (key) => {
    const { reputation } = harness.task({ key: () => key });
    const before = harness.simulator.checks.length;
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'auth' });
    expect(harness.simulator.checks).toHaveLength(before);
  });

  test('is unknown if the key does not fit into a header', async () => {
    const { reputation } = harness.task({ key: () => 'ключ' });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'auth' });
  });
});

test('a record of another address is not stored for other tasks', async () => {
  const { reputation } = harness.task();
  const requested = newAddress();
  harness.simulator.setFault({ kind: 'address', value: 'other' });
  await lookup(reputation, requested);
  await reputation.settle();
  expect(await harness.dynamoDb.get(harness.tableName(), `${requested.value}#30`)).toBeUndefined();
});

describe('an address with a fresh record', () => {
  test.each(CASES)('is known synchronously in spite of %s', async (_, { fault }) => {
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
  test.each(CASES)('uses it after %s', async (_, { fault, cause, isNotCached }) => {
    const { reputation, events } = harness.task({ abuseIpdbTimeout: timeoutFor(cause) });
    const known = newAddress();
    await checkInOtherTask(known, 80);
    expect(await lookup(reputation, known)).toMatchObject({ source: 'dynamodb', stale: false });
    harness.simulator.setFault(fault);
    harness.clock.time += 3 * HOUR;
    const age = 3 * HOUR;
    const stale = { known: true, score: 80, source: 'memory', stale: true, staleCause: cause, age };
    expect(await lookup(reputation, known)).toEqual(stale);
    // The failure is cached for the address, unless it is not about the address.
    const again = reputation.lookup(known, { remaining: () => 1000 });
    expect(again instanceof Promise).toBe(isNotCached === true);
    expect(await again).toMatchObject({ known: true, value: { stale: true, staleCause: cause } });
    expect(events.checks).toHaveLength(1);
  });

  test('does not use it after a day', async () => {
    const { reputation } = harness.task();
    const known = newAddress();
    await lookup(reputation, known);
    harness.simulator.setFault({ kind: 'reset' });
    harness.clock.time += 24 * HOUR;
    expect(await lookup(reputation, known)).toEqual({ known: false, cause: 'upstream' });
  });
});

describe('a cached failure', () => {
  test.each([
    ['of a failed check is used for ten seconds', { kind: 'reset' }, 10 * SECOND],
    ['of a rejected address is used for an hour', { kind: 'status', status: 422 }, HOUR],
  ] as [string, Fault, number][])('%s without a check', async (_, fault, time) => {
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

  test('is not used after the clock is set back', async () => {
    const { reputation } = harness.task();
    const failing = newAddress();
    harness.simulator.setFault({ kind: 'reset' });
    await lookup(reputation, failing);
    harness.simulator.setFault(undefined);
    harness.clock.time -= HOUR;
    expect(await lookup(reputation, failing)).toMatchObject({ known: true });
  });
});
