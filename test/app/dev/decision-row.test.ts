import { toDecisionRow } from '../../../app/dev/decision-row.ts';
import { decisionRecord } from '../../../app/src/telemetry/decision-record.ts';
import { decideOn } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyOf, policyThat, type RuleFields } from '../../support/policies.ts';

const TIME = Date.UTC(2026, 0, 5, 10);

describe('A decision row', () => {
  const recordOf = async (policy: ReturnType<typeof policyOf>, name = '03') =>
    decisionRecord((await decideOn(payload(name), policy, { reputation: 42 })).event);
  const score = { id: 'score', when: 'abuse.score >= 0', effects: { lifetime: '5m' } };
  const country = { id: 'country', when: 'geo.country == "LK"', effects: { deny: 'No' } };

  test.each<[string, RuleFields[], object, object]>([
    [
      'for a policy without rules',
      [],
      {},
      { outcome: 'issue', rules: [], country: 'not needed', source: 'not needed' },
    ],
    [
      'with the refusing rule, not the restricting one',
      [score, country],
      {},
      { outcome: 'refuse', rules: ['country'], country: 'LK', score: '42', source: 'memory' },
    ],
    [
      'with the restricting rule',
      [score],
      {},
      { outcome: 'restrict', rules: ['score'], country: 'not needed' },
    ],
    [
      'with the rule that refused in a dry run, for a policy in monitor mode',
      [score, country],
      { mode: 'monitor' },
      { outcome: 'issue', dryRunOutcome: 'refuse', rules: ['country'] },
    ],
    [
      'with the rule that restricted in a dry run, for a policy in monitor mode',
      [score],
      { mode: 'monitor' },
      { outcome: 'issue', dryRunOutcome: 'restrict', rules: ['score'] },
    ],
    [
      'without monitored rules, for an enforced policy',
      [{ ...country, mode: 'monitor' } as RuleFields, score],
      {},
      { outcome: 'restrict', rules: ['score'] },
    ],
  ])('is built %s', async (_, rules, more, row) => {
    expect(toDecisionRow(await recordOf(policyOf(rules, more)), TIME)).toMatchObject(row);
  });

  test.each([
    [
      { score: 48, source: 'blacklist' },
      { score: '48', source: 'blacklist' },
    ],
    [
      { score_at_most: 24, source: 'blacklist' },
      { score: '≤ 24', source: 'blacklist' },
    ],
    [
      { cause: 'timeout' },
      { score: undefined, source: 'unknown: timeout', lookedUp: false, heldBack: undefined },
    ],
    [
      { score: 3, source: 'abuseipdb' },
      { source: 'abuseipdb', lookedUp: true, heldBack: undefined },
    ],
    [
      { cause: 'budget', held_back: 'client' },
      { source: 'unknown: budget (client)', lookedUp: false, heldBack: 'client' },
    ],
    [
      { score: 80, source: 'memory', stale: true, cause: 'quota', held_back: 'pace' },
      { score: '80', source: 'memory, stale (pace)', lookedUp: false, heldBack: 'pace' },
    ],
  ])('has the score and its source: %j', (reputation, row) => {
    expect(toDecisionRow({ signals: { reputation } }, TIME)).toMatchObject(row);
  });

  test('names the rule whose restriction cannot be enforced', async () => {
    const record = await recordOf(policyThat({ refresh_token: { drop: true } }), '05');
    expect(toDecisionRow(record, TIME)).toMatchObject({ outcome: 'refuse', rules: ['rule'] });
  });

  test('prefers refused_by to the matched rules', () => {
    expect(toDecisionRow({ outcome: 'refuse', rules: ['a'], refused_by: 'b' }, TIME).rules).toEqual(
      ['b'],
    );
  });

  test('accepts a record without fields', () => {
    expect(toDecisionRow({}, TIME)).toMatchObject({
      outcome: '',
      address: 'not needed',
      rules: [],
    });
  });
});
