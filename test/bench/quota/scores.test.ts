import { EPISODES, HOSTILE, REASONS, SHARE_OF_100 } from './assumptions.ts';
import { honestScore, hostileScore } from './scores.ts';
import { START, Stream } from './stream.ts';

const DAY = 86_400_000;
const NUMBERS = Array.from({ length: 100_000 }, (_, number) => number);
const share = (scores: readonly number[], matches: (score: number) => boolean) =>
  scores.filter(matches).length / scores.length;
const isHigh = (score: number) => score >= 75;
const isElevated = (score: number) => score >= 25 && score < 75;

test.each([0, 17.3])(
  'the scores of honest addresses have the assumed shares after %d days',
  (days) => {
    const scores = NUMBERS.map((number) => honestScore(number, START + days * DAY));
    const { cycle, share: ofCycles, high, elevated } = EPISODES;
    expect(share(scores, isHigh)).toBeCloseTo((ofCycles * high) / cycle, 2);
    expect(share(scores, isElevated)).toBeCloseTo((ofCycles * elevated) / cycle, 2);
    expect(share(scores.filter(isHigh), (score) => score === 100)).toBeCloseTo(SHARE_OF_100, 1);
  },
);

test('an episode is high, then falls, then is over', () => {
  const number = NUMBERS.find((each) => isHigh(honestScore(each, START))) ?? 0;
  const scores = Array.from({ length: 31 }, (_, day) => honestScore(number, START + day * DAY));
  const bands = scores
    .map((score) => (isHigh(score) ? 'h' : isElevated(score) ? 'e' : '-'))
    .join('');
  // Another episode may follow.
  expect(bands).toMatch(/^h{1,5}e{14,15}-{1,10}/);
  const falling = scores.filter(isElevated).slice(0, 14);
  expect(falling).toEqual(falling.toSorted((one, other) => other - one));
});

test('hostile addresses have the assumed scores, and some rise later', () => {
  const scoresAfter = (days: number) =>
    NUMBERS.map((number) => hostileScore(number, START + days * DAY, START));
  const { high, laterHigh, elevated } = HOSTILE;
  expect(share(scoresAfter(0), isHigh)).toBeCloseTo(high, 2);
  expect(share(scoresAfter(HOSTILE.days / 2), isHigh)).toBeCloseTo(high + laterHigh / 2, 2);
  expect(share(scoresAfter(HOSTILE.days), isHigh)).toBeCloseTo(high + laterHigh, 2);
  expect(share(scoresAfter(0), isElevated)).toBeCloseTo(elevated, 2);
});

test('addresses with higher scores have a reason more often', () => {
  const { addresses } = new Stream({ tokensPerSecond: 1, days: 4, reportedDays: 1 }, 'a');
  const homes = NUMBERS.slice(0, 20_000).map((index) => addresses.numberOf('home', index));
  const withReason = (matches: (score: number) => boolean) => {
    const some = homes.filter((number) => matches(addresses.scoreAt(number, START)));
    return some.filter((number) => addresses.hasReason(number, START)).length / some.length;
  };
  expect(withReason((score) => score < 25)).toBeCloseTo(REASONS.low, 2);
  expect(withReason(isElevated)).toBeCloseTo(REASONS.elevated, 1);
  expect(withReason(isHigh)).toBeCloseTo(REASONS.high, 1);
});
