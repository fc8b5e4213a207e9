import * as fc from 'fast-check';
import { HourlySketch } from '../../../../../app/src/signals/reputation/admission/hourly-sketch.ts';
import { HOUR, MINUTE, NOON } from '../harness.ts';

/** A fixed secret makes the hashes, and with them the collisions, the same in each run. */
const SECRET = Buffer.alloc(16, 7);
const QUARTER = 15 * MINUTE;

function setUp(width = 1024, time = NOON) {
  const clock = { time };
  const sketch = new HourlySketch(width, () => clock.time, SECRET);
  const add = (key: string, times = 1) => {
    for (let i = 0; i < times; i += 1) sketch.add(key);
  };
  return { clock, sketch, add };
}

describe('An event', () => {
  test.each([
    ['at once', 0, 0, 1],
    ['after an hour, from the start of a quarter', 0, HOUR, 1],
    ['after an hour, from the end of a quarter', QUARTER - 1, HOUR, 1],
    ['until the end of the quarter that is an hour later', 0, HOUR + QUARTER - 1, 1],
    ['no longer than that', 0, HOUR + QUARTER, 0],
    ['no longer than an hour from the end of a quarter', QUARTER - 1, HOUR + 1, 0],
    ['not after a day without requests', 0, 24 * HOUR, 0],
    ['for longer if the clock is set back', 0, -3 * HOUR, 1],
  ])('counts %s', (_, addedAfter, later, expected) => {
    const { clock, sketch, add } = setUp();
    clock.time += addedAfter;
    add('key');
    clock.time += later;
    expect(sketch.count('key')).toBe(expected);
  });

  test('still ends an hour after the clock was set back', () => {
    const { clock, sketch, add } = setUp();
    add('key', 3);
    clock.time -= 3 * HOUR;
    expect(sketch.count('key')).toBe(3);
    clock.time += HOUR + QUARTER;
    expect(sketch.count('key')).toBe(0);
  });
});

test('Keys have separate counts', () => {
  const { sketch, add } = setUp();
  add('one', 3);
  add('other', 5);
  expect(['one', 'other', 'third'].map((key) => sketch.count(key))).toEqual([3, 5, 0]);
});

test('A quarter counts up to 65,535 and does not start again at 0', () => {
  const { sketch, add } = setUp(2);
  add('key', 65_540);
  expect(sketch.count('key')).toBe(65_535);
});

test('Which keys share counters depends on the secret', () => {
  const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
  const shared = [SECRET, Buffer.alloc(16, 8)].map((secret) => {
    const sketch = new HourlySketch(2, () => NOON, secret);
    sketch.add('victim');
    return keys.filter((key) => sketch.count(key) > 0).join();
  });
  expect(shared[0]).not.toBe('');
  expect(shared[0]).not.toBe(shared[1]);
});

describe('With any events', () => {
  const steps = fc.array(
    fc.record({
      wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * MINUTE })),
      key: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 200 },
  );

  const run = (events: readonly { wait: number; key: number }[], width: number) => {
    const { clock, sketch } = setUp(width);
    const added: { key: number; time: number }[] = [];
    return events.map(({ wait, key }) => {
      clock.time += wait;
      sketch.add(`${key}`);
      added.push({ key, time: clock.time });
      const since = (age: number) =>
        added.filter((each) => each.key === key && clock.time - each.time <= age).length;
      return {
        count: sketch.count(`${key}`),
        lastHour: since(HOUR),
        longest: since(HOUR + QUARTER),
      };
    });
  };

  test('a count is never below that of the last hour, even if keys share counters', () => {
    return fc.assert(
      fc.property(steps, (events) => {
        for (const { count, lastHour } of run(events, 3)) {
          expect(count).toBeGreaterThanOrEqual(lastHour);
        }
      }),
    );
  });

  test('with enough counters, a count contains the last hour and no more than 75 minutes', () => {
    return fc.assert(
      fc.property(steps, (events) => {
        for (const { count, lastHour, longest } of run(events, 4096)) {
          expect(count).toBeGreaterThanOrEqual(lastHour);
          expect(count).toBeLessThanOrEqual(longest);
        }
      }),
    );
  });
});

test.each([
  // Keys in a quarter for each counter in a row, and how much too high the counts of 99 % of the keys are at most.
  { load: 1, atMost: 3 },
  { load: 3, atMost: 9 },
])(
  'With $load keys per counter in each quarter, 99 % of counts are too high by $atMost or less',
  ({ load, atMost }) => {
    const width = 1024;
    const { clock, sketch, add } = setUp(width);
    for (let quarter = 0; quarter < 5; quarter += 1) {
      for (let key = 0; key < load * width; key += 1) add(`${quarter} ${key}`);
      clock.time += quarter < 4 ? QUARTER : 0;
    }
    const counts = Array.from({ length: 1000 }, (_, i) => sketch.count(`unseen ${i}`));
    counts.sort((one, other) => one - other);
    expect(counts[989]).toBeLessThanOrEqual(atMost);
    expect(counts[989]).toBeGreaterThan(0);
  },
);
