import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  FAILURES_REMEMBERED,
  ReputationMemory,
} from '../../../../../app/src/signals/reputation/cache/memory.ts';
import { NOON, SECOND } from '../harness.ts';

let time: number;
beforeEach(() => {
  time = NOON;
});
const remembering = (entries: number) => new ReputationMemory(entries, () => time);

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
    memory.keep('first', record(1));
    memory.keep('second', record(2));
    for (const address of invented(3 * FAILURES_REMEMBERED)) {
      memory.fail(address, 'timeout', 10 * SECOND);
    }
    expect(memory.record('first')).toEqual(record(1));
    expect(memory.record('second')).toEqual(record(2));
  });

  test('goes when as many others as there is room for were used since', () => {
    const memory = remembering(2);
    for (const address of ['first', 'second']) memory.keep(address, record(1));
    memory.record('first');
    memory.keep('third', record(3));
    expect(['first', 'second', 'third'].map((address) => memory.record(address)?.score)).toEqual([
      1,
      undefined,
      3,
    ]);
  });

  test('takes no room for names that other records have too', () => {
    const MANY = 20_000;
    const memory = remembering(MANY);
    const name = 'n'.repeat(200);
    const before = heapUsed();
    for (const address of invented(MANY)) {
      // As an answer brings it: a text of its own.
      const own = () => JSON.parse(JSON.stringify(name));
      memory.keep(address, { ...record(1), usage: own(), isp: own(), domain: own() });
    }
    // Address, record and places for them, but not three names of 200 bytes each.
    expect((heapUsed() - before) / MANY).toBeLessThan(400);
    expect(memory.record('invented 7')).toEqual({
      ...record(1),
      usage: name,
      isp: name,
      domain: name,
    });
  });

  test('is beside the failure of a later check, and ends it when it comes later itself', () => {
    const memory = remembering(2);
    memory.keep('known', record(1));
    memory.fail('known', 'upstream', 10 * SECOND);
    expect([memory.record('known'), memory.failure('known')]).toEqual([record(1), 'upstream']);
    memory.keep('known', record(2));
    expect([memory.record('known'), memory.failure('known')]).toEqual([record(2), undefined]);
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
    memory.fail('failing', 'timeout', 10 * SECOND);
    time += later;
    expect(memory.failure('failing')).toBe(cause);
  });

  test('is replaced by the next', () => {
    const memory = remembering(2);
    memory.fail('failing', 'timeout', 10 * SECOND);
    memory.fail('failing', 'invalid', 20 * SECOND);
    time += 15 * SECOND;
    expect(memory.failure('failing')).toBe('invalid');
  });

  test('goes for newer ones, of which a bounded number is remembered', () => {
    const memory = remembering(1);
    const addresses = invented(FAILURES_REMEMBERED + 1);
    for (const address of addresses) memory.fail(address, 'timeout', 10 * SECOND);
    const remembered = addresses.filter((address) => memory.failure(address) !== undefined);
    expect(remembered).toEqual(addresses.slice(1));
  });
});
