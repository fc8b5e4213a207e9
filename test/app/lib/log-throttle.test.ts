import { jest } from '@jest/globals';
import { LogThrottle, type Occurrences } from '../../../app/src/lib/log-throttle.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

type Line = Occurrences & { readonly detail: string; readonly at: number };

let lines: Line[];
let throttle: LogThrottle<string>;

beforeEach(() => {
  jest.useFakeTimers({ now: NOON });
  lines = [];
  throttle = new LogThrottle<string>({
    intervalMs: MINUTE,
    write: (detail, occurrences) => lines.push({ ...occurrences, detail, at: Date.now() - NOON }),
  });
});

afterEach(() => {
  jest.useRealTimers();
});

/** Adds occurrences at milliseconds after noon, then lets all timers run out. */
function addAt(times: readonly number[]): void {
  for (const time of times) {
    jest.advanceTimersByTime(NOON + time - Date.now());
    throttle.add('timeout', `at ${time}`);
  }
  jest.runAllTimers();
}

test.each<[string, readonly number[], readonly Partial<Line>[]]>([
  ['writes the first occurrence at once', [0], [{ count: 1, since: undefined, at: 0 }]],
  [
    'writes those of an interval as one line at its end, with the details of the last',
    [0, 0, SECOND, MINUTE - 1],
    [
      { count: 1, detail: 'at 0' },
      { count: 3, since: NOON, detail: `at ${MINUTE - 1}`, at: MINUTE },
    ],
  ],
  [
    'writes one line an interval while there are occurrences',
    [0, SECOND, MINUTE, 2 * MINUTE - 1, 2 * MINUTE],
    [
      { count: 1 },
      { count: 1, since: NOON, at: MINUTE },
      { count: 2, since: NOON + MINUTE, at: 2 * MINUTE },
      { count: 1, since: NOON + 2 * MINUTE, at: 3 * MINUTE },
    ],
  ],
  [
    'writes an occurrence at once after an interval without any',
    [0, 10 * MINUTE],
    [
      { count: 1, at: 0 },
      { count: 1, since: undefined, at: 10 * MINUTE },
    ],
  ],
])('%s', (_, times, expected) => {
  addAt(times);
  expect(lines).toMatchObject(expected);
  expect(lines).toHaveLength(expected.length);
});

test('keeps its interval when the clock is set back', () => {
  throttle.add('timeout', 'before');
  jest.setSystemTime(NOON - 60 * MINUTE);
  throttle.add('timeout', 'after');
  jest.advanceTimersByTime(MINUTE);
  expect(lines.map(({ detail, count }) => [detail, count])).toEqual([
    ['before', 1],
    ['after', 1],
  ]);
});

test('counts each kind separately', () => {
  throttle.add('timeout', 'a');
  throttle.add('upstream', 'b');
  throttle.add('timeout', 'c');
  expect(lines.map(({ detail }) => detail)).toEqual(['a', 'b']);
});

test('writes suppressed occurrences when it is stopped, and nothing after that', () => {
  for (const detail of ['a', 'b', 'c']) throttle.add('timeout', detail);
  throttle.stop();
  expect(jest.getTimerCount()).toBe(0);
  throttle.add('timeout', 'd');
  throttle.add('upstream', 'e');
  throttle.stop();
  expect(jest.getTimerCount()).toBe(0);
  expect(lines).toMatchObject([
    { count: 1, detail: 'a' },
    { count: 2, detail: 'c' },
  ]);
});

test('continues after a write that throws', () => {
  const counts: number[] = [];
  const failing = new LogThrottle<string>({
    intervalMs: MINUTE,
    write: (_, { count }) => {
      counts.push(count);
      throw new Error('The log is closed.');
    },
  });
  failing.add('timeout', 'a');
  failing.add('timeout', 'b');
  jest.runAllTimers();
  failing.add('timeout', 'c');
  expect(counts).toEqual([1, 1, 1]);
});

test('does not keep the process alive', () => {
  jest.useRealTimers();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  throttle.add('timeout', 'a');
  expect(timers()).toBe(before);
  throttle.stop();
});

test('forgets a kind after an interval without an occurrence', () => {
  for (let kind = 0; kind < 1000; kind += 1) throttle.add(`kind ${kind}`, 'a');
  jest.advanceTimersByTime(MINUTE);
  expect(jest.getTimerCount()).toBe(0);
  expect(lines).toHaveLength(1000);
});
