import {
  MAX_CONDITION_COST,
  MAX_POLICY_COST,
} from '../../../../app/src/policy/cel/semantics/cost.ts';
import { KB, measureCost, repeatTo, requestOf } from '../../../support/costly-requests.ts';
import { decideOn, tokenOf } from '../../../support/decide.ts';
import { cel, policyOf, policyThat, type RuleFields } from '../../../support/policies.ts';

describe('the conditions of a policy have a common limit for one request', () => {
  const HEAVY = 'request.params["levels"].split(",").exists(l, l == "x")';
  const LEVELS = requestOf({ params: { levels: repeatTo(100 * KB, 'level,') } });
  const heavyRules = (count: number, more: object = {}): RuleFields[] =>
    Array.from({ length: count }, (_, at) => ({
      id: `rule-${at}`,
      when: HEAVY,
      effects: { deny: 'No.' },
      ...more,
    }));

  /** The number of these conditions that the limit permits. */
  const AFFORDABLE = Math.floor(MAX_POLICY_COST / measureCost(HEAVY, LEVELS).spent);

  test('each condition is below its own limit', () => {
    expect(measureCost(HEAVY, LEVELS).spent).toBeLessThan(0.8 * MAX_CONDITION_COST);
    expect(AFFORDABLE).toBeGreaterThan(5);
  });

  test('below the limit no condition fails', async () => {
    const { outcome, event } = await decideOn(LEVELS, policyOf(heavyRules(AFFORDABLE)));
    expect(outcome.kind).toBe('token');
    expect(event.decision.failed).toEqual([]);
  });

  test('beyond the limit the next condition fails, and its refusal applies', async () => {
    const { outcome, event } = await decideOn(LEVELS, policyOf(heavyRules(AFFORDABLE + 20)));
    expect(outcome.kind).toBe('refused');
    expect(event.decision.failed).toEqual([`rule-${AFFORDABLE}`]);
  });

  test('beyond the limit conditions without cost still work', async () => {
    const others: RuleFields[] = [
      { id: 'grant', when: 'request.grant == "x"', effects: { deny: 'No.' } },
      { id: 'score', when: 'abuse.score >= 40', effects: { lifetime: '5m' } },
    ];
    const rules = [...heavyRules(AFFORDABLE + 1, { effects: { lifetime: '10m' } }), ...others];
    const { outcome, event } = await decideOn(LEVELS, policyOf(rules), { reputation: 42 });
    expect(tokenOf(outcome).expiresIn).toBe(300);
    expect(event.decision.failed).toEqual([`rule-${AFFORDABLE}`]);
  });

  test('beyond the limit no rule allows', async () => {
    const allow = { id: 'allow', when: `!${HEAVY}`, effects: { allow: true } };
    const last = { id: 'last', effects: { deny: 'No.' } };
    const rules = [...heavyRules(AFFORDABLE, { effects: { lifetime: '10m' } }), allow, last];
    expect((await decideOn(LEVELS, policyOf(rules))).outcome.kind).toBe('refused');
  });

  test('values of claims count', async () => {
    const names = Array.from({ length: AFFORDABLE + 20 }, (_, at) => `parts-${at}`);
    const set = Object.fromEntries(names.map((name) => [name, cel(HEAVY)]));
    const { outcome } = await decideOn(LEVELS, policyThat({ claims: { set } }));
    expect(names.filter((name) => name in tokenOf(outcome).claims)).toHaveLength(AFFORDABLE);
  });

  test('monitored rules do not use up the limit of enforced rules', async () => {
    const rules = [
      ...heavyRules(AFFORDABLE + 20, { effects: { lifetime: '10m' } }),
      { id: 'last', when: `!${HEAVY}`, effects: { lifetime: '5m' }, mode: 'enforce' as const },
    ];
    const policy = policyOf(rules, { mode: 'monitor' });
    const { outcome, event } = await decideOn(LEVELS, policy);
    expect(tokenOf(outcome).expiresIn).toBe(300);
    expect(event.decision.matched).toEqual(['last']);
  });

  test('the next request starts at zero', async () => {
    const policy = policyOf(heavyRules(AFFORDABLE));
    await decideOn(LEVELS, policy);
    expect((await decideOn(LEVELS, policy)).outcome.kind).toBe('token');
  });
});
