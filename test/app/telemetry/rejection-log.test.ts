import { jest } from '@jest/globals';
import {
  createRejectionLog,
  type RejectionCount,
  type RejectionLog,
} from '../../../app/src/telemetry/rejection-log.ts';

let log: RejectionLog;
let lines: (RejectionCount & { readonly at: number })[];

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  lines = [];
  log = createRejectionLog((rejections) => lines.push({ ...rejections, at: Date.now() }));
});

afterEach(() => {
  jest.useRealTimers();
});

test('logs the first rejection at once', () => {
  log.add(401, 'wrong');
  expect(lines).toEqual([{ status: 401, count: 1, why: 'wrong', at: 0 }]);
});

test('logs the following rejections as one line after a second, with the last reason', () => {
  for (const why of ['first', 'second', 'third', 'fourth']) log.add(400, why);
  jest.advanceTimersByTime(999);
  expect(lines).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(lines.slice(1)).toEqual([{ status: 400, count: 3, why: 'fourth', at: 1000 }]);
});

test('logs each status separately', () => {
  log.add(401, 'wrong');
  log.add(400, 'no JSON');
  expect(lines.map(({ status }) => status)).toEqual([401, 400]);
});

test('logs an expired credential of the identity server in spite of many guesses', () => {
  const expired = 'The credential is the previous version, which is not accepted.';
  for (const why of ['wrong', 'wrong', expired, 'wrong', expired, 'wrong']) log.add(401, why);
  jest.advanceTimersByTime(1000);
  expect(lines.map(({ why, count }) => [why, count])).toEqual([
    ['wrong', 1],
    [expired, 1],
    ['wrong', 3],
    [expired, 1],
  ]);
});

test('starts no timer without rejections', () => {
  log.add(401, 'wrong');
  jest.advanceTimersByTime(1000);
  expect(jest.getTimerCount()).toBe(0);
});

test('logs a flood of 100,000 in ten seconds as one line per second, which together count each of them', () => {
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 10_000; i++) log.add(401, 'wrong');
    jest.advanceTimersByTime(1000);
  }
  expect(lines.map(({ at }) => at)).toEqual([
    0,
    ...Array.from({ length: 10 }, (_, i) => (i + 1) * 1000),
  ]);
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
});

test('logs pending rejections when it is stopped', () => {
  for (let i = 0; i < 5; i++) log.add(401, 'wrong');
  log.stop();
  expect(lines.map(({ count }) => count)).toEqual([1, 4]);
});
