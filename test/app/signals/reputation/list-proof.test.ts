import { KnownRecords } from '../../../../app/src/signals/reputation/known-records.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';
import {
  knowledgeOf,
  type ListProof,
  reconcile,
} from '../../../../app/src/signals/reputation/list-proof.ts';
import type { ScoreKnowledge } from '../../../../app/src/signals/reputation/score-knowledge.ts';
import { address, HOUR, NOON } from './harness.ts';

/** Date of the list. */
const PUBLISHED_AT = NOON - HOUR;
const AFTER = PUBLISHED_AT + 1;
const BEFORE = PUBLISHED_AT - 1;

const CLIENT = address('2a00::1');
const OTHER = address('2a00::2');
const THIRD = address('2a00::3');

function own(min: number, max = min, excludesInheritance = false): ScoreKnowledge {
  return { min, max, listed: min > 0, publishedAt: PUBLISHED_AT, age: HOUR, excludesInheritance };
}

function inherited(min: number, max = min): ScoreKnowledge {
  const list = { listed: false, publishedAt: PUBLISHED_AT, age: HOUR };
  return { min, max, ...list, inheritedFrom: OTHER };
}

const interval = (knowledge: ScoreKnowledge | undefined) =>
  knowledge && [knowledge.min, knowledge.max, knowledge.inheritedFrom?.value];

describe('what a list proves about an address and its /64', () => {
  test.each<[string, ListProof, unknown[] | undefined]>([
    ['nothing', {}, undefined],
    ['only about the address', { own: own(0, 24) }, [0, 24, undefined]],
    ['only about the /64', { inherited: inherited(96) }, [96, 100, OTHER.value]],
    [
      'a high score of the /64',
      { own: own(0, 24), inherited: inherited(96) },
      [96, 96, OTHER.value],
    ],
    ['both high', { own: own(90), inherited: inherited(96) }, [96, 96, OTHER.value]],
    ['the same score', { own: own(96), inherited: inherited(96) }, [96, 96, undefined]],
    [
      'a higher score of the address',
      { own: own(97), inherited: inherited(96) },
      [97, 97, undefined],
    ],
    [
      'more than the /64 has, if the list was cut high',
      { own: own(0, 99), inherited: inherited(96) },
      [96, 99, OTHER.value],
    ],
    [
      'an outdated score',
      { own: own(30, 100), inherited: inherited(96, 100) },
      [96, 100, OTHER.value],
    ],
  ])('%s', (_, proof, expected) => {
    expect(interval(knowledgeOf(proof))).toEqual(expected);
    expect(interval(reconcile(CLIENT, proof, recordsOf({})))).toEqual(expected);
  });
});

/** Returns records by address: score and date. */
function recordsOf(records: Readonly<Record<string, readonly [number, number]>>): KnownRecords {
  const known = new KnownRecords({ ...REPUTATION_DEFAULTS, memoryEntries: 10 }, () => NOON);
  for (const [ip, [score, checkedAt]] of Object.entries(records)) {
    known.learn(address(ip), { score, checkedAt });
  }
  return known;
}

describe('with records in memory, the list proves', () => {
  const MISS = { own: own(0, 24, true) };
  const OPEN_MISS = { own: own(0, 80) };
  const HIT = { own: own(0, 24), inherited: inherited(96) };
  const HIGH_HIT = { own: own(97), inherited: inherited(96) };
  const NOTHING = undefined;
  const NO_SCORE = [0, 100, undefined];

  test.each<[string, ListProof, Record<string, [number, number]>, unknown[] | undefined]>([
    [
      'a low score although an older record in the /64 is high',
      MISS,
      { [OTHER.value]: [96, BEFORE] },
      [0, 24, undefined],
    ],
    [
      'a low score although a record of its date is high',
      MISS,
      { [OTHER.value]: [96, PUBLISHED_AT] },
      [0, 24, undefined],
    ],
    [
      'nothing if a newer record in the /64 is high',
      MISS,
      { [OTHER.value]: [96, AFTER] },
      NO_SCORE,
    ],
    [
      'nothing if one of two high records is newer',
      MISS,
      { [OTHER.value]: [100, BEFORE], [THIRD.value]: [80, AFTER] },
      NO_SCORE,
    ],
    [
      'nothing if high scores may be missing and an older record is high',
      OPEN_MISS,
      { [OTHER.value]: [96, BEFORE] },
      NOTHING,
    ],
    [
      'only that an older high record counts no more if its own record is newer',
      MISS,
      { [OTHER.value]: [96, BEFORE], [CLIENT.value]: [10, AFTER] },
      NO_SCORE,
    ],
    ['nothing if its own record is newer', MISS, { [CLIENT.value]: [10, AFTER] }, NOTHING],
    [
      'a low score if a newer record in the /64 is low',
      MISS,
      { [OTHER.value]: [74, AFTER] },
      [0, 24, undefined],
    ],
    [
      'no inheritance if a newer record of the listed address is low',
      HIT,
      { [OTHER.value]: [10, AFTER] },
      [0, 24, undefined],
    ],
    [
      'the inheritance if an older record of the listed address is low',
      HIT,
      { [OTHER.value]: [10, BEFORE] },
      [96, 96, OTHER.value],
    ],
    [
      'nothing if a newer record of the listed address is high',
      HIT,
      { [OTHER.value]: [90, AFTER] },
      NOTHING,
    ],
    [
      'the inheritance if its own record is newer and low',
      HIT,
      { [CLIENT.value]: [10, AFTER] },
      [96, 100, OTHER.value],
    ],
    [
      'the inheritance if another record in the /64 is not higher',
      HIT,
      { [THIRD.value]: [96, AFTER] },
      [96, 96, OTHER.value],
    ],
    [
      'nothing if another record in the /64 is higher',
      HIT,
      { [THIRD.value]: [97, AFTER] },
      NOTHING,
    ],
    [
      'its own score if that is higher',
      HIGH_HIT,
      { [THIRD.value]: [96, AFTER] },
      [97, 97, undefined],
    ],
    [
      'the score of the /64 if its own record is newer',
      HIGH_HIT,
      { [CLIENT.value]: [10, AFTER] },
      [96, 100, OTHER.value],
    ],
  ])('%s', (_, proof, records, expected) => {
    expect(interval(reconcile(CLIENT, proof, recordsOf(records)))).toEqual(expected);
  });

  test('a listed score of the /64 does not make an own record stale', () => {
    const records = recordsOf({ [CLIENT.value]: [10, BEFORE] });
    const proven = reconcile(CLIENT, HIT, records);
    expect(interval(proven)).toEqual([96, 96, OTHER.value]);
    expect(records.recall(CLIENT, proven)).toMatchObject({ record: { score: 10 }, stale: false });
  });

  test('an expired record is none', () => {
    const records = recordsOf({ [CLIENT.value]: [10, NOON - 24 * HOUR], [OTHER.value]: [96, 0] });
    expect(records.best(CLIENT)).toBeUndefined();
  });

  test('a proof that excludes an inheritance is valid for the lookup, too', () => {
    const records = recordsOf({ [OTHER.value]: [96, BEFORE], [CLIENT.value]: [10, AFTER] });
    const proven = reconcile(CLIENT, MISS, records);
    expect(records.recall(CLIENT, proven)).toMatchObject({
      record: { score: 10 },
      inheritedFrom: undefined,
    });
    expect(records.recall(CLIENT)).toMatchObject({ record: { score: 96 }, inheritedFrom: OTHER });
  });
});
