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
    'the reset when Retry-After says nothing',
    { 'retry-after': 'soon', 'x-ratelimit-reset': epoch(NOON + HOUR) },
    HOUR,
  ],
  ['a minute without a header', {}, MINUTE],
  [
    'a minute when neither says anything',
    { 'retry-after': '-5', 'x-ratelimit-reset': 'x' },
    MINUTE,
  ],
  ['a minute when the reset comes twice', { 'x-ratelimit-reset': '1, 2' }, MINUTE],
  ['a minute for a date that is none', { 'retry-after': 'Someday, 99 Foo 2026' }, MINUTE],
  ['a day for a number beyond all', { 'retry-after': '9'.repeat(400) }, 24 * HOUR],
  ['a second at least', { 'retry-after': '0' }, SECOND],
  [
    'a second when the reset has passed by our clock',
    { 'x-ratelimit-reset': epoch(NOON - HOUR) },
    SECOND,
  ],
  ['a day at most', { 'retry-after': '9999999999' }, 24 * HOUR],
  [
    'a day when the reset is far away by our clock',
    { 'x-ratelimit-reset': epoch(NOON + 900 * HOUR) },
    24 * HOUR,
  ],
])('a 429 closes for %s', (_, headers, time) => {
  expect(retryDelayMs(headers, NOON)).toBe(time);
});

test.each([
  ['holds', 'in an hour', NOON + HOUR, true],
  ['is over', 'a moment ago', NOON, false],
  ['is a wrong clock', 'next month', NOON + 700 * HOUR, false],
])('a shared closing %s that ends %s', (_, __, until, plausible) => {
  expect(isPlausibleRetryTime(until, NOON)).toBe(plausible);
});
