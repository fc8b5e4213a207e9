import { proveScore, type ScoreList } from '../../../../app/src/signals/reputation/blacklist.ts';
import {
  contradicts,
  mergeReputationUses,
  NO_REPUTATION_USE,
  type ScoreKnowledge,
  servesScore,
  servesUse,
} from '../../../../app/src/signals/reputation/score-knowledge.ts';
import { addressOf } from '../../../support/circumstances.ts';

const HOUR_MS = 3_600_000;
const PUBLISHED_AT = Date.UTC(2026, 10, 20, 6);
const MAX_AGE = 30 * HOUR_MS;

function listOf(scope: ScoreList['scope'], score?: number): ScoreList {
  return { publishedAt: PUBLISHED_AT, scope, scoreOf: () => score, neighbourOf: () => undefined };
}

const COMPLETE = { unlistedAtMost: 24, versions: [4, 6] } as const;
const ONLY_IPV4 = { unlistedAtMost: 24, versions: [4] } as const;
const FILTERED = { unlistedAtMost: 100, versions: [] } as const;
const FREE_PLAN = { unlistedAtMost: 100, versions: [4, 6] } as const;

const IPV4 = '205.210.31.51';
const IPV6 = '2a00::1';
const TUNNEL_OF_IPV4 = '2002:cdd2:1f33::1';

test.each<
  [string, ScoreList['scope'], number | undefined, string, number, [number, number] | undefined]
>([
  ['a listed address', COMPLETE, 80, IPV4, 1, [80, 80]],
  ['a listed address with the score 100', FREE_PLAN, 100, IPV4, 1, [100, 100]],
  ['a listed address of a filtered list', FILTERED, 80, IPV6, 1, [80, 80]],
  ['an unlisted IPv4 address', COMPLETE, undefined, IPV4, 1, [0, 24]],
  ['an unlisted IPv6 address', COMPLETE, undefined, IPV6, 1, [0, 24]],
  ['an unlisted address of the other version', ONLY_IPV4, undefined, IPV6, 1, undefined],
  ['an unlisted address behind a tunnel', ONLY_IPV4, undefined, TUNNEL_OF_IPV4, 1, [0, 24]],
  ['an unlisted address of the free plan', FREE_PLAN, undefined, IPV4, 1, undefined],
  ['an unlisted address of a filtered list', FILTERED, undefined, IPV4, 1, undefined],
  ['a listed address just before its maximum age', COMPLETE, 80, IPV4, 29.9, [80, 80]],
  ['a listed address at its maximum age', COMPLETE, 80, IPV4, 30, [80, 100]],
  ['an unlisted address at its maximum age', COMPLETE, undefined, IPV4, 30, undefined],
  ['a list from the future', COMPLETE, undefined, IPV4, -1, [0, 24]],
])('%s has a proven score', (_, scope, score, address, hours, expected) => {
  const now = PUBLISHED_AT + hours * HOUR_MS;
  const { own: proven } = proveScore(listOf(scope, score), addressOf(address), now, MAX_AGE);
  expect(proven && [proven.min, proven.max]).toEqual(expected);
  if (proven === undefined) return;
  expect(proven.listed).toBe(score !== undefined);
  expect(proven.age).toBe(Math.max(0, hours) * HOUR_MS);
});

describe('the scores of the /64 of an IPv6 address', () => {
  const OTHER = addressOf('2a00::2');
  const FROM_75 = { unlistedAtMost: 74, versions: [6] } as const;
  const FROM_76 = { unlistedAtMost: 75, versions: [6] } as const;
  type Interval = [min: number, max: number] | undefined;

  test.each<
    [
      string,
      scope: ScoreList['scope'],
      own: number | undefined,
      other: number,
      hours: number,
      [own: Interval, inherited: Interval, excludesInheritance: boolean],
    ]
  >([
    ['a high one', COMPLETE, undefined, 96, 1, [[0, 24], [96, 96], false]],
    ['the lowest high one', COMPLETE, 30, 75, 1, [[30, 30], [75, 75], false]],
    ['a lower one', COMPLETE, undefined, 74, 1, [[0, 24], undefined, true]],
    ['none', COMPLETE, undefined, 0, 1, [[0, 24], undefined, true]],
    ['only its own', COMPLETE, 96, 0, 1, [[96, 96], undefined, true]],
    ['a high one of a filtered list', FILTERED, undefined, 96, 1, [undefined, [96, 96], false]],
    ['only its own of a filtered list', FILTERED, 30, 0, 1, [[30, 30], undefined, false]],
    ['only its own of the free plan', FREE_PLAN, 100, 0, 1, [[100, 100], undefined, false]],
    ['none of a list from 75 on', FROM_75, undefined, 0, 1, [[0, 74], undefined, true]],
    ['none of a list from 76 on', FROM_76, undefined, 0, 1, [[0, 75], undefined, false]],
    ['only its own of a list of IPv4', ONLY_IPV4, 30, 0, 1, [[30, 30], undefined, false]],
    ['a high one of an outdated list', COMPLETE, undefined, 96, 30, [undefined, [96, 100], false]],
    ['only its own of an outdated list', COMPLETE, 30, 0, 30, [[30, 100], undefined, false]],
  ])('%s', (_, scope, score, other, hours, [own, inherited, excludesInheritance]) => {
    const list: ScoreList = {
      ...listOf(scope, score),
      neighbourOf: (_address, minScore) =>
        other >= minScore ? { address: OTHER, score: other } : undefined,
    };
    const now = PUBLISHED_AT + hours * HOUR_MS;
    const proof = proveScore(list, addressOf(IPV6), now, MAX_AGE);
    expect(proof.own && [proof.own.min, proof.own.max]).toEqual(own);
    expect(proof.inherited && [proof.inherited.min, proof.inherited.max]).toEqual(inherited);
    expect(proof.inherited?.inheritedFrom).toBe(inherited && OTHER);
    expect(proof.own?.excludesInheritance ?? false).toBe(excludesInheritance);
  });
});

function between(min: number, max: number): ScoreKnowledge {
  return { min, max, listed: min === max, publishedAt: PUBLISHED_AT, age: 0 };
}

test.each<[number, number, number[] | undefined, boolean, boolean, boolean]>([
  // min, max, cuts, reads the record, serves the score, serves the use
  [0, 24, [25], false, true, true],
  [0, 24, [24], false, false, false],
  [0, 24, [0], false, true, true],
  [0, 24, [25, 75], false, true, true],
  [0, 24, [10, 75], false, false, false],
  [0, 24, [], false, true, true],
  [0, 24, undefined, false, false, false],
  [0, 24, [25], true, false, false],
  [80, 80, [75], false, true, true],
  [80, 80, undefined, false, true, true],
  [80, 80, [75], true, true, false],
  [80, 100, [75], false, true, true],
  [80, 100, [80], false, true, true],
  [80, 100, [81], false, false, false],
  [80, 100, [100], false, false, false],
  [80, 100, [101], false, true, true],
])('a score between %d and %d serves cuts %j', (min, max, cuts, readsRecord, score, use) => {
  expect(servesScore(between(min, max), { cuts, readsRecord })).toBe(score);
  expect(servesUse(between(min, max), { cuts, readsRecord })).toBe(use);
});

test('several uses are served only if each is', () => {
  const [low, high] = [
    { cuts: [10], readsRecord: false },
    { cuts: [75], readsRecord: false },
  ];
  const exact = { cuts: undefined, readsRecord: false };
  const record = { cuts: [], readsRecord: true };
  expect(mergeReputationUses([])).toEqual(NO_REPUTATION_USE);
  expect(mergeReputationUses([high, low, high])).toEqual({ cuts: [10, 75], readsRecord: false });
  expect(mergeReputationUses([high, exact])).toEqual({ cuts: undefined, readsRecord: false });
  expect(mergeReputationUses([high, record])).toEqual({ cuts: [75], readsRecord: true });
});

test.each<[number, number, boolean]>([
  [20, -1, false],
  [24, 0, false],
  [25, -1, true],
  [25, 0, true],
  [25, 1, false],
])('a record with the score %d from %d ms after the list is contradicted: %s', (score, ms, is) => {
  const record = { score, checkedAt: PUBLISHED_AT + ms };
  expect(contradicts(between(0, 24), record)).toBe(is);
});
