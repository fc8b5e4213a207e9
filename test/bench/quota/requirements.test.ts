import { FigureCounter, type Figures } from './figures.ts';
import { PLANS } from './plans.ts';
import {
  attackRequirements,
  completeListRequirements,
  freePlanRequirements,
  missedPercent,
  needlessPercent,
} from './requirements.ts';
import type { Variant } from './scenarios.ts';
import type { SimulatedSetup } from './simulate.ts';

const MINUTE = 60_000;
const LOAD = { tokensPerSecond: 1, days: 2, reportedDays: 1 };

/** An account: plan, variant, whether there is an attack, and figures. */
type Row = readonly [keyof typeof PLANS, Variant, boolean, Partial<Figures>];

function simulated(rows: readonly Row[], bestNeedless = 0): SimulatedSetup {
  const nothing = new FigureCounter().endDay(0);
  const accounts = rows.map(([plan, variant, attack, figures]) => ({
    plan: PLANS[plan],
    variant,
    attack,
    figures: { ...nothing, ...figures },
  }));
  const oracles = [0, bestNeedless].map((needlessRestrictions) => ({
    missedRefusals: 0,
    needlessRestrictions,
  }));
  return { setup: { load: LOAD, scenarios: [], oracle: true }, accounts, oracles };
}

const metOf = (requirements: readonly { name: string; isMet: boolean }[], name: string) =>
  requirements.filter((each) => each.name.startsWith(name)).map(({ isMet }) => isMet);

test.each<[string, Partial<Figures>, number, object]>([
  ['a fifth and a third', { missedRefusals: 20, needlessRestrictions: 100 }, 0, {}],
  ['more than a fifth', { missedRefusals: 21 }, 0, { missed: false }],
  ['more than a third', { needlessRestrictions: 101 }, 0, { needless: false }],
  ['a third, though the best possible is more', { needlessRestrictions: 100 }, 200, {}],
  ['a quarter above the best possible', { needlessRestrictions: 250 }, 200, {}],
  ['more than that', { needlessRestrictions: 251 }, 200, { needless: false }],
])('the free plan with %s', (_, now, best, expected) => {
  const before = { missedRefusals: 100, needlessRestrictions: 300 };
  const requirements = freePlanRequirements(
    simulated(
      [
        ['free', 'first come', false, before],
        ['free', 'spread', false, now],
        ['free', 'spread, blocks', false, now],
      ],
      best,
    ),
  );
  expect({
    missed: metOf(requirements, 'missed refusals, spread, blocks')[0],
    needless: metOf(requirements, 'needless restrictions, spread, blocks')[0],
  }).toEqual({ missed: true, needless: true, ...expected });
});

test.each([
  [60, true],
  [60.1, false],
])('a blind time of %d minutes is ok: %s', (minutes, isMet) => {
  const calm = { longestBlindTime: MINUTE };
  const requirements = freePlanRequirements(
    simulated([
      ['free', 'first come', false, {}],
      ['free', 'spread', false, calm],
      ['free', 'spread, blocks', false, calm],
      ['free', 'spread', true, { longestBlindTime: minutes * MINUTE }],
    ]),
  );
  expect(metOf(requirements, 'blind time, spread, attack')).toEqual([isMet]);
});

test.each<[string, Partial<Figures>, boolean]>([
  ['nothing is looked up or missed', {}, true],
  ['refusals are missed within the age of the list', { missedRefusals: 3 }, true],
  ['an address is looked up', { checks: 1 }, false],
  ['a /24 is looked up', { blocks: 1 }, false],
  ['a refusal is missed that the list contained', { missedDespiteList: 1 }, false],
])('a complete list, if %s', (_, figures, isMet) => {
  const rows: Row[] = [
    ['premium', 'spread', false, figures],
    ['free', 'spread', false, { checks: 1_000 }],
  ];
  expect(metOf(completeListRequirements(simulated(rows)), 'complete list')).toEqual([isMet]);
});

test.each<[string, Partial<Figures>, boolean]>([
  ['one point worse', { missedRefusals: 11, needlessRestrictions: 21 }, true],
  ['more missed refusals', { missedRefusals: 12, needlessRestrictions: 20 }, false],
  ['more needless restrictions', { missedRefusals: 10, needlessRestrictions: 22 }, false],
  [
    'worse by chance, as the attacker had hardly a lookup',
    { missedRefusals: 12, needlessRestrictions: 20, checks: 1_000, attackersChecks: 4 },
    true,
  ],
  [
    'worse, and the attacker had some lookups',
    { missedRefusals: 12, needlessRestrictions: 20, checks: 1_000, attackersChecks: 5 },
    false,
  ],
  ['better', { missedRefusals: 0, needlessRestrictions: 0 }, true],
])('honest figures during an attack that are %s', (_, figures, isMet) => {
  const of = { toRefuse: 100, toLeaveAlone: 100 };
  const rows: Row[] = [
    ['free', 'spread', false, { ...of, missedRefusals: 10, needlessRestrictions: 20 }],
    ['free', 'spread', true, { ...of, ...figures }],
    ['free', 'first come', true, { ...of, missedRefusals: 100 }],
  ];
  expect(metOf(attackRequirements(simulated(rows)), 'attack')).toEqual([isMet]);
});

test('percentages are of the tokens to which they refer', () => {
  expect(missedPercent({ missedRefusals: 1, toRefuse: 4 })).toBe(25);
  expect(needlessPercent({ needlessRestrictions: 1, toLeaveAlone: 5 })).toBe(20);
  expect(missedPercent({ missedRefusals: 0, toRefuse: 0 })).toBe(0);
});
