import {
  address,
  type Harness,
  type HeldAbuseIpdb,
  HOUR,
  holdAbuseIpdb,
  type LocalServer,
  lookup,
  MINUTE,
  NO_DEADLINE,
  NOON,
  newAddress,
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

const upstreams: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

async function startHeldAbuseIpdb(score: number): Promise<HeldAbuseIpdb> {
  const upstream = await holdAbuseIpdb(score);
  upstreams.push(upstream);
  return upstream;
}

const setScore = (ip: { value: string }, score: number) =>
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });

describe('a lookup', () => {
  test.each([
    ...['10.0.0.1', '127.0.0.1', '192.168.1.1', '169.254.1.1', 'fd00::1', '::1'].map(
      (text) => [text, 'private'] as const,
    ),
    ...['203.0.113.9', '255.255.255.255', 'ff02::1', '2001:db8::1', '2002:a00:1::1'].map(
      (text) => [text, 'reserved'] as const,
    ),
  ])('returns, for %s, unknown(%s) synchronously and checks nothing', async (text, cause) => {
    const { reputation, events } = harness.task();
    expect(reputation.lookup(address(text), NO_DEADLINE)).toEqual({ known: false, cause });
    await reputation.settle();
    expect(events.checks).toEqual([]);
  });

  test('uses the IPv4 address of a tunnel: one check, one item and one memory entry for all forms', async () => {
    const [one, other] = [harness.task(), harness.task()];
    harness.simulator.setRecord('9.9.9.10', { abuseConfidenceScore: 96 });
    const before = harness.simulator.checks.length;
    expect(await lookup(one.reputation, address('2002:909:90a::1'))).toMatchObject({
      score: 96,
      source: 'abuseipdb',
    });
    await one.reputation.settle();
    for (const form of ['2002:909:90a::2', '9.9.9.10', '64:ff9b::9.9.9.10', '2001::f6f6:f6f5']) {
      expect(one.reputation.lookup(address(form), NO_DEADLINE)).toMatchObject({
        value: { record: { score: 96 }, source: 'memory' },
      });
    }
    expect(await lookup(other.reputation, address('2001:0:4136:e378::f6f6:f6f5'))).toMatchObject({
      score: 96,
      source: 'dynamodb',
    });
    const checked = harness.simulator.checks.slice(before).map((check) => check.address);
    expect(checked).toEqual(['9.9.9.10']);
  });

  test('calls AbuseIPDB first, then uses memory, and DynamoDB in another task', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    setScore(ip, 60);
    harness.simulator.setQuota(99_500);
    const fresh = { known: true, score: 60, stale: false };
    const checked = { ...fresh, source: 'abuseipdb', age: 0, quotaRemaining: 99_499 };
    expect(await lookup(one.reputation, ip)).toEqual(checked);
    await one.reputation.settle();
    harness.clock.time += 10 * MINUTE;
    expect(one.reputation.lookup(ip, NO_DEADLINE)).toMatchObject({ value: { source: 'memory' } });
    const read = { ...fresh, source: 'dynamodb', age: 10 * MINUTE };
    expect(await lookup(other.reputation, ip)).toEqual(read);
    expect(other.reputation.lookup(ip, NO_DEADLINE)).toMatchObject({ value: { source: 'memory' } });
    expect([one.events.checks.length, other.events.checks.length]).toEqual([1, 0]);
    expect([one.reputation.quotaRemaining(), other.reputation.quotaRemaining()]).toEqual([
      99_499,
      undefined,
    ]);
  });

  test.each([
    [10, 6 * HOUR],
    [50, HOUR],
    [90, 2 * HOUR],
  ])('checks an address with score %i again after %i ms', async (score, time) => {
    const { reputation } = harness.task();
    const ip = newAddress();
    setScore(ip, score);
    await lookup(reputation, ip);
    harness.clock.time += time - 1;
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'memory', stale: false });
    harness.clock.time += 1;
    setScore(ip, 99);
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'abuseipdb', score: 99 });
  });

  test('replaces a stale record by a newer one of another task', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    setScore(ip, 50);
    await lookup(one.reputation, ip);
    await one.reputation.settle();
    harness.clock.time += HOUR;
    setScore(ip, 80);
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    harness.clock.time += MINUTE;
    expect(await lookup(one.reputation, ip)).toMatchObject({ score: 80, source: 'dynamodb' });
  });

  test('falls back to the newer of two stale records, in memory or in DynamoDB', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    setScore(ip, 50);
    await lookup(one.reputation, ip);
    await one.reputation.settle();
    harness.clock.time += 2 * HOUR;
    setScore(ip, 60);
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    harness.clock.time += 2 * HOUR;
    harness.simulator.setFault({ kind: 'reset' });
    const age = 2 * HOUR;
    const stale = { known: true, stale: true, staleCause: 'upstream', score: 60, age };
    expect(await lookup(one.reputation, ip)).toEqual({ ...stale, source: 'dynamodb' });
    expect(await lookup(other.reputation, ip)).toEqual({ ...stale, source: 'memory' });
  });
});

describe('with clocks that differ', () => {
  test.each([
    ['a moment', 2 * SECOND, { source: 'dynamodb', score: 10, stale: false, age: 0 }],
    ['a minute', MINUTE, { source: 'abuseipdb', score: 90, stale: false, age: 0 }],
    ['an hour', HOUR, { source: 'abuseipdb', score: 90, stale: false, age: 0 }],
    ['nearly a day', 24 * HOUR - 1, { source: 'abuseipdb', score: 90, stale: false, age: 0 }],
  ])('a record from a task %s ahead yields the right score', async (_, time, expected) => {
    const ahead = harness.task({ now: () => harness.clock.time + time });
    const ip = newAddress();
    setScore(ip, 10);
    await lookup(ahead.reputation, ip);
    await ahead.reputation.settle();
    setScore(ip, 90);
    const { reputation } = harness.task();
    expect(await lookup(reputation, ip)).toMatchObject(expected);
    expect(await lookup(reputation, ip)).toMatchObject({ ...expected, source: 'memory' });
  });

  test.each([
    ['within a day is used', HOUR, { known: true, score: 10, stale: true, age: 0 }],
    ['beyond a day is not used', 25 * HOUR, { known: false, cause: 'upstream' }],
  ])('a record with a future date %s while AbuseIPDB fails', async (_, time, expected) => {
    const ahead = harness.task({ now: () => harness.clock.time + time });
    const ip = newAddress();
    setScore(ip, 10);
    await lookup(ahead.reputation, ip);
    await ahead.reputation.settle();
    harness.simulator.setFault({ kind: 'reset' });
    expect(await lookup(harness.task().reputation, ip)).toMatchObject(expected);
  });

  test('records in memory become stale when the clock is set back', async () => {
    const { reputation } = harness.task();
    const ip = newAddress();
    setScore(ip, 10);
    await lookup(reputation, ip);
    harness.clock.time -= HOUR;
    setScore(ip, 90);
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'abuseipdb', score: 90 });
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'memory', stale: false });
  });

  test("another task's fresh record replaces one from this task's wrong clock", async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    harness.clock.time = NOON + HOUR;
    setScore(ip, 10);
    await lookup(one.reputation, ip);
    await one.reputation.settle();
    harness.clock.time = NOON;
    setScore(ip, 90);
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    expect(await lookup(one.reputation, ip)).toMatchObject({ source: 'dynamodb', score: 90 });
  });

  test('a record from a task an hour behind is an hour old', async () => {
    const behind = harness.task({ now: () => harness.clock.time - HOUR });
    const ip = newAddress();
    setScore(ip, 10);
    await lookup(behind.reputation, ip);
    await behind.reputation.settle();
    expect(await lookup(harness.task().reputation, ip)).toMatchObject({
      source: 'dynamodb',
      age: HOUR,
    });
  });

  test('a record with a date days ahead is replaced', async () => {
    const wrong = harness.task({ now: () => harness.clock.time + 72 * HOUR });
    const ip = newAddress();
    setScore(ip, 0);
    await lookup(wrong.reputation, ip);
    await wrong.reputation.settle();
    const { reputation } = harness.task();
    setScore(ip, 90);
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'abuseipdb', score: 90 });
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'memory', score: 90 });
  });

  test('a task whose clock was days ahead uses the record of another task', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    harness.clock.time = NOON + 72 * HOUR;
    setScore(ip, 0);
    await lookup(one.reputation, ip);
    await one.reputation.settle();
    harness.clock.time = NOON;
    setScore(ip, 90);
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    expect(await lookup(one.reputation, ip)).toMatchObject({ source: 'dynamodb', score: 90 });
  });
});

describe('concurrent lookups', () => {
  test('of one address share one check', async () => {
    const { reputation, events } = harness.task();
    const ip = newAddress();
    setScore(ip, 70);
    const signals = await Promise.all(
      Array.from({ length: 1000 }, () => reputation.lookup(ip, NO_DEADLINE)),
    );
    expect(events.checks).toHaveLength(1);
    expect(new Set(signals.map((signal) => signal.known && signal.value.record.score))).toEqual(
      new Set([70]),
    );
  });

  test('have their own deadlines; the check continues and fills memory', async () => {
    const upstream = await startHeldAbuseIpdb(70);
    const { reputation } = harness.task({ baseUrl: upstream.url, abuseIpdbTimeout: 60 * SECOND });
    const ip = newAddress();
    const patient = reputation.lookup(ip, { remaining: () => 60 * SECOND });
    expect(await lookup(reputation, ip, 30)).toMatchObject({ known: false, cause: 'timeout' });
    expect(await lookup(reputation, ip, 0)).toEqual({ known: false, cause: 'timeout' });
    upstream.release();
    expect(await patient).toMatchObject({ known: true, value: { source: 'abuseipdb' } });
    expect(reputation.lookup(ip, NO_DEADLINE)).toMatchObject({ value: { source: 'memory' } });
  });

  test('fill memory even if they have all timed out', async () => {
    const upstream = await startHeldAbuseIpdb(70);
    const { reputation } = harness.task({ baseUrl: upstream.url, abuseIpdbTimeout: 60 * SECOND });
    const ip = newAddress();
    expect(await lookup(reputation, ip, 1)).toMatchObject({ known: false, cause: 'timeout' });
    upstream.release();
    await reputation.settle();
    expect(reputation.lookup(ip, NO_DEADLINE)).toMatchObject({ value: { source: 'memory' } });
  });

  test('use the stale record when they time out', async () => {
    const [upstream, other] = [await startHeldAbuseIpdb(70), harness.task()];
    const { reputation } = harness.task({ baseUrl: upstream.url, abuseIpdbTimeout: 60 * SECOND });
    const ip = newAddress();
    setScore(ip, 90);
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    expect(await lookup(reputation, ip)).toMatchObject({ source: 'dynamodb', score: 90 });
    harness.clock.time += 3 * HOUR;
    expect(await lookup(reputation, ip, 30)).toMatchObject({
      stale: true,
      staleCause: 'timeout',
      score: 90,
    });
    upstream.release();
    await reputation.settle();
  });

  test('beyond the limit of checks fail without queueing', async () => {
    const upstream = await startHeldAbuseIpdb(70);
    const { reputation, events } = harness.task({
      baseUrl: upstream.url,
      maxConcurrentChecks: 2,
      abuseIpdbTimeout: 60 * SECOND,
    });
    const lookups = Array.from({ length: 5 }, () => lookup(reputation, newAddress(), 60 * SECOND));
    // The three beyond the limit resolve first, and then AbuseIPDB responds to the others.
    let failures = 0;
    for (const pending of lookups) void pending.then(() => ++failures === 3 && upstream.release());
    const signals = await Promise.all(lookups);
    const failed = { known: false, cause: 'upstream', heldBackBy: 'slots' };
    expect(signals.filter((signal) => signal.known)).toHaveLength(2);
    expect(signals.filter((signal) => !signal.known)).toEqual([failed, failed, failed]);
    expect(events.circuitChanges).toEqual([]);
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
  });

  test('memory evicts the least recently used address', async () => {
    const { reputation } = harness.task({ memoryEntries: 2 });
    const [first, second, third] = [newAddress(), newAddress(), newAddress()];
    for (const ip of [first, second, first, third]) await lookup(reputation, ip);
    await reputation.settle();
    expect(await lookup(reputation, first)).toMatchObject({ source: 'memory' });
    expect(await lookup(reputation, second)).toMatchObject({ source: 'dynamodb' });
  });

  test('invented addresses whose checks fail evict no record', async () => {
    const { reputation, events } = harness.task({ memoryEntries: 2 });
    const real = [newAddress(), newAddress()];
    for (const ip of real) await lookup(reputation, ip);
    // A 422 does not count as a failure of AbuseIPDB, so the circuit stays closed.
    harness.simulator.setFault({ kind: 'status', status: 422 });
    for (let i = 0; i < 10; i += 1) await lookup(reputation, newAddress());
    expect(events.checks).toHaveLength(12);
    for (const ip of real) {
      expect(reputation.lookup(ip, NO_DEADLINE)).toMatchObject({ value: { source: 'memory' } });
    }
  });
});

describe('the circuit to AbuseIPDB', () => {
  test('opens after five failures, and closes within a minute of the end of an outage', async () => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'status', status: 500 });
    for (let i = 0; i < 5; i += 1) await lookup(reputation, newAddress());
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
    expect(events.checks).toHaveLength(5);
    // An outage of ten minutes, with a login every second.
    for (let second = 0; second < 600; second += 10) {
      harness.clock.time += 10 * SECOND;
      await lookup(reputation, newAddress());
    }
    expect(events.checks.length).toBeLessThan(30);
    harness.simulator.setFault(undefined);
    harness.clock.time += 30 * SECOND;
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    expect(events.circuitChanges.at(-1)).toEqual({ state: 'closed' });
  });

  test('allows one probe for many concurrent lookups', async () => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'reset' });
    for (let i = 0; i < 5; i += 1) await lookup(reputation, newAddress());
    harness.clock.time += 5 * SECOND;
    await Promise.all(Array.from({ length: 20 }, () => lookup(reputation, newAddress())));
    expect(events.checks).toHaveLength(6);
  });

  test('does not affect records in DynamoDB', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newAddress();
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    harness.simulator.setFault({ kind: 'reset' });
    for (let i = 0; i < 5; i += 1) await lookup(one.reputation, newAddress());
    expect(await lookup(one.reputation, ip)).toMatchObject({ known: true, source: 'dynamodb' });
  });

  test('counts responses without a score as failures, but not rejected addresses', async () => {
    const { reputation, events } = harness.task();
    harness.simulator.setFault({ kind: 'status', status: 422 });
    for (let i = 0; i < 10; i += 1) await lookup(reputation, newAddress());
    expect(events.circuitChanges).toEqual([]);
    harness.simulator.setFault({ kind: 'score', value: 'missing' });
    for (let i = 0; i < 6; i += 1) await lookup(reputation, newAddress());
    expect(events.circuitChanges).toMatchObject([{ state: 'open', cause: 'invalid' }]);
    expect(events.checks).toHaveLength(15);
  });
});

describe('internal errors', () => {
  test('of hooks do not affect the lookup', async () => {
    const fail = () => {
      throw new Error('disk full');
    };
    const { reputation } = harness.task({
      hooks: {
        onCheck: fail,
        onCircuitChange: fail,
        onCacheFailure: fail,
        onCacheCircuitChange: fail,
      },
    });
    expect(await lookup(reputation, newAddress())).toMatchObject({ known: true });
    harness.simulator.setFault({ kind: 'status', status: 401 });
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'auth' });
  });

  test('while reading the key yield unknown(upstream) and are reported', async () => {
    const error = new Error('no key');
    const key = () => {
      throw error;
    };
    const { reputation, events } = harness.task({ key });
    await reputation.warmUp();
    expect(await lookup(reputation, newAddress())).toEqual({ known: false, cause: 'upstream' });
    expect(events.errors).toEqual([error, error]);
  });
});
