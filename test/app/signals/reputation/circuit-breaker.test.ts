import {
  CircuitBreaker,
  type CircuitChange,
  type Permit,
} from '../../../../app/src/signals/reputation/circuit-breaker.ts';
import { HOUR, MINUTE, NOON, SECOND } from './harness.ts';

type Cause = 'timeout' | 'upstream' | 'quota' | 'auth';

function setUp() {
  const clock = { time: NOON };
  const changes: CircuitChange<Cause>[] = [];
  const breaker = new CircuitBreaker<Cause>({
    now: () => clock.time,
    failureThreshold: 5,
    openMs: 5 * SECOND,
    maxOpenMs: 30 * SECOND,
    onChange: (change) => void changes.push(change),
  });
  const fail = (times: number, cause: Cause = 'upstream') => {
    for (let i = 0; i < times; i += 1) acquire(breaker).failed(cause);
  };
  return { clock, changes, breaker, fail };
}

function acquire(breaker: CircuitBreaker<Cause>): Permit<Cause> {
  const acquisition = breaker.tryAcquire();
  if (!acquisition.allowed) throw new Error(`The circuit is open: ${acquisition.cause}`);
  return acquisition.permit;
}

describe('a circuit that failures open', () => {
  test('stays closed until five calls in a row have failed', () => {
    const { breaker, changes, fail } = setUp();
    fail(4);
    expect(breaker.tryAcquire().allowed).toBe(true);
    fail(1, 'timeout');
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'timeout' });
    expect(changes).toEqual([{ state: 'open', cause: 'timeout', until: NOON + 5 * SECOND }]);
  });

  test('resets the count of failures after a success', () => {
    const { breaker, changes, fail } = setUp();
    fail(4);
    acquire(breaker).succeeded();
    fail(4);
    expect(breaker.tryAcquire().allowed).toBe(true);
    expect(changes).toEqual([]);
  });

  test('is half-open after its time, and allows one probe at a time', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND - 1;
    expect(breaker.tryAcquire().allowed).toBe(false);
    clock.time += 1;
    const probe = acquire(breaker);
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'upstream' });
    probe.failed('timeout');
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'timeout' });
  });

  test('closes when the probe succeeds, and opens for the initial time again', () => {
    const { clock, breaker, changes, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND;
    fail(1);
    clock.time += 10 * SECOND;
    acquire(breaker).succeeded();
    expect(changes.at(-1)).toEqual({ state: 'closed' });
    fail(5);
    expect(changes.at(-1)).toMatchObject({ until: clock.time + 5 * SECOND });
  });

  test('doubles its time with each failed probe, up to thirty seconds', () => {
    const { clock, breaker, changes, fail } = setUp();
    fail(5);
    const openSeconds = [];
    for (let i = 0; i < 5; i += 1) {
      const last = changes.at(-1);
      const until = last?.state === 'open' ? last.until : Number.NaN;
      openSeconds.push((until - clock.time) / SECOND);
      clock.time = until;
      acquire(breaker).failed('upstream');
    }
    expect(openSeconds).toEqual([5, 10, 20, 30, 30]);
  });

  test('ignores the results of calls that began before it opened or closed', () => {
    const { clock, breaker, changes, fail } = setUp();
    const early = Array.from({ length: 8 }, () => acquire(breaker));
    fail(5);
    early[0]?.succeeded();
    expect(breaker.tryAcquire().allowed).toBe(false);
    clock.time += 5 * SECOND;
    const probe = acquire(breaker);
    early[1]?.succeeded();
    expect(breaker.tryAcquire().allowed).toBe(false);
    probe.succeeded();
    for (const permit of early.slice(2)) permit.failed('timeout');
    expect(breaker.tryAcquire().allowed).toBe(true);
    expect(changes).toHaveLength(2);
  });

  test('is half-open at once when the clock is set back', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time -= HOUR;
    expect(breaker.tryAcquire().allowed).toBe(true);
  });
});

describe('a circuit that is forced open', () => {
  test('is open until the given time, then half-open', () => {
    const { clock, breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    clock.time += HOUR - 1;
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'quota' });
    clock.time += 1;
    acquire(breaker).succeeded();
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('opens for the initial time when the probe fails', () => {
    const { clock, breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    clock.time += HOUR;
    acquire(breaker).failed('timeout');
    expect(changes.at(-1)).toEqual({
      state: 'open',
      cause: 'timeout',
      until: clock.time + 5 * SECOND,
    });
  });

  test('reports no change for the same time or a shorter one', () => {
    const { breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    breaker.forceOpen('quota', NOON + HOUR);
    breaker.forceOpen('auth', NOON + MINUTE);
    expect(changes).toHaveLength(1);
    breaker.forceOpen('quota', NOON + 2 * HOUR);
    expect(changes).toHaveLength(2);
  });

  test('ignores the result of a pending probe', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND;
    const probe = acquire(breaker);
    breaker.forceOpen('quota', clock.time + HOUR);
    probe.succeeded();
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'quota' });
  });

  test('can be closed at once, unlike one that failures opened', () => {
    const { breaker, fail } = setUp();
    breaker.forceOpen('auth', NOON + HOUR);
    breaker.endForcedOpen();
    expect(breaker.tryAcquire().allowed).toBe(true);
    fail(5);
    breaker.endForcedOpen();
    expect(breaker.tryAcquire().allowed).toBe(false);
  });
});

test('a listener that throws does not affect the circuit', () => {
  const breaker = new CircuitBreaker<Cause>({
    now: () => NOON,
    failureThreshold: 1,
    openMs: SECOND,
    maxOpenMs: SECOND,
    onChange: () => {
      throw new Error('disk full');
    },
  });
  acquire(breaker).failed('timeout');
  expect(breaker.tryAcquire().allowed).toBe(false);
});
