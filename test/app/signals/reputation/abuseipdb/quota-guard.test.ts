import {
  type Harness,
  HOUR,
  lookup,
  MINUTE,
  NOON,
  newAddress,
  SECOND,
  startHarness,
} from '../harness.ts';

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

const QUOTA = { known: false, cause: 'quota' };
const AUTH = { known: false, cause: 'auth' };

describe('an exhausted quota', () => {
  test.each([
    ['the time in Retry-After', { headers: true, retryAfter: 600 }, 10 * MINUTE],
    ['the rest of the day according to the headers', { headers: true }, 12 * HOUR],
    ['a minute without headers', { headers: false }, MINUTE],
  ])('stops checks for %s, then one check probes', async (_, form, time) => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'quota', ...form });
    expect(await lookup(reputation, newAddress())).toEqual(QUOTA);
    expect(events.circuitChanges).toEqual([{ state: 'open', cause: 'quota', until: NOON + time }]);
    expect(reputation.quotaRemaining()).toBe(0);
    harness.simulator.setFault(undefined);
    harness.clock.time += time - 1;
    expect(await lookup(reputation, newAddress())).toEqual(QUOTA);
    expect(events.checks).toHaveLength(1);
    harness.clock.time += 1;
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    expect(events.circuitChanges.at(-1)).toEqual({ state: 'closed' });
  });

  test('stops checks again when the probe is rejected, with no check in between', async () => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'quota', headers: false });
    await lookup(reputation, newAddress());
    harness.clock.time += MINUTE;
    await Promise.all(Array.from({ length: 10 }, () => lookup(reputation, newAddress())));
    expect(events.checks).toHaveLength(2);
    expect(events.circuitChanges.at(-1)).toMatchObject({
      cause: 'quota',
      until: NOON + 2 * MINUTE,
    });
  });

  test('is not cached for the address: it is known as soon as checks resume', async () => {
    const { reputation } = harness.task();
    const ip = newAddress();
    harness.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 1 });
    await lookup(reputation, ip);
    harness.simulator.setFault(undefined);
    harness.clock.time += SECOND;
    expect(await lookup(reputation, ip)).toMatchObject({ known: true });
  });
});

describe('other tasks', () => {
  async function exhaustQuotaInOneTask(key = 'good-key') {
    const { reputation } = harness.task({ key: () => key });
    harness.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 3600 });
    await lookup(reputation, newAddress());
    await reputation.settle();
    harness.simulator.setFault(undefined);
  }

  test('read the exhausted quota with their next lookup', async () => {
    const other = harness.task();
    await lookup(other.reputation, newAddress());
    await exhaustQuotaInOneTask();
    harness.clock.time += 5 * SECOND - 1;
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
    harness.clock.time += 1;
    expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
    expect(other.events.circuitChanges).toEqual([
      { state: 'open', cause: 'quota', until: NOON + HOUR },
    ]);
    expect(other.events.checks).toHaveLength(2);
  });

  test('read it at startup', async () => {
    await exhaustQuotaInOneTask();
    const other = harness.task();
    await other.reputation.warmUp();
    expect(other.events.circuitChanges).toMatchObject([{ state: 'open', cause: 'quota' }]);
    expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
    expect(other.events.checks).toEqual([]);
  });

  test('read it before their first check', async () => {
    await exhaustQuotaInOneTask();
    const other = harness.task();
    const signals = await Promise.all([
      lookup(other.reputation, newAddress()),
      lookup(other.reputation, newAddress()),
    ]);
    expect(signals).toEqual([QUOTA, QUOTA]);
    expect(other.events.checks).toEqual([]);
  });

  test('resume when it is over, and report it once', async () => {
    await exhaustQuotaInOneTask();
    const other = harness.task();
    await other.reputation.warmUp();
    for (let minute = 0; minute < 60; minute += 10) {
      expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
      harness.clock.time += 10 * MINUTE;
    }
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
    expect(other.events.circuitChanges.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('ignore the exhausted quota of another key', async () => {
    await exhaustQuotaInOneTask('key-of-a-small-plan');
    const other = harness.task({ key: () => 'key-of-a-large-plan' });
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
  });

  test('cannot read the key in the table', async () => {
    await exhaustQuotaInOneTask('a-secret-key');
    const items = await harness.dynamoDb.items(harness.tableName());
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('a-secret-key');
  });
});

describe('a rejected key', () => {
  test.each([401, 402, 403] as const)('(%i) stops checks for four minutes', async (status) => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'status', status });
    expect(await lookup(reputation, newAddress())).toEqual(AUTH);
    harness.simulator.setFault(undefined);
    harness.clock.time += 4 * MINUTE - 1;
    expect(await lookup(reputation, newAddress())).toEqual(AUTH);
    expect(events.checks).toHaveLength(1);
    harness.clock.time += 1;
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    expect(events.circuitChanges.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test.each([
    ['a rejected key', { kind: 'status', status: 401 } as const, AUTH],
    ['an exhausted quota', { kind: 'quota', headers: true } as const, QUOTA],
  ])('a new key resumes checks at once after %s', async (_, fault, unknown) => {
    let key = 'old-key';
    const { reputation, events } = harness.task({ key: () => key });
    harness.simulator.setFault(fault);
    expect(await lookup(reputation, newAddress())).toEqual(unknown);
    harness.simulator.setFault(undefined);
    key = 'new-key';
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    expect(harness.simulator.checks.at(-1)?.key).toBe('new-key');
    expect(events.circuitChanges.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('a late rejection of the old key does not stop checks with the new one', async () => {
    let key = 'old-key';
    const { reputation, events } = harness.task({ key: () => key, abuseIpdbTimeout: 5000 });
    harness.simulator.setFault({ kind: 'status', status: 401 });
    const before = harness.simulator.checks.length;
    const late = lookup(reputation, newAddress());
    while (harness.simulator.checks.length === before) await new Promise(setImmediate);
    key = 'new-key';
    expect(await late).toEqual(AUTH);
    harness.simulator.setFault(undefined);
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    expect(events.circuitChanges).toEqual([]);
  });
});
