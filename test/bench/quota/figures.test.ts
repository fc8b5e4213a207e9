import { addFigures, type Decided, FigureCounter } from './figures.ts';

const MINUTE = 60_000;
const MIDNIGHT = 1_440 * MINUTE;

test.each<[string, Partial<Decided>, object]>([
  ['a refusal that is right', { trueScore: 75, outcome: 'refuse' }, { toRefuse: 1 }],
  ['a missed refusal', { trueScore: 75, outcome: 'restrict' }, { toRefuse: 1, missedRefusals: 1 }],
  [
    'a missed refusal of an address that was not high when the list was made',
    { trueScore: 75, outcome: 'leave alone', scoreAtList: 74 },
    { toRefuse: 1, missedRefusals: 1 },
  ],
  [
    'a missed refusal of an address that was high when the list was made',
    { trueScore: 75, outcome: 'leave alone', scoreAtList: 75 },
    { toRefuse: 1, missedRefusals: 1, missedDespiteList: 1 },
  ],
  ['a restriction that is right', { trueScore: 74, outcome: 'restrict' }, {}],
  ['a missed restriction', { trueScore: 25, outcome: 'leave alone' }, {}],
  ['a refusal instead of a restriction', { trueScore: 25, outcome: 'refuse' }, { tooHarsh: 1 }],
  ['a token that is left alone', { trueScore: 24, outcome: 'leave alone' }, { toLeaveAlone: 1 }],
  [
    'a needless restriction',
    { trueScore: 24, outcome: 'restrict' },
    { toLeaveAlone: 1, needlessRestrictions: 1 },
  ],
  [
    'a needless refusal',
    { trueScore: 0, outcome: 'refuse' },
    { toLeaveAlone: 1, needlessRestrictions: 1, tooHarsh: 1 },
  ],
])('counts %s', (_, decided, expected) => {
  const counter = new FigureCounter();
  counter.countToken({ trueScore: 0, outcome: 'restrict', scoreAtList: undefined, ...decided });
  expect(counter.endDay(MIDNIGHT)).toEqual({ ...nothing(), tokens: 1, ...expected });
});

test.each<[string, [minute: number, wasMade: boolean][], number]>([
  ['no lookup is wanted', [], 0],
  [
    'each lookup is made',
    [
      [0, true],
      [300, true],
    ],
    0,
  ],
  [
    'lookups are held back for a while',
    [
      [10, false],
      [20, false],
      [50, true],
    ],
    40,
  ],
  [
    'the longest of two times counts',
    [
      [10, false],
      [20, true],
      [30, false],
      [90, true],
    ],
    60,
  ],
  [
    'a time without wanted lookups is not blind',
    [
      [10, true],
      [500, true],
      [510, false],
      [511, true],
    ],
    1,
  ],
  ['none is made until midnight', [[1_400, false]], 40],
])('the blind time when %s', (_, lookups, minutes) => {
  const counter = new FigureCounter();
  for (const [minute, wasMade] of lookups) counter.wanted(minute * MINUTE, wasMade);
  expect(counter.endDay(MIDNIGHT).longestBlindTime).toBe(minutes * MINUTE);
});

test('a blind time goes on after midnight', () => {
  const counter = new FigureCounter();
  counter.wanted(MIDNIGHT - 30 * MINUTE, false);
  counter.endDay(MIDNIGHT);
  counter.wanted(MIDNIGHT + 10 * MINUTE, true);
  expect(counter.endDay(2 * MIDNIGHT).longestBlindTime).toBe(40 * MINUTE);
});

test('counts lookups and the tries of the bad address apart from tokens', () => {
  const counter = new FigureCounter();
  counter.countLookup('checks');
  counter.countLookup('attackersChecks');
  counter.countLookup('blocks');
  for (const outcome of ['restrict', 'leave alone', 'refuse'] as const)
    counter.countBadTry(outcome);
  const expected = { checks: 1, attackersChecks: 1, blocks: 1, badTries: 3, badIssued: 2 };
  expect(counter.endDay(MIDNIGHT)).toEqual({ ...nothing(), ...expected });
});

test('a new day starts with nothing', () => {
  const counter = new FigureCounter();
  counter.countToken({ trueScore: 75, outcome: 'restrict', scoreAtList: undefined });
  counter.endDay(MIDNIGHT);
  expect(counter.endDay(2 * MIDNIGHT)).toEqual(nothing());
});

test('figures of several days are added, and the longest blind time is that of one day', () => {
  const days = [
    { ...nothing(), tokens: 2, checks: 3, longestBlindTime: 5 },
    { ...nothing(), tokens: 1, longestBlindTime: 4 },
  ];
  expect(addFigures(days)).toEqual({ ...nothing(), tokens: 3, checks: 3, longestBlindTime: 5 });
});

function nothing() {
  return new FigureCounter().endDay(0);
}
