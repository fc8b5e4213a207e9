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
const remembering = (entries: number) => new MemoryCache(entries, () => time);

const record = (score: number) => ({ score, checkedAt: NOON });
const invented = (count: number) => Array.from({ length: count }, (_, i) => `invented ${i}`);

/** Bytes that something still holds. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('a record', () => {
  test('stays however many checks of other addresses fail', () => {
    const memory = remembering(2);
    memory.setRecord('first', record(1));
    memory.setRecord('second', record(2));
    for (const address of invented(3 * MAX_CACHED_FAILURES)) {
      memory.setFailure(address, 'timeout', 10 * SECOND);
    }
    expect(memory.getRecord('first')).toEqual(record(1));
    expect(memory.getRecord('second')).toEqual(record(2));
  });

  test('goes when as many others as there is room for were used since', () => {
    const memory = remembering(2);
    for (const address of ['first', 'second']) memory.setRecord(address, record(1));
    memory.getRecord('first');
    memory.setRecord('third', record(3));
    expect(['first', 'second', 'third'].map((address) => memory.getRecord(address)?.score)).toEqual(
      [1, undefined, 3],
    );
  });

  test('takes no room for names that other records have too', () => {
    const MANY = 20_000;
    const memory = remembering(MANY);
    const name = 'n'.repeat(200);
    const before = heapUsed();
    for (const address of invented(MANY)) {
      // As an answer brings it: a text of its own.
      const own = () => JSON.parse(JSON.stringify(name));
      memory.setRecord(address, { ...record(1), usage: own(), isp: own(), domain: own() });
    }
    // Address, record and places for them, but not three names of 200 bytes each.
    expect((heapUsed() - before) / MANY).toBeLessThan(400);
    expect(memory.getRecord('invented 7')).toEqual({
      ...record(1),
      usage: name,
      isp: name,
      domain: name,
    });
  });

  test('is beside the failure of a later check, and ends it when it comes later itself', () => {
    const memory = remembering(2);
    memory.setRecord('known', record(1));
    memory.setFailure('known', 'upstream', 10 * SECOND);
    expect([memory.getRecord('known'), memory.getFailure('known')]).toEqual([
      record(1),
      'upstream',
    ]);
    memory.setRecord('known', record(2));
    expect([memory.getRecord('known'), memory.getFailure('known')]).toEqual([record(2), undefined]);
  });
});

describe('a failure', () => {
  test.each([
    ['at once', 0, 'timeout'],
    ['to the last millisecond', 10 * SECOND - 1, 'timeout'],
    ['no longer', 10 * SECOND, undefined],
    ['not when the clock was set back', -1, undefined],
  ])('is remembered for its time: %s', (_, later, cause) => {
    const memory = remembering(2);
    memory.setFailure('failing', 'timeout', 10 * SECOND);
    time += later;
    expect(memory.getFailure('failing')).toBe(cause);
  });

  test('is replaced by the next', () => {
    const memory = remembering(2);
    memory.setFailure('failing', 'timeout', 10 * SECOND);
    memory.setFailure('failing', 'invalid', 20 * SECOND);
    time += 15 * SECOND;
    expect(memory.getFailure('failing')).toBe('invalid');
  });

  test('goes for newer ones, of which a bounded number is remembered', () => {
    const memory = remembering(1);
    const addresses = invented(MAX_CACHED_FAILURES + 1);
    for (const address of addresses) memory.setFailure(address, 'timeout', 10 * SECOND);
    const remembered = addresses.filter((address) => memory.getFailure(address) !== undefined);
    expect(remembered).toEqual(addresses.slice(1));
  });
});
