import type { LookupMerit } from '../../../../../app/src/signals/reputation/admission/merit.ts';
import { Pace } from '../../../../../app/src/signals/reputation/admission/pace.ts';
import type { QuotaReport } from '../../../../../app/src/signals/reputation/admission/quota-estimate.ts';
import { HOUR, MINUTE, NOON } from '../harness.ts';

const DAY = 24 * HOUR;
const NEW: LookupMerit = { hasReason: false, hasFallback: false };
/** Worth more than any other. */
const WITH_REASON: LookupMerit = { hasReason: true, hasFallback: false, sightings: 10_000 };
/** Leaves half of a burst. */
const REFRESH: LookupMerit = { hasReason: false, hasFallback: true, sightings: 32 };
const LIMIT = 2400;
/** An even pace of that limit is 100 an hour. */
const EVEN = 100;

const left = (quotaRemaining: number, quotaLimit = LIMIT): QuotaReport => ({
  quotaRemaining,
  quotaLimit,
});

function setUp(first?: QuotaReport) {
  const clock = { time: NOON };
  const pace = new Pace(() => clock.time);
  /** Sends a call, and receives its response at once. */
  const call = (report: QuotaReport = {}) => pace.learn(pace.spend(), report);
  if (first !== undefined) call(first);
  /** Sends calls without a response while the pace allows it. */
  const sendAll = (merit: LookupMerit) => {
    let sent = 0;
    for (; sent < 10_000 && pace.allows(merit); sent += 1) pace.spend();
    return sent;
  };
  return { clock, pace, call, sendAll };
}

describe('Without a quota in the headers', () => {
  test.each<[string, QuotaReport]>([
    ['no header', {}],
    ['only a limit', { quotaLimit: LIMIT }],
    ['a limit of 0', left(0, 0)],
    ['nothing left of an unknown limit', { quotaRemaining: 0 }],
  ])('(%s) each lookup is allowed and there is no pace', (_, report) => {
    const { pace, sendAll } = setUp(report);
    expect(sendAll(REFRESH)).toBe(10_000);
    expect([pace.isScarce, pace.perHour, pace.percent]).toEqual([false, undefined, undefined]);
  });

  test('of the limit, the limit is what was left', () => {
    const { pace } = setUp({ quotaRemaining: LIMIT });
    expect(pace.perHour).toBeCloseTo(EVEN * (23 / 24), 0);
  });

  test('of later responses, calls still come from the burst', () => {
    const { pace, call } = setUp(left(LIMIT));
    const perHour = pace.perHour;
    for (let i = 0; i < 60; i += 1) call();
    expect(pace.isScarce).toBe(true);
    expect(pace.perHour).toBe(perHour);
  });
});

describe('A burst', () => {
  // With the calls of one hour saved up.
  test.each([
    ['of much wanted addresses with a reason get all', WITH_REASON, 1],
    ['of addresses with a reason get five sixths', { ...WITH_REASON, sightings: 1 }, 5 / 6],
    ['of addresses that return get three quarters', { ...NEW, sightings: 4 }, 3 / 4],
    ['of new addresses get half', NEW, 1 / 2],
    ['of much wanted addresses with a stale record get half', REFRESH, 1 / 2],
    ['of other stale records get a twentieth', { ...REFRESH, sightings: 1 }, 1 / 20],
  ])('has the calls of an hour, of which lookups %s', (_, merit, share) => {
    const { pace, sendAll } = setUp(left(LIMIT));
    const perHour = pace.perHour ?? 0;
    expect(Math.abs(sendAll(merit) - share * perHour)).toBeLessThanOrEqual(3);
  });

  test.each([
    ['a refresh', REFRESH],
    ['a new address', NEW],
    ['an address with a reason', WITH_REASON],
  ])('is saved up again within an hour and a quarter, for %s', (_, merit) => {
    const { clock, pace, sendAll } = setUp(left(LIMIT));
    const first = sendAll(merit);
    expect(pace.allows(merit)).toBe(false);
    clock.time += 75 * MINUTE;
    expect(Math.abs(sendAll(merit) - first)).toBeLessThanOrEqual(first / 10);
  });

  test('makes calls scarce when a tenth of it is spent', () => {
    const { pace } = setUp(left(LIMIT));
    const states = Array.from({ length: 90 }, () => {
      pace.spend();
      return pace.isScarce;
    });
    expect(Math.abs(states.indexOf(true) - EVEN / 10)).toBeLessThanOrEqual(3);
    expect(states.slice(states.indexOf(true))).not.toContain(false);
  });

  test('is smaller if calls were sent before the first response', () => {
    const { clock, pace } = setUp();
    const calls = Array.from({ length: 64 }, () => pace.spend());
    calls.forEach((call, i) => {
      pace.learn(call, left(LIMIT - 1 - i));
    });
    let sent = 0;
    for (; pace.allows(WITH_REASON); sent += 1) pace.spend();
    expect(sent).toBeGreaterThan(25);
    expect(sent).toBeLessThan(40);
    clock.time += HOUR;
    expect(pace.allows(NEW)).toBe(true);
  });
});

describe('The pace', () => {
  test.each([
    ['is even when a whole day is ahead', LIMIT, undefined, EVEN],
    ['is half if half is left for a day', LIMIT / 2, undefined, EVEN / 2],
    ['is even if half is left for half a day', LIMIT / 2, 12 * HOUR, EVEN],
    ['is twice as fast if all is left for half a day', LIMIT, 12 * HOUR, 2 * EVEN],
    ['is four times as fast at most', LIMIT, HOUR, 4 * EVEN],
    ['takes a reset that is more than a day away to be a day away', LIMIT, 40 * DAY, EVEN],
    ['is a call in 45 minutes if nothing is left', 0, undefined, 4 / 3],
    ['is a call in 45 minutes if little is left', 10, undefined, 4 / 3],
  ])('%s', (_, remaining, untilReset, perHour) => {
    const { clock, pace, call } = setUp();
    if (untilReset !== undefined) pace.learnReset(clock.time + untilReset);
    call(left(remaining));
    // Use up the burst, which is a part of what is left.
    const saved = Array.from({ length: 500 }, () => pace.allows(WITH_REASON) && pace.spend());
    expect(saved.at(-1)).toBe(false);
    expect(pace.perHour).toBeGreaterThan(perHour * 0.8);
    expect(pace.perHour).toBeLessThan(perHour * 1.05);
    expect(pace.percent).toBeCloseTo((100 * (pace.perHour ?? 0)) / EVEN);
  });

  test('after a restart starts with what is left', () => {
    const { pace } = setUp(left(300));
    expect(pace.perHour).toBeCloseTo(300 / 25, 0);
  });
});

describe('What others spend', () => {
  test('is taken from the burst', () => {
    const { clock, pace, call } = setUp(left(LIMIT));
    clock.time += 1;
    call(left(LIMIT - 80));
    expect(pace.isScarce).toBe(true);
    call(left(LIMIT - 200));
    expect(pace.allows(WITH_REASON)).toBe(false);
  });

  test('while this task was idle is taken from what it could not save up', () => {
    const { clock, pace, call } = setUp(left(LIMIT));
    clock.time += 6 * HOUR;
    call(left(LIMIT - 6 * EVEN));
    expect(pace.isScarce).toBe(false);
    expect(pace.allows(NEW)).toBe(true);
  });

  test('does not include the calls of this task, in whatever order their responses arrive', () => {
    const orders = [
      (i: number) => i,
      (i: number) => 39 - i,
      // From both ends, so that each second response is late.
      (i: number) => (i % 2 === 0 ? i / 2 : 39 - (i - 1) / 2),
    ];
    const burstsLeft = orders.map((orderOf) => {
      const { pace, sendAll } = setUp(left(LIMIT));
      const calls = Array.from({ length: 40 }, () => pace.spend());
      calls.forEach((_, position) => {
        const i = orderOf(position);
        pace.learn(calls[i] as (typeof calls)[number], left(LIMIT - 1 - i));
      });
      return sendAll(WITH_REASON);
    });
    expect(burstsLeft).toEqual(Array(3).fill(burstsLeft[0]));
    expect(burstsLeft[0]).toBeGreaterThan(EVEN - 40 - 5);
  });

  test('includes nothing for calls that never get a response', () => {
    const { clock, pace, call } = setUp(left(LIMIT));
    for (let i = 0; i < 20; i += 1) call();
    const saved = () => pace.allows(REFRESH);
    expect(saved()).toBe(true);
    clock.time += 1;
    // The 20 calls have been counted, and this one.
    call(left(LIMIT - 21));
    expect(saved()).toBe(true);
  });
});

describe('A reset', () => {
  /** A task that has spent its burst, with little left until a reset that it does not know. */
  const nearlySpent = () => {
    const task = setUp(left(60));
    task.sendAll(WITH_REASON);
    task.call(left(40));
    return task;
  };

  test('is learned from the next response', () => {
    const { pace, call } = nearlySpent();
    expect(pace.perHour).toBeLessThan(3);
    call(left(LIMIT - 1));
    expect(pace.perHour).toBeGreaterThan(0.95 * EVEN);
  });

  test('is a day later the next time', () => {
    const { clock, pace, call, sendAll } = nearlySpent();
    call(left(LIMIT - 1));
    clock.time += 12 * HOUR;
    call(left(LIMIT / 4));
    sendAll(WITH_REASON);
    expect(pace.perHour).toBeGreaterThan(0.4 * EVEN);
    expect(pace.perHour).toBeLessThan(0.5 * EVEN);
  });

  test.each([
    ['a response to a call from before it, with little left', 39],
    ['a response to a call from before it, with more left', 45],
  ])('is not taken back by %s', (_, late) => {
    const { pace, call } = nearlySpent();
    const sent = pace.spend();
    call(left(LIMIT - 1));
    const perHour = pace.perHour;
    pace.learn(sent, left(late));
    expect(pace.perHour).toBe(perHour);
  });

  test('is not one when the response to an earlier call arrives late', () => {
    const { pace } = setUp(left(1000));
    const calls = Array.from({ length: 64 }, () => pace.spend());
    const [first, ...others] = calls;
    others.forEach((call, i) => {
      pace.learn(call, left(998 - 3 * i));
    });
    const perHour = pace.perHour;
    if (first !== undefined) pace.learn(first, left(999));
    expect(pace.perHour).toBe(perHour);
  });

  test('is not one when several calls were sent before the first response', () => {
    const { clock, pace, sendAll } = setUp();
    pace.learnReset(clock.time + 12 * HOUR);
    const calls = [pace.spend(), pace.spend(), pace.spend()];
    calls.forEach((call, i) => {
      pace.learn(call, left(LIMIT / 2 - i));
    });
    sendAll(WITH_REASON);
    expect(pace.perHour).toBeGreaterThan(0.9 * EVEN);
  });

  test.each([
    ['as the last response to 64 calls', 63],
    ['as the first response to 64 calls', 0],
  ])('is learned %s', (_, position) => {
    const { pace } = nearlySpent();
    const calls = Array.from({ length: 64 }, () => pace.spend());
    calls.forEach((call, i) => {
      pace.learn(call, left(i === position ? LIMIT - 1 : 0));
    });
    expect(pace.perHour).toBeGreaterThan(0.9 * EVEN);
  });

  test('is not a rise of the remaining quota by 2 %', () => {
    const { pace, call } = setUp(left(1000));
    const perHour = pace.perHour;
    call(left(1000 + 0.02 * LIMIT));
    expect(pace.perHour).toBeCloseTo(perHour ?? 0, 0);
    call(left(1000 + 0.02 * LIMIT + 1));
    expect(pace.perHour).toBeGreaterThan((perHour ?? 0) + 1);
  });

  test.each([
    ['is assumed when it is due', 0, true],
    ['is not assumed before', -1, false],
  ])('%s', (_, offset, expected) => {
    const { clock, pace, call } = setUp();
    pace.learnReset(clock.time + 10 * MINUTE);
    call(left(0));
    clock.time += 10 * MINUTE + offset;
    expect(pace.allows(NEW)).toBe(expected);
    expect(pace.allows(REFRESH)).toBe(expected);
  });

  test('that is due and has not happened costs at most half a burst, and lookups continue', () => {
    const { clock, pace, call } = setUp();
    pace.learnReset(clock.time + 10 * MINUTE);
    call(left(0));
    clock.time += 10 * MINUTE;
    expect(pace.allows(NEW)).toBe(true);
    call(left(0));
    expect(pace.perHour).toBeLessThan(2);
    let sent = 0;
    for (; pace.allows(WITH_REASON); sent += 1) call(left(0));
    expect(sent).toBeLessThanOrEqual(EVEN / 2);
    clock.time += 45 * MINUTE;
    expect(pace.allows(NEW)).toBe(true);
    call(left(LIMIT - 1));
    expect(pace.perHour).toBeGreaterThan(0.9 * EVEN);
  });

  test('leaves a full burst of what was saved at a faster pace, so that no call is scarce', () => {
    const { clock, pace, call } = setUp(left(LIMIT));
    // Hardly anything of the quota is used, so that the pace rises to its fastest.
    clock.time += DAY - HOUR;
    call(left(LIMIT - 1));
    expect(pace.percent).toBe(400);
    clock.time += HOUR + MINUTE;
    call(left(LIMIT));
    expect(pace.isScarce).toBe(false);
    expect(pace.allows({ hasReason: false, hasFallback: true })).toBe(true);
  });

  test('that is due after days without requests', () => {
    const { clock, pace, call } = setUp(left(5));
    clock.time += 3 * DAY;
    expect(pace.perHour).toBeGreaterThan(0.9 * EVEN);
    call(left(LIMIT - 900));
    expect(pace.isScarce).toBe(false);
  });
});

describe('Another limit', () => {
  test.each([
    ['a larger plan', left(2 * LIMIT - 600, 2 * LIMIT)],
    ['a smaller plan', left(LIMIT / 4, LIMIT / 2)],
  ])('(%s) is neither a reset nor use by others', (_, report) => {
    const { clock, pace, call, sendAll } = setUp();
    pace.learnReset(clock.time + 12 * HOUR);
    call(left(LIMIT / 2));
    call(report);
    expect(pace.allows({ ...NEW, sightings: 4 })).toBe(true);
    sendAll(WITH_REASON);
    const perHour = (report.quotaRemaining ?? 0) / 12;
    expect(pace.perHour).toBeGreaterThan(0.8 * perHour);
    expect(pace.perHour).toBeLessThan(1.1 * perHour);
  });
});

describe('Another key', () => {
  test('has a quota that is not known yet', () => {
    const { pace, sendAll } = setUp(left(0));
    expect(pace.allows(WITH_REASON)).toBe(false);
    pace.forget();
    expect(sendAll(REFRESH)).toBe(10_000);
  });

  test('is not affected by responses to the old one', () => {
    const { pace, call } = setUp(left(LIMIT));
    const old = pace.spend();
    pace.forget();
    pace.learn(old, left(0));
    expect(pace.perHour).toBeUndefined();
    call(left(LIMIT));
    const perHour = pace.perHour;
    pace.learn(old, left(0));
    expect(pace.perHour).toBe(perHour);
  });
});

describe('A clock that is set back', () => {
  test.each([MINUTE, HOUR, 40 * DAY])('by %i ms neither stops lookups nor adds any', (back) => {
    const { clock, pace, call, sendAll } = setUp(left(LIMIT));
    sendAll(NEW);
    clock.time -= back;
    expect(pace.allows(NEW)).toBe(false);
    clock.time += 45 * MINUTE;
    expect(pace.allows(NEW)).toBe(true);
    call(left(LIMIT - 100));
    expect(pace.perHour).toBeGreaterThan(0.8 * EVEN);
    expect(pace.perHour).toBeLessThan(1.1 * EVEN);
  });
});

test('A lookup of a new address waits for a quarter of an hour at most while those with a reason take each call', () => {
  const { clock, pace, sendAll } = setUp(left(LIMIT));
  const sentAt: number[] = [];
  for (let second = 0; second < 3 * 3600; second += 1) {
    clock.time += 1000;
    if (pace.allows(NEW)) {
      pace.spend();
      sentAt.push(second);
    }
    sendAll(WITH_REASON);
  }
  const gaps = sentAt.slice(1).map((at, i) => at - (sentAt[i] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(16 * 60);
  expect(sentAt.length).toBeLessThan(20);
});

test('A full burst suffices to refresh a stale record, however little is left', () => {
  const refused = Array.from({ length: 100 }, (_, left) => {
    let time = NOON;
    const pace = new Pace(() => time);
    pace.learn(pace.spend(), { quotaLimit: 100, quotaRemaining: left + 1 });
    time += 2 * HOUR;
    return pace.allows({ hasReason: false, hasFallback: true }) ? [] : [left + 1];
  });
  expect(refused.flat()).toEqual([]);
});
