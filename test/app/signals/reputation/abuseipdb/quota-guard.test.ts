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

describe('a used-up quota', () => {
  test.each([
    ['what Retry-After says', { headers: true, retryAfter: 600 }, 10 * MINUTE],
    ['the rest of the day that the headers tell', { headers: true }, 12 * HOUR],
    ['a minute when nothing is said', { headers: false }, MINUTE],
  ])('stops the calls for %s, then one probes', async (_, form, time) => {
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

  test('is refused again to the probe: closed again, with nothing asked between', async () => {
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

  test('is held against no address: the first one is known as soon as calls go on', async () => {
    const { reputation } = harness.task();
    const ip = newAddress();
    harness.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 1 });
    await lookup(reputation, ip);
    harness.simulator.setFault(undefined);
    harness.clock.time += SECOND;
    expect(await lookup(reputation, ip)).toMatchObject({ known: true });
  });
});

describe('the other tasks', () => {
  async function closeByOneTask(key = 'good-key') {
    const { reputation } = harness.task({ key: () => key });
    harness.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 3600 });
    await lookup(reputation, newAddress());
    await reputation.settle();
    harness.simulator.setFault(undefined);
  }

  test('learn of a used-up quota with their next lookup', async () => {
    const other = harness.task();
    await lookup(other.reputation, newAddress());
    await closeByOneTask();
    harness.clock.time += 5 * SECOND - 1;
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
    harness.clock.time += 1;
    expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
    expect(other.events.circuitChanges).toEqual([
      { state: 'open', cause: 'quota', until: NOON + HOUR },
    ]);
    expect(other.events.checks).toHaveLength(2);
  });

  test('learn of it at boot', async () => {
    await closeByOneTask();
    const other = harness.task();
    await other.reputation.warmUp();
    expect(other.events.circuitChanges).toMatchObject([{ state: 'open', cause: 'quota' }]);
    expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
    expect(other.events.checks).toEqual([]);
  });

  test('learn of it without a boot, before their first call', async () => {
    await closeByOneTask();
    const other = harness.task();
    const answers = await Promise.all([
      lookup(other.reputation, newAddress()),
      lookup(other.reputation, newAddress()),
    ]);
    expect(answers).toEqual([QUOTA, QUOTA]);
    expect(other.events.checks).toEqual([]);
  });

  test('go on when it is over, and say so once', async () => {
    await closeByOneTask();
    const other = harness.task();
    await other.reputation.warmUp();
    for (let minute = 0; minute < 60; minute += 10) {
      expect(await lookup(other.reputation, newAddress())).toEqual(QUOTA);
      harness.clock.time += 10 * MINUTE;
    }
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
    expect(other.events.circuitChanges.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('do not heed a closing of another key', async () => {
    await closeByOneTask('key-of-a-small-plan');
    const other = harness.task({ key: () => 'key-of-a-large-plan' });
    expect(await lookup(other.reputation, newAddress())).toMatchObject({ known: true });
  });

  test('find the key nowhere in the table', async () => {
    await closeByOneTask('a-secret-key');
    const items = await harness.dynamoDb.items(harness.tableName());
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('a-secret-key');
  });
});

describe('a refused key', () => {
  test.each([401, 402, 403] as const)('(%i) stops the calls for four minutes', async (status) => {
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
    ['a refused key', { kind: 'status', status: 401 } as const, AUTH],
    ['a used-up quota', { kind: 'quota', headers: true } as const, QUOTA],
  ])('a new key ends what %s closed, at once', async (_, fault, unknown) => {
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

  test('a late refusal of the old key does not stop the new one', async () => {
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
