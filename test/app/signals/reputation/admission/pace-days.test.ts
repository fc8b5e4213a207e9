import * as fc from 'fast-check';
import { Pace } from '../../../../../app/src/signals/reputation/admission/pace.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../harness.ts';
import { Account } from './account.ts';

const DAY = 24 * HOUR;
const NEW = { hasReason: false, hasFallback: false };

interface Run {
  readonly limit: number;
  /** Calls left at the start. */
  readonly remaining: number;
  /** When the quota is reset, in milliseconds after midnight UTC. */
  readonly resetOffset: number;
  readonly tasks: number;
  /** Milliseconds between two wishes for a lookup; each goes to the next task. */
  readonly every: number;
  readonly days: number;
  /** Whether the quota is in the headers of the responses. */
  readonly hasHeaders?: boolean;
  /** Whether a 429 states when calls may be sent again. */
  readonly hasRetryTime?: boolean;
  /** Calls that another user of the account sends, by the wish before which it sends them. */
  readonly others?: ReadonlyMap<number, number>;
  /** The wishes before which a task restarts. */
  readonly restarts?: ReadonlySet<number>;
  /** Wishes before which the clocks of the tasks are set back or ahead, and by how many milliseconds. */
  readonly clockSteps?: ReadonlyMap<number, number>;
}

/** Runs tasks that want a lookup all the time, and returns when the account answered one. */
function run(options: Run) {
  const { limit, remaining, resetOffset, tasks, every, days } = options;
  const { hasHeaders = true, hasRetryTime = true } = options;
  const world = { time: NOON, skew: 0 };
  const account = new Account(() => world.time, limit, resetOffset, remaining);
  const newTask = () => ({ pace: new Pace(() => world.time + world.skew), stoppedUntil: 0 });
  const all = Array.from({ length: tasks }, newTask);
  const answeredAt: number[] = [];
  let sent = 0;
  for (let wish = 0; wish * every < days * DAY; wish += 1) {
    world.time = NOON + wish * every;
    world.skew += options.clockSteps?.get(wish) ?? 0;
    if (options.restarts?.has(wish)) all[wish % tasks] = newTask();
    for (let i = 0; i < (options.others?.get(wish) ?? 0); i += 1) account.call();
    const task = all[wish % tasks] as ReturnType<typeof newTask>;
    if (world.time < task.stoppedUntil || !task.pace.allows(NEW)) continue;
    sent += 1;
    const call = task.pace.spend();
    const { accepted, ...report } = account.call();
    task.pace.learn(call, hasHeaders ? report : {});
    if (accepted) answeredAt.push(world.time);
    else {
      // As the quota guard does with the headers of a 429, in all tasks.
      const stopFor = hasRetryTime ? account.resetAt - world.time : MINUTE;
      for (const each of all) {
        each.stoppedUntil = world.time + stopFor;
        each.pace.learnReset(world.time + world.skew + stopFor);
      }
    }
  }
  const times = [NOON, ...answeredAt, NOON + days * DAY];
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  return {
    answered: answeredAt.length,
    sent,
    refused: account.refused,
    longestGap: Math.max(...gaps),
  };
}

const BASE: Run = {
  limit: 1000,
  remaining: 1000,
  resetOffset: 0,
  tasks: 1,
  every: 10 * SECOND,
  days: 3,
};

describe('With a wish for a lookup every ten seconds for three days, no hour is blind', () => {
  test.each<[string, Partial<Run>]>([
    ['on the free plan', {}],
    ['on the Basic plan', { limit: 10_000, remaining: 10_000 }],
    ['with a reset at midnight US Eastern', { resetOffset: 5 * HOUR }],
    ['with a reset at the start', { resetOffset: 12 * HOUR }],
    ['with half of the quota at the start', { remaining: 500 }],
    ['with three calls an hour at the start', { remaining: 36 }],
    ['with six tasks', { tasks: 6 }],
    ['with a task that restarts each hour', { restarts: every(HOUR) }],
    ['with six tasks of which one restarts each hour', { tasks: 6, restarts: every(HOUR) }],
    ['with another user who takes half of the account', { others: calls(HOUR, 21) }],
    ['with another user who takes a fifth of the account at once', { others: calls(DAY, 200) }],
    ['with a clock that is set back an hour each day', { clockSteps: calls(DAY, -HOUR) }],
    ['with a clock that is set ahead an hour each day', { clockSteps: calls(DAY, HOUR) }],
    ['without retry times', { hasRetryTime: false }],
  ])('%s', (_, options) => {
    const { longestGap, refused } = run({ ...BASE, ...options });
    expect(longestGap).toBeLessThanOrEqual(HOUR);
    expect(refused).toBeLessThanOrEqual(10);
  });

  function every(milliseconds: number): Set<number> {
    return new Set(calls(milliseconds, 1).keys());
  }

  function calls(milliseconds: number, count: number): Map<number, number> {
    const wishes = milliseconds / BASE.every;
    const times = Math.floor((BASE.days * DAY) / milliseconds);
    return new Map(Array.from({ length: times }, (_, i) => [(i + 1) * wishes, count]));
  }
});

test('The second and third day use more than nine tenths of the quota', () => {
  const oneDay = run({ ...BASE, days: 0.5 });
  const three = run({ ...BASE, days: 2.5 });
  expect(three.answered - oneDay.answered).toBeGreaterThan(0.9 * 2 * BASE.limit);
});

test('With an account that is spent and states no reset, a lookup is answered within a quarter of an hour after it', () => {
  // A day of nothing, and then a reset at midnight.
  const { answered, longestGap } = run({ ...BASE, remaining: 0, hasRetryTime: false, days: 0.75 });
  expect(longestGap).toBeLessThanOrEqual(12 * HOUR + 15 * MINUTE);
  expect(answered).toBeGreaterThan(200);
});

test('With an account that is nearly spent, each call is answered, and lookups resume with the reset', () => {
  const { answered, longestGap } = run({ ...BASE, remaining: 5, days: 0.75 });
  expect(answered).toBeGreaterThan(200);
  expect(longestGap).toBeLessThanOrEqual(10 * HOUR);
});

test('Without headers, the quota ends as it did before, and lookups resume with the reset', () => {
  const { answered } = run({ ...BASE, hasHeaders: false, days: 2 });
  expect(answered).toBe(3 * BASE.limit);
});

describe('With any plan, time of the reset, tasks, restarts and other users', () => {
  const wishes = (3 * DAY) / (5 * MINUTE);
  const runs = fc.record({
    limit: fc.integer({ min: 200, max: 3000 }),
    resetOffset: fc.integer({ min: 0, max: DAY - 1 }),
    tasks: fc.integer({ min: 1, max: 3 }),
    every: fc.constant(5 * MINUTE),
    days: fc.constant(3),
    share: fc.double({ min: 0.5, max: 1, noNaN: true }),
    restartAt: fc.array(fc.integer({ min: 0, max: wishes - 1 }), { maxLength: 20 }),
    othersAt: fc.array(
      fc.tuple(fc.integer({ min: 0, max: wishes - 1 }), fc.integer({ min: 1, max: 10 })),
      { maxLength: 10 },
    ),
  });

  test('no hour is blind, and hardly a call is refused', () => {
    return fc.assert(
      fc.property(runs, ({ share, restartAt, othersAt, ...options }) => {
        const { longestGap, refused } = run({
          ...options,
          remaining: Math.ceil(share * options.limit),
          restarts: new Set(restartAt),
          // At most a tenth of the smallest quota a day.
          others: new Map(othersAt.map(([wish, count]) => [wish, Math.ceil(count / 10)])),
        });
        expect(longestGap).toBeLessThanOrEqual(HOUR + options.every * options.tasks);
        expect(refused).toBeLessThanOrEqual(5);
      }),
      { numRuns: 60 },
    );
  });
});
