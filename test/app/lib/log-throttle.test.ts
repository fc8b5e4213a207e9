import { LogThrottle } from '../../../app/src/lib/log-throttle.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const line = (count: number, since: number | undefined) => ({ count, since });

test.each<[string, readonly (readonly [number, object | undefined])[]]>([
  ['the first one is told at once', [[NOON, line(1, undefined)]]],
  [
    'those of the next minute are not, and are counted in the line after it',
    [
      [NOON, line(1, undefined)],
      [NOON, undefined],
      [NOON + MINUTE - 1, undefined],
      [NOON + MINUTE, line(3, NOON)],
      [NOON + MINUTE + SECOND, undefined],
      [NOON + 2 * MINUTE, line(2, NOON + MINUTE)],
    ],
  ],
  [
    'one after a long time is told at once',
    [
      [NOON, line(1, undefined)],
      [NOON + 600 * MINUTE, line(1, NOON)],
    ],
  ],
  [
    'a clock that is set back silences nothing',
    [
      [NOON, line(1, undefined)],
      [NOON - 60 * MINUTE, line(1, NOON)],
      [NOON - 60 * MINUTE + SECOND, undefined],
    ],
  ],
])('%s', (_, steps) => {
  let now = 0;
  const thinned = new LogThrottle<'timeout'>(() => now);
  for (const [time, expected] of steps) {
    now = time;
    expect(thinned.count('timeout')).toEqual(expected);
  }
});

test('each kind is counted by itself', () => {
  const thinned = new LogThrottle<'timeout' | 'upstream'>(() => NOON);
  expect(thinned.count('timeout')).toEqual(line(1, undefined));
  expect(thinned.count('upstream')).toEqual(line(1, undefined));
  expect(thinned.count('timeout')).toBeUndefined();
});
