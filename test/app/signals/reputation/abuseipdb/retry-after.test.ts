import {
  isPlausibleRetryTime,
  retryDelayMs,
} from '../../../../../app/src/signals/reputation/abuseipdb/retry-after.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../harness.ts';

const epoch = (time: number) => String(time / SECOND);

test.each<[string, Record<string, string>, number]>([
  ['the seconds of Retry-After', { 'retry-after': '29241' }, 29_241 * SECOND],
  [
    'Retry-After rather than the reset',
    { 'retry-after': '120', 'x-ratelimit-reset': epoch(NOON + HOUR) },
    2 * MINUTE,
  ],
  ['the date of Retry-After', { 'retry-after': new Date(NOON + HOUR).toUTCString() }, HOUR],
  ['the reset, alone', { 'x-ratelimit-reset': epoch(NOON + 5 * HOUR) }, 5 * HOUR],
  [
    'the reset if Retry-After is not valid',
    { 'retry-after': 'soon', 'x-ratelimit-reset': epoch(NOON + HOUR) },
    HOUR,
  ],
  ['a minute without a header', {}, MINUTE],
  ['a minute if neither is valid', { 'retry-after': '-5', 'x-ratelimit-reset': 'x' }, MINUTE],
  ['a minute if there are two resets', { 'x-ratelimit-reset': '1, 2' }, MINUTE],
  ['a minute if the date is not valid', { 'retry-after': 'Someday, 99 Foo 2026' }, MINUTE],
  ['a day for a number of 400 digits', { 'retry-after': '9'.repeat(400) }, 24 * HOUR],
  ['a second at least', { 'retry-after': '0' }, SECOND],
  [
    'a second if the reset has passed by this clock',
    { 'x-ratelimit-reset': epoch(NOON - HOUR) },
    SECOND,
  ],
  ['a day at most', { 'retry-after': '9999999999' }, 24 * HOUR],
  [
    'a day if the reset is far away by this clock',
    { 'x-ratelimit-reset': epoch(NOON + 900 * HOUR) },
    24 * HOUR,
  ],
])('a 429 stops checks for %s', (_, headers, time) => {
  expect(retryDelayMs(headers, NOON)).toBe(time);
});

test.each([
  ['in an hour is plausible', NOON + HOUR, true],
  ['now is over', NOON, false],
  ['next month is a clock error', NOON + 700 * HOUR, false],
])('a shared retry time %s', (_, until, plausible) => {
  expect(isPlausibleRetryTime(until, NOON)).toBe(plausible);
});
