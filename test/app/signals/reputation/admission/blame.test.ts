import { BlamingBreaker } from '../../../../../app/src/signals/reputation/admission/blame.ts';
import type { Caller } from '../../../../../app/src/signals/reputation/admission/caller.ts';
import {
  CircuitBreaker,
  type Permit,
} from '../../../../../app/src/signals/reputation/circuit-breaker.ts';
import { MINUTE, NOON, SECOND } from '../harness.ts';
import { client, user } from './callers.ts';

type Cause = 'timeout' | 'upstream' | 'quota';

function setUp() {
  const clock = { time: NOON };
  const breaker = new CircuitBreaker<Cause>({
    now: () => clock.time,
    failureThreshold: 5,
    openMs: 5 * SECOND,
    maxOpenMs: 30 * SECOND,
  });
  const blaming = new BlamingBreaker(breaker);
  const acquire = (caller: Caller | undefined): Permit<Cause> | undefined => {
    const acquisition = blaming.tryAcquire(caller);
    return acquisition.allowed ? acquisition.permit : undefined;
  };
  const mayCall = (caller: Caller | undefined) => {
    const permit = acquire(caller);
    return permit !== undefined;
  };
  /** Calls of a caller fail until it is stopped; returns how many. */
  const failAll = (caller: Caller | undefined, most = 20) => {
    let calls = 0;
    for (; calls < most; calls += 1) {
      const permit = acquire(caller);
      if (permit === undefined) break;
      permit.failed('upstream');
    }
    return calls;
  };
  return { clock, breaker, blaming, acquire, mayCall, failAll };
}

const ATTACKER = user('attacker', 'app');

describe('After five failures of one user', () => {
  test.each([
    ['that user', ATTACKER, false],
    ['that user with another client', user('attacker', 'other'), true],
    ['another user of the client', user('victim', 'app'), true],
    ['a user of another client', user('victim', 'other'), true],
    ['the client without a user', client('app'), true],
    ['a lookup on behalf of nobody', undefined, false],
  ])('%s may call: %s', (_, caller, expected) => {
    const { failAll, mayCall } = setUp();
    expect(failAll(ATTACKER)).toBe(5);
    expect(mayCall(caller)).toBe(expected);
  });

  test('others may call at the same time', () => {
    const { failAll, mayCall } = setUp();
    failAll(ATTACKER);
    const victims = Array.from({ length: 30 }, (_, i) => user(`${i}`, 'app'));
    expect(victims.map(mayCall)).toEqual(victims.map(() => true));
  });

  test('the success of another closes the circuit, for that user too', () => {
    const { failAll, acquire, mayCall, breaker } = setUp();
    failAll(ATTACKER);
    acquire(user('victim'))?.succeeded();
    expect(mayCall(ATTACKER)).toBe(true);
    expect(breaker.tryAcquire().allowed).toBe(true);
    expect(failAll(ATTACKER)).toBe(5);
  });

  test('a call that never ends stops nobody', () => {
    const { failAll, acquire, mayCall } = setUp();
    failAll(ATTACKER);
    acquire(user('victim'));
    expect(mayCall(user('victim'))).toBe(true);
    expect(mayCall(user('third'))).toBe(true);
  });
});

describe('While AbuseIPDB is down', () => {
  /** Each caller calls once in each round while it may; returns the calls. */
  const countCalls = (callers: readonly Caller[], rounds = 10) => {
    const { failAll } = setUp();
    let calls = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const caller of callers) calls += failAll(caller, 1);
    }
    return calls;
  };

  test.each<[string, Caller[], number]>([
    ['one client without users', [client('app')], 5],
    ['one user', [user('u')], 5],
    ['twenty users of one client', users(20, 'app'), 5],
    ['three clients', [client('a'), client('b'), client('c')], 5],
    ['thirty clients', Array.from({ length: 30 }, (_, i) => client(`${i}`)), 5],
    ['users of two clients', [...users(20, 'a'), ...users(20, 'b')], 8],
  ])('%s: it is called %s times', (_, callers, expected) => {
    expect(countCalls(callers)).toBe(expected);
  });

  test.each([
    ['one client', [client('app')]],
    ['twenty users', users(20, 'app')],
    ['thirty clients', Array.from({ length: 30 }, (_, i) => client(`${i}`))],
  ])('it is probed at most three times in each open period, by %s', (_, callers) => {
    const { clock, failAll } = setUp();
    const callAll = () => callers.reduce((sum, caller) => sum + failAll(caller, 1), 0);
    for (let i = 0; i < 5; i += 1) callAll();
    for (const openMs of [5, 10, 20, 30, 30]) {
      clock.time += openMs * SECOND;
      const probes = callAll() + callAll();
      expect(probes).toBeGreaterThanOrEqual(1);
      expect(probes).toBeLessThanOrEqual(3);
    }
  });

  test('a probe of somebody whose checks had not failed lets nobody else call', () => {
    const { clock, failAll, mayCall } = setUp();
    for (const caller of users(5, 'app')) failAll(caller, 1);
    clock.time += 5 * SECOND;
    expect(failAll(user('new', 'app'))).toBe(1);
    expect(mayCall(user('other', 'app'))).toBe(false);
  });

  test('lookups on behalf of nobody are stopped after five failures', () => {
    expect(setUp().failAll(undefined)).toBe(5);
  });

  test('users of two clients are stopped at three failures each', () => {
    const { failAll, mayCall } = setUp();
    for (const caller of [...users(3, 'a'), ...users(2, 'b')]) failAll(caller, 1);
    expect(mayCall(user('x', 'a'))).toBe(false);
    const permit = mayCall(user('x', 'b'));
    expect(permit).toBe(true);
    failAll(user('y', 'b'), 1);
    expect(mayCall(user('z', 'b'))).toBe(false);
  });
});

describe('When AbuseIPDB works again, and an attacker makes each probe fail', () => {
  test('others call nevertheless', () => {
    const { clock, failAll, acquire, mayCall } = setUp();
    // An outage that all have noticed.
    for (const caller of [ATTACKER, ...users(4, 'app'), ...users(4, 'other')]) failAll(caller, 1);
    expect(mayCall(user('victim', 'app'))).toBe(false);
    clock.time += 5 * SECOND;
    failAll(ATTACKER, 1);
    const permit = acquire(user('victim', 'app'));
    expect(permit).toBeDefined();
    permit?.succeeded();
    expect(mayCall(user('other', 'other'))).toBe(true);
  });
});

describe('A circuit that is forced open', () => {
  test('stops everybody until its time, and is not closed by calls from before', () => {
    const { clock, breaker, acquire, mayCall, failAll } = setUp();
    failAll(ATTACKER);
    const before = acquire(user('victim'));
    breaker.forceOpen('quota', clock.time + MINUTE);
    before?.succeeded();
    expect([ATTACKER, user('victim'), client('other')].map(mayCall)).toEqual([false, false, false]);
    clock.time += MINUTE;
    expect(mayCall(user('victim'))).toBe(true);
    expect(mayCall(user('third'))).toBe(false);
  });
});

function users(count: number, ofClient: string): Caller[] {
  return Array.from({ length: count }, (_, i) => user(`${i}`, ofClient));
}
