import { BlockCandidates } from '../../../../../app/src/signals/reputation/blocks/block-candidates.ts';
import { HOUR, MINUTE, NOON } from '../harness.ts';

const BLOCK = 0x05060700;
const OTHER_BLOCK = 0x05060800;

/** Which hosts of a block need a lookup, in minutes, and whether another one did within the hour. */
type Needs = readonly (readonly [minute: number, host: number, isOneOfSeveral: boolean])[];

test.each<[string, Needs]>([
  ['one address', [[0, 1, false]]],
  [
    'one address, again and again',
    [
      [0, 1, false],
      [1, 1, false],
      [59, 1, false],
    ],
  ],
  [
    'two addresses at once',
    [
      [0, 1, false],
      [0, 2, true],
    ],
  ],
  [
    'two addresses within an hour',
    [
      [0, 1, false],
      [59, 2, true],
    ],
  ],
  [
    'two addresses an hour apart',
    [
      [0, 1, false],
      [60, 2, false],
    ],
  ],
  [
    'the first address again, after the second one',
    [
      [0, 1, false],
      [1, 2, true],
      [2, 1, true],
    ],
  ],
  [
    'the second address again, an hour after the first one',
    [
      [0, 1, false],
      [30, 2, true],
      [59, 2, true],
      [61, 2, false],
    ],
  ],
  [
    'a repetition of the first address counts',
    [
      [0, 1, false],
      [50, 1, false],
      [100, 2, true],
    ],
  ],
])('%s', (_, needs) => {
  let time = NOON;
  const candidates = new BlockCandidates(() => time);
  for (const [minute, host, isOneOfSeveral] of needs) {
    time = NOON + minute * MINUTE;
    expect([minute, candidates.add({ block: BLOCK, host })]).toEqual([minute, isOneOfSeveral]);
  }
});

test('addresses of other blocks do not count', () => {
  const candidates = new BlockCandidates(() => NOON);
  candidates.add({ block: BLOCK, host: 1 });
  expect(candidates.add({ block: OTHER_BLOCK, host: 2 })).toBe(false);
});

test('a clock that was set back makes no address recent', () => {
  let time = NOON;
  const candidates = new BlockCandidates(() => time);
  candidates.add({ block: BLOCK, host: 1 });
  time -= 2 * HOUR;
  expect(candidates.add({ block: BLOCK, host: 2 })).toBe(false);
});

test('memory is bounded', () => {
  const candidates = new BlockCandidates(() => NOON);
  candidates.add({ block: BLOCK, host: 1 });
  for (let block = 0; block < 20_000; block += 1) {
    candidates.add({ block: OTHER_BLOCK + 256 * block, host: 1 });
  }
  // The oldest block is forgotten, and the latest ones are not.
  expect(candidates.add({ block: BLOCK, host: 2 })).toBe(false);
  expect(candidates.add({ block: OTHER_BLOCK + 256 * 19_999, host: 2 })).toBe(true);
});
