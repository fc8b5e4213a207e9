import type { Caller } from '../../../../../app/src/signals/reputation/admission/caller.ts';
import { FairSlots } from '../../../../../app/src/signals/reputation/admission/fair-slots.ts';
import { client, user } from './callers.ts';

/** Takes as many slots as there are for a caller. */
function takeAll(slots: FairSlots, caller: Caller | undefined): (() => void)[] {
  const taken: (() => void)[] = [];
  for (let release = slots.take(caller); release !== undefined; release = slots.take(caller)) {
    taken.push(release);
  }
  return taken;
}

describe('Of 64 slots,', () => {
  test.each([
    ['a client gets half', [client('a')], [32]],
    ['a user gets a quarter of its client', [user('u', 'a')], [8]],
    [
      'users of one client get a quarter of what its other users leave',
      users(5, 'a'),
      [8, 6, 4, 3, 2],
    ],
    ['clients get half of what the others leave', clients(5), [32, 16, 8, 4, 2]],
    ['a seventh client gets the last one', clients(8), [32, 16, 8, 4, 2, 1, 1, 0]],
    ['a user gets no more with a second client', [user('u', 'a'), user('u', 'b')], [8, 0]],
    [
      'a client keeps its half while others call',
      [client('a'), user('u', 'b'), client('a')],
      [32, 8, 0],
    ],
    ['lookups on behalf of nobody get all', [undefined], [64]],
  ])('%s', (_, callers: readonly (Caller | undefined)[], expected: readonly number[]) => {
    const slots = new FairSlots(64);
    expect(callers.map((caller) => takeAll(slots, caller).length)).toEqual(expected);
  });

  test('users of one client leave half to another client', () => {
    const slots = new FairSlots(64);
    for (let i = 0; i < 100; i += 1) takeAll(slots, user(`${i}`, 'a'));
    expect(takeAll(slots, user('u', 'b'))).toHaveLength(8);
    expect(takeAll(slots, client('b'))).toHaveLength(8);
  });

  test('a released one can be taken again', () => {
    const slots = new FairSlots(64);
    for (let round = 0; round < 3; round += 1) {
      const taken = takeAll(slots, user('u', 'a'));
      expect(taken).toHaveLength(8);
      for (const release of taken) release();
    }
    expect(takeAll(slots, undefined)).toHaveLength(64);
  });
});

test.each([1, 2, 3])('Of %i slots, each caller gets one at least', (max) => {
  for (const caller of [client('a'), user('u', 'a'), undefined]) {
    expect(takeAll(new FairSlots(max), caller).length).toBeGreaterThanOrEqual(1);
  }
});

function users(count: number, ofClient: string): Caller[] {
  return Array.from({ length: count }, (_, i) => user(`${i}`, ofClient));
}

function clients(count: number): Caller[] {
  return Array.from({ length: count }, (_, i) => client(`${i}`));
}
