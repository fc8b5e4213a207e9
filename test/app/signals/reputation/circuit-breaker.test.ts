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
    for (let i = 0; i < times; i += 1) enter(breaker).failed(cause);
  };
  return { clock, changes, breaker, fail };
}

function enter(breaker: CircuitBreaker<Cause>): Permit<Cause> {
  const entry = breaker.tryAcquire();
  if (!entry.allowed) throw new Error(`The breaker is open: ${entry.cause}`);
  return entry.permit;
}

describe('a breaker opened by failures', () => {
  test('lets calls through until five in a row have failed', () => {
    const { breaker, changes, fail } = setUp();
    fail(4);
    expect(breaker.tryAcquire().allowed).toBe(true);
    fail(1, 'timeout');
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'timeout' });
    expect(changes).toEqual([{ state: 'open', cause: 'timeout', until: NOON + 5 * SECOND }]);
  });

  test('counts from the start after a success', () => {
    const { breaker, changes, fail } = setUp();
    fail(4);
    enter(breaker).succeeded();
    fail(4);
    expect(breaker.tryAcquire().allowed).toBe(true);
    expect(changes).toEqual([]);
  });

  test('lets one probe through at a time when the pause is over', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND - 1;
    expect(breaker.tryAcquire().allowed).toBe(false);
    clock.time += 1;
    const probe = enter(breaker);
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'upstream' });
    probe.failed('timeout');
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'timeout' });
  });

  test('closes when the probe succeeds, and then pauses for as little as at first', () => {
    const { clock, breaker, changes, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND;
    fail(1);
    clock.time += 10 * SECOND;
    enter(breaker).succeeded();
    expect(changes.at(-1)).toEqual({ state: 'closed' });
    fail(5);
    expect(changes.at(-1)).toMatchObject({ until: clock.time + 5 * SECOND });
  });

  test('doubles its pause with every failed probe, to thirty seconds', () => {
    const { clock, breaker, changes, fail } = setUp();
    fail(5);
    const pauses = [];
    for (let i = 0; i < 5; i += 1) {
      const last = changes.at(-1);
      const until = last?.state === 'open' ? last.until : Number.NaN;
      pauses.push((until - clock.time) / SECOND);
      clock.time = until;
      enter(breaker).failed('upstream');
    }
    expect(pauses).toEqual([5, 10, 20, 30, 30]);
  });

  test('takes no word from calls that began before it opened or closed', () => {
    const { clock, breaker, changes, fail } = setUp();
    const early = Array.from({ length: 8 }, () => enter(breaker));
    fail(5);
    early[0]?.succeeded();
    expect(breaker.tryAcquire().allowed).toBe(false);
    clock.time += 5 * SECOND;
    const probe = enter(breaker);
    early[1]?.succeeded();
    expect(breaker.tryAcquire().allowed).toBe(false);
    probe.succeeded();
    for (const permit of early.slice(2)) permit.failed('timeout');
    expect(breaker.tryAcquire().allowed).toBe(true);
    expect(changes).toHaveLength(2);
  });

  test('does not wait for hours when the clock is set back', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time -= HOUR;
    expect(breaker.tryAcquire().allowed).toBe(true);
  });
});

describe('a breaker held open', () => {
  test('refuses until the time named, then probes', () => {
    const { clock, breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    clock.time += HOUR - 1;
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'quota' });
    clock.time += 1;
    enter(breaker).succeeded();
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  test('pauses for as little as at first when the probe fails', () => {
    const { clock, breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    clock.time += HOUR;
    enter(breaker).failed('timeout');
    expect(changes.at(-1)).toEqual({
      state: 'open',
      cause: 'timeout',
      until: clock.time + 5 * SECOND,
    });
  });

  test('says nothing again when it is held for the same time or a shorter one', () => {
    const { breaker, changes } = setUp();
    breaker.forceOpen('quota', NOON + HOUR);
    breaker.forceOpen('quota', NOON + HOUR);
    breaker.forceOpen('auth', NOON + MINUTE);
    expect(changes).toHaveLength(1);
    breaker.forceOpen('quota', NOON + 2 * HOUR);
    expect(changes).toHaveLength(2);
  });

  test('overrules a probe that is under way', () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    clock.time += 5 * SECOND;
    const probe = enter(breaker);
    breaker.forceOpen('quota', clock.time + HOUR);
    probe.succeeded();
    expect(breaker.tryAcquire()).toEqual({ allowed: false, cause: 'quota' });
  });

  test('is released at once; what failures opened is not', () => {
    const { breaker, fail } = setUp();
    breaker.forceOpen('auth', NOON + HOUR);
    breaker.endForcedOpen();
    expect(breaker.tryAcquire().allowed).toBe(true);
    fail(5);
    breaker.endForcedOpen();
    expect(breaker.tryAcquire().allowed).toBe(false);
  });
});

test('a log that throws does not disturb the breaker', () => {
  const breaker = new CircuitBreaker<Cause>({
    now: () => NOON,
    failureThreshold: 1,
    openMs: SECOND,
    maxOpenMs: SECOND,
    onChange: () => {
      throw new Error('disk full');
    },
  });
  enter(breaker).failed('timeout');
  expect(breaker.tryAcquire().allowed).toBe(false);
});
