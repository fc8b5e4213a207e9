import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  MAX_CACHED_FAILURES,
  MemoryCache,
} from '../../../../../app/src/signals/reputation/cache/memory.ts';
import { NOON, SECOND } from '../harness.ts';

let time: number;
beforeEach(() => {
  time = NOON;
});
const createCache = (maxRecords: number) => new MemoryCache(maxRecords, () => time);

const record = (score: number) => ({ score, checkedAt: NOON });
const inventAddresses = (count: number) => Array.from({ length: count }, (_, i) => `invented ${i}`);

/** Returns the heap size in bytes after a garbage collection. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('a record', () => {
  test('is not evicted by failed checks of other addresses', () => {
    const cache = createCache(2);
    cache.setRecord('first', record(1));
    cache.setRecord('second', record(2));
    for (const address of inventAddresses(3 * MAX_CACHED_FAILURES)) {
      cache.setFailure(address, 'timeout', 10 * SECOND);
    }
    expect(cache.getRecord('first')).toEqual(record(1));
    expect(cache.getRecord('second')).toEqual(record(2));
  });

  test('is evicted when it is the least recently used', () => {
    const cache = createCache(2);
    for (const address of ['first', 'second']) cache.setRecord(address, record(1));
    cache.getRecord('first');
    cache.setRecord('third', record(3));
    expect(['first', 'second', 'third'].map((address) => cache.getRecord(address)?.score)).toEqual([
      1,
      undefined,
      3,
    ]);
  });

  test.each<[string, number[], number[], number[]]>([
    ['low scores evict no high score', [96, 75], [1, 2, 3, 74, 4], [96, 75, 74, 4]],
    ['high scores evict low ones up to half of the cache', [1, 2, 3, 4], [96, 97], [3, 4, 96, 97]],
    ['high scores evict high ones beyond half of the cache', [90, 91], [92], [91, 92]],
    ['the low scores have the rest of the cache', [90], [1, 2, 3, 4], [90, 2, 3, 4]],
  ])('with a high score is evicted only by others: %s', (_, first, then, remaining) => {
    const cache = createCache(4);
    const scores = [...first, ...then];
    for (const score of scores) cache.setRecord(`address ${score}`, record(score));
    const kept = scores.filter((score) => cache.getRecord(`address ${score}`) !== undefined);
    expect(kept).toEqual(remaining);
  });

  test.each([
    ['high', 'low', 96, 10],
    ['low', 'high', 10, 96],
  ])('with a %s score is replaced by one with a %s score', (_, __, first, second) => {
    const cache = createCache(2);
    cache.setRecord('address', record(first));
    cache.setRecord('address', record(second));
    expect(cache.getRecord('address')).toEqual(record(second));
    // The first record must not come back when the second one is evicted.
    for (const other of inventAddresses(2)) cache.setRecord(other, record(second));
    expect(cache.getRecord('address')).toBeUndefined();
  });

  test('shares its strings with other records', () => {
    const RECORDS = 20_000;
    const cache = createCache(RECORDS);
    const name = 'n'.repeat(200);
    const before = heapUsed();
    for (const address of inventAddresses(RECORDS)) {
      // A new string, as each response has.
      const copy = () => JSON.parse(JSON.stringify(name));
      cache.setRecord(address, { ...record(1), usage: copy(), isp: copy(), domain: copy() });
    }
    // Enough for address, record and their slots, but not for three strings of 200 bytes.
    expect((heapUsed() - before) / RECORDS).toBeLessThan(400);
    expect(cache.getRecord('invented 7')).toEqual({
      ...record(1),
      usage: name,
      isp: name,
      domain: name,
    });
  });

  test('is kept beside a later failure, and replaces an earlier one', () => {
    const cache = createCache(2);
    cache.setRecord('known', record(1));
    cache.setFailure('known', 'upstream', 10 * SECOND);
    expect([cache.getRecord('known'), cache.getFailure('known')]).toEqual([record(1), 'upstream']);
    cache.setRecord('known', record(2));
    expect([cache.getRecord('known'), cache.getFailure('known')]).toEqual([record(2), undefined]);
  });
});

describe('a failure', () => {
  test.each([
    ['at once', 0, 'timeout'],
    ['until the last millisecond', 10 * SECOND - 1, 'timeout'],
    ['no longer', 10 * SECOND, undefined],
    ['not if the clock was set back', -1, undefined],
  ])('is cached for its TTL: %s', (_, elapsed, cause) => {
    const cache = createCache(2);
    cache.setFailure('failing', 'timeout', 10 * SECOND);
    time += elapsed;
    expect(cache.getFailure('failing')).toBe(cause);
  });

  test('is replaced by the next one', () => {
    const cache = createCache(2);
    cache.setFailure('failing', 'timeout', 10 * SECOND);
    cache.setFailure('failing', 'invalid', 20 * SECOND);
    time += 15 * SECOND;
    expect(cache.getFailure('failing')).toBe('invalid');
  });

  test('is evicted by newer ones beyond the limit', () => {
    const cache = createCache(1);
    const addresses = inventAddresses(MAX_CACHED_FAILURES + 1);
    for (const address of addresses) cache.setFailure(address, 'timeout', 10 * SECOND);
    const cached = addresses.filter((address) => cache.getFailure(address) !== undefined);
    expect(cached).toEqual(addresses.slice(1));
  });
});
