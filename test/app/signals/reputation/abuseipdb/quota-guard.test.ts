import {
  type Bench,
  HOUR,
  lookup,
  MINUTE,
  NOON,
  newAddress,
  SECOND,
  startBench,
} from '../harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.clock.time = NOON;
  bench.simulator.setFault(undefined);
  await bench.newTable();
});

const QUOTA = { known: false, cause: 'quota' };
const AUTH = { known: false, cause: 'auth' };

describe('a used-up quota', () => {
  test.each([
    ['what Retry-After says', { headers: true, retryAfter: 600 }, 10 * MINUTE],
    ['the rest of the day that the headers tell', { headers: true }, 12 * HOUR],
    ['a minute when nothing is said', { headers: false }, MINUTE],
  ])('stops the calls for %s, then one probes', async (_, form, time) => {
    const { ladder, events } = bench.task();
    bench.simulator.setFault({ kind: 'quota', ...form });
    expect(await lookup(ladder, newAddress())).toEqual(QUOTA);
    expect(events.states).toEqual([{ state: 'open', cause: 'quota', until: NOON + time }]);
    expect(ladder.quotaRemaining()).toBe(0);
    bench.simulator.setFault(undefined);
    bench.clock.time += time - 1;
    expect(await lookup(ladder, newAddress())).toEqual(QUOTA);
    expect(events.checks).toHaveLength(1);
    bench.clock.time += 1;
    expect(await lookup(ladder, newAddress())).toMatchObject({ known: true });
    expect(events.states.at(-1)).toEqual({ state: 'closed' });
  });

  test('is refused again to the probe: closed again, with nothing asked between', async () => {
    const { ladder, events } = bench.task();
    bench.simulator.setFault({ kind: 'quota', headers: false });
    await lookup(ladder, newAddress());
    bench.clock.time += MINUTE;
    await Promise.all(Array.from({ length: 10 }, () => lookup(ladder, newAddress())));
    expect(events.checks).toHaveLength(2);
    expect(events.states.at(-1)).toMatchObject({ cause: 'quota', until: NOON + 2 * MINUTE });
  });

  test('is held against no address: the first one is known as soon as calls go on', async () => {
    const { ladder } = bench.task();
    const ip = newAddress();
    bench.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 1 });
    await lookup(ladder, ip);
    bench.simulator.setFault(undefined);
    bench.clock.time += SECOND;
    expect(await lookup(ladder, ip)).toMatchObject({ known: true });
  });
});

describe('the other tasks', () => {
  async function closeByOneTask(key = 'good-key') {
    const { ladder } = bench.task({ key: () => key });
    bench.simulator.setFault({ kind: 'quota', headers: true, retryAfter: 3600 });
    await lookup(ladder, newAddress());
    await ladder.settle();
    bench.simulator.setFault(undefined);
  }

  test('learn of a used-up quota with their next lookup', async () => {
    const other = bench.task();
    await lookup(other.ladder, newAddress());
    await closeByOneTask();
    bench.clock.time += 5 * SECOND - 1;
    expect(await lookup(other.ladder, newAddress())).toMatchObject({ known: true });
    bench.clock.time += 1;
    expect(await lookup(other.ladder, newAddress())).toEqual(QUOTA);
    expect(other.events.states).toEqual([{ state: 'open', cause: 'quota', until: NOON + HOUR }]);
    expect(other.events.checks).toHaveLength(2);
  });

  test('learn of it at boot', async () => {
    await closeByOneTask();
    const other = bench.task();
    await other.ladder.warm();
    expect(other.events.states).toMatchObject([{ state: 'open', cause: 'quota' }]);
    expect(await lookup(other.ladder, newAddress())).toEqual(QUOTA);
    expect(other.events.checks).toEqual([]);
  });

  test('learn of it without a boot, before their first call', async () => {
    await closeByOneTask();
    const other = bench.task();
    const answers = await Promise.all([
      lookup(other.ladder, newAddress()),
      lookup(other.ladder, newAddress()),
    ]);
    expect(answers).toEqual([QUOTA, QUOTA]);
    expect(other.events.checks).toEqual([]);
  });

  test('go on when it is over, and say so once', async () => {
    await closeByOneTask();
    const other = bench.task();
    await other.ladder.warm();
    for (let minute = 0; minute < 60; minute += 10) {
      expect(await lookup(other.ladder, newAddress())).toEqual(QUOTA);
      bench.clock.time += 10 * MINUTE;
    }
    expect(await lookup(other.ladder, newAddress())).toMatchObject({ known: true });
    expect(other.events.states.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('do not heed a closing of another key', async () => {
    await closeByOneTask('key-of-a-small-plan');
    const other = bench.task({ key: () => 'key-of-a-large-plan' });
    expect(await lookup(other.ladder, newAddress())).toMatchObject({ known: true });
  });

  test('find the key nowhere in the table', async () => {
    await closeByOneTask('a-secret-key');
    const items = await bench.dynamoDb.items(bench.table());
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('a-secret-key');
  });
});

describe('a refused key', () => {
  test.each([401, 402, 403] as const)('(%i) stops the calls for four minutes', async (status) => {
    const { ladder, events } = bench.task();
    bench.simulator.setFault({ kind: 'status', status });
    expect(await lookup(ladder, newAddress())).toEqual(AUTH);
    bench.simulator.setFault(undefined);
    bench.clock.time += 4 * MINUTE - 1;
    expect(await lookup(ladder, newAddress())).toEqual(AUTH);
    expect(events.checks).toHaveLength(1);
    bench.clock.time += 1;
    expect(await lookup(ladder, newAddress())).toMatchObject({ known: true });
    expect(events.states.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test.each([
    ['a refused key', { kind: 'status', status: 401 } as const, AUTH],
    ['a used-up quota', { kind: 'quota', headers: true } as const, QUOTA],
  ])('a new key ends what %s closed, at once', async (_, fault, unknown) => {
    let key = 'old-key';
    const { ladder, events } = bench.task({ key: () => key });
    bench.simulator.setFault(fault);
    expect(await lookup(ladder, newAddress())).toEqual(unknown);
    bench.simulator.setFault(undefined);
    key = 'new-key';
    expect(await lookup(ladder, newAddress())).toMatchObject({ known: true });
    expect(bench.simulator.checks.at(-1)?.key).toBe('new-key');
    expect(events.states.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('a late refusal of the old key does not stop the new one', async () => {
    let key = 'old-key';
    const { ladder, events } = bench.task({ key: () => key, abuseIpdbTimeout: 5000 });
    bench.simulator.setFault({ kind: 'status', status: 401 });
    const before = bench.simulator.checks.length;
    const late = lookup(ladder, newAddress());
    while (bench.simulator.checks.length === before) await new Promise(setImmediate);
    key = 'new-key';
    expect(await late).toEqual(AUTH);
    bench.simulator.setFault(undefined);
    expect(await lookup(ladder, newAddress())).toMatchObject({ known: true });
    expect(events.states).toEqual([]);
  });
});
