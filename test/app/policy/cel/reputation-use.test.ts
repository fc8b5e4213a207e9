import { NO_REPUTATION_USE } from '../../../../app/src/signals/reputation/score-knowledge.ts';
import { compile, policyText } from '../../../support/policies.ts';

const LISTS = 'lists: { limits: [25, 75] }';

function useOf(condition: string) {
  const rule = `  - { id: any, when: ${JSON.stringify(condition)}, then: { allow: true } }`;
  return compile(policyText(rule, LISTS)).rules[0]?.reputationUse;
}

test.each<[string, number[]]>([
  ['abuse.score >= 75', [75]],
  ['abuse.score < 75', [75]],
  ['abuse.score > 75', [76]],
  ['abuse.score <= 75', [76]],
  ['abuse.score == 75', [75, 76]],
  ['abuse.score != 75', [75, 76]],
  ['abuse.score in [75, 80]', [75, 76, 80, 81]],
  ['abuse.score in []', []],
  ['75 <= abuse.score', [75]],
  ['75 < abuse.score', [76]],
  ['75 > abuse.score', [75]],
  ['75 >= abuse.score', [76]],
  ['75 == abuse.score', [75, 76]],
  ['abuse.score >= 74.5', [75]],
  ['abuse.score > 74.5', [75]],
  ['abuse.score <= 74.5', [75]],
  ['abuse.score >= 75.0', [75]],
  ['abuse.score > 75.0', [76]],
  ['abuse.score >= 75u', [75]],
  ['abuse.score == dyn(75.0)', [75, 76]],
  ['abuse.score >= 50 + 25', [75]],
  ['abuse.score >= int("75")', [75]],
  ['abuse.score in [70 + 5]', [75, 76]],
  ['!(abuse.score >= 75)', [75]],
  ['abuse.score >= 25 && abuse.score < 75', [25, 75]],
  ['geo.country == "KP" ? abuse.score >= 50 : abuse.score >= 75', [50, 75]],
  ['(abuse.score >= 75 ? "high" : "low") == "high"', [75]],
  ['[abuse.score >= 75].exists(one, one)', [75]],
  ['string(abuse.score >= 75) == "true"', [75]],
])('%s has the cuts %j', (condition, cuts) => {
  expect(useOf(condition)).toEqual({ cuts, readsRecord: false });
});

test.each([
  'abuse.score + 5 >= 75',
  '-abuse.score < -75',
  'string(abuse.score) == "75"',
  'double(abuse.score) >= 75.0',
  'has(abuse.score)',
  'abuse.?score.orValue(0) >= 75',
  'abuse.score in lists.limits',
  'abuse.score in token.claims.limits',
  'token.lifetime > abuse.score',
  'abuse.score == abuse.score',
  'abuse.score == token.claims.limit',
  '[25, 75].exists(limit, abuse.score >= limit)',
  'cel.bind(score, abuse.score, score >= 75)',
  '[abuse.score] == [75]',
  '[75, abuse.score].size() == 2',
  'abuse.score >= 75 || abuse.score + 5 > 75',
])('%s reads the score', (condition) => {
  expect(useOf(condition)).toEqual({ cuts: undefined, readsRecord: false });
});

test.each<[string, number[] | undefined]>([
  ['abuse.tor', []],
  ['has(abuse.usage)', []],
  ['abuse.?isp.orValue("") == "x"', []],
  ['abuse.score >= 75 && abuse.reports > 3', [75]],
  ['abuse.score >= 75 || abuse.age_hours > 3', [75]],
  ['abuse.score >= 75 && !abuse.stale', [75]],
  ['cel.bind(a, abuse, a.score >= 75)', []],
  ['string(abuse.score) == abuse.isp', undefined],
])('%s reads the record', (condition, cuts) => {
  expect(useOf(condition)).toEqual({ cuts, readsRecord: true });
});

test.each(['true', 'geo.country == "KP"', 'now.hour >= 22', '"abuse.score" == request.grant'])(
  '%s does not use the reputation',
  (condition) => {
    expect(useOf(condition)).toEqual(NO_REPUTATION_USE);
  },
);

test('the uses of all texts and values of an effect are merged', () => {
  const effects = `claims: { set: { a: '\${abuse.score >= 75}', b: 'x \${abuse.score < 25}' } }`;
  const rule = `  - { id: any, when: 'true', then: { ${effects} } }`;
  const policy = compile(policyText(rule, LISTS));
  expect(policy.rules[0]?.reputationUse).toEqual(NO_REPUTATION_USE);
  expect(policy.rules[0]?.effects.reputationUse).toEqual({ cuts: [25, 75], readsRecord: false });
});

test('a text with the score needs the exact score', () => {
  const rule = `  - { id: any, when: 'true', then: { deny: 'Score \${abuse.score}' } }`;
  expect(compile(policyText(rule, LISTS)).rules[0]?.effects.reputationUse).toEqual({
    cuts: undefined,
    readsRecord: false,
  });
});
