import { decideBy, type Scenario } from '../../support/decide.ts';
import { requestWith } from '../../support/payloads.ts';
import { policyText, rule } from '../../support/policies.ts';

const SHORT = '{ lifetime: 5m }';
const MONITOR = 'mode: monitor';

const decide = (rules: string, rest = '', circumstances: Scenario = {}) =>
  decideBy(policyText(rules, rest), circumstances);

const unknowns = (entries: string) => `unknown: { address: ignore, ${entries} }`;

describe('a policy in monitor mode changes nothing', () => {
  test.each<[string, string, string, object[]]>([
    [
      'a refusal',
      rule('no', 'abuse.score >= 75', '{ deny: No }'),
      'refuse',
      [{ rule: 'no', outcome: 'refuse' }],
    ],
    [
      'a restriction',
      rule('short', true, SHORT),
      'restrict',
      [{ rule: 'short', outcome: 'restrict' }],
    ],
    [
      'an allow',
      rule('trusted', true, '{ allow: true }'),
      'issue',
      [{ rule: 'trusted', outcome: 'issue' }],
    ],
    [
      'an addition',
      rule('mark', true, '{ claims: { set: { risk: high } } }'),
      'issue',
      [{ rule: 'mark', outcome: 'issue' }],
    ],
    [
      'a lifetime that the token does not reach',
      rule('long', true, '{ lifetime: 5h }'),
      'issue',
      [{ rule: 'long', outcome: 'issue' }],
    ],
    ['nothing', rule('other', false, '{ deny: No }'), 'issue', []],
    [
      'a restriction before a refusal',
      rule('short', true, SHORT) + rule('no', true, '{ deny: No }') + rule('late', true, SHORT),
      'refuse',
      [
        { rule: 'short', outcome: 'restrict' },
        { rule: 'no', outcome: 'refuse' },
      ],
    ],
  ])('%s', async (_, rules, dryRunOutcome, monitored) => {
    expect(await decide(rules, MONITOR, { reputation: 90 })).toMatchObject({
      outcome: 'issue',
      refusal: undefined,
      operations: [],
      matched: [],
      dryRunOutcome,
      monitored,
    });
  });

  test('fetches signals, each once', async () => {
    const rules =
      rule('place', 'geo.country == "KP"', '{ deny: No }') +
      rule('risk', 'abuse.score >= 25', SHORT) +
      rule('enforced', 'abuse.score >= 99', '{ deny: No }', 'mode: enforce');
    const { fetched } = await decide(rules, MONITOR, { reputation: 30, reputationAs: 'promise' });
    expect(fetched).toEqual(['address', 'geo', 'reputation']);
  });

  test('records an unknown signal without effect', async () => {
    const rules = rule('risk', 'abuse.score >= 75', '{ deny: No }');
    const rest = `${MONITOR}\n${unknowns('geo: ignore, reputation: { deny: Not known }')}`;
    expect(await decide(rules, rest, { reputation: 'quota' })).toMatchObject({
      outcome: 'issue',
      dryRunOutcome: 'refuse',
      monitored: [{ rule: 'unknown.reputation', outcome: 'refuse' }],
      unknown: [{ signal: 'reputation', cause: 'quota', rule: 'risk' }],
    });
  });

  test('records a failed condition without effect', async () => {
    const rules = rule('odd', 'token.claims.sub > 3', '{ deny: No }');
    expect(await decide(rules, MONITOR)).toMatchObject({
      outcome: 'issue',
      dryRunOutcome: 'refuse',
      failed: ['odd'],
    });
  });

  test('records a restriction that the request does not allow as a dry-run refusal', async () => {
    const request = requestWith('03', { allowedOperations: [] });
    const decision = await decide(rule('short', true, SHORT), MONITOR, { request });
    expect(decision).toMatchObject({
      outcome: 'issue',
      refusal: undefined,
      dryRunOutcome: 'refuse',
      unenforceable: [{ rule: 'short', effect: 'lifetime', cause: 'not-allowed' }],
    });
  });

  test('a rule with mode enforce applies', async () => {
    const rules =
      rule('monitored', true, '{ lifetime: 10m }') + rule('real', true, SHORT, 'mode: enforce');
    expect(await decide(rules, MONITOR)).toMatchObject({
      outcome: 'restrict',
      matched: ['real'],
      operations: [{ value: 300 }],
      dryRunOutcome: 'restrict',
      monitored: [{ rule: 'monitored', outcome: 'restrict' }],
    });
  });

  test('a rule with mode enforce refuses even after a monitored allow', async () => {
    const rules =
      rule('trusted', true, '{ allow: true }') + rule('no', true, '{ deny: No }', 'mode: enforce');
    expect(await decide(rules, MONITOR)).toMatchObject({
      outcome: 'refuse',
      refusal: { description: 'No' },
      matched: ['no'],
      dryRunOutcome: 'issue',
      monitored: [{ rule: 'trusted', outcome: 'issue' }],
    });
  });

  test('an unknown entry that an enforced rule needs applies', async () => {
    const rules = rule('risk', 'abuse.score >= 75', '{ deny: No }', 'mode: enforce');
    const rest = `${MONITOR}\n${unknowns('geo: ignore, reputation: { deny: Not known }')}`;
    expect(await decide(rules, rest, { reputation: 'quota' })).toMatchObject({
      outcome: 'refuse',
      matched: ['unknown.reputation'],
      monitored: [],
    });
  });

  test('records what an enforced rule below a monitored refusal cannot apply', async () => {
    const rules =
      rule('monitored', true, '{ deny: No }') +
      rule(
        'real',
        true,
        '{ refresh_token: { drop: true } }',
        'mode: enforce\n    unenforceable: ignore',
      ) +
      rule('odd', 'token.claims.sub > 3', SHORT, 'mode: enforce');
    expect(await decide(rules, MONITOR, { request: requestWith('05', {}) })).toMatchObject({
      failed: ['odd'],
      unenforceable: [{ rule: 'real', effect: 'refresh_token.drop', cause: 'not-allowed' }],
    });
  });

  test('enforce mode has no dry-run outcome', async () => {
    expect(await decide(rule('short', true, SHORT))).toMatchObject({
      dryRunOutcome: undefined,
      monitored: [],
    });
  });
});

describe('a rule in monitor mode is recorded, and later rules are evaluated as if it had not matched', () => {
  const monitored = 'mode: monitor';

  test.each<[string, string, string, object]>([
    [
      'a refusal',
      rule('monitored', true, '{ deny: No }', monitored),
      'refuse',
      { outcome: 'restrict' },
    ],
    [
      'an allow',
      rule('monitored', true, '{ allow: true }', monitored),
      'issue',
      { outcome: 'restrict' },
    ],
    [
      'a restriction',
      rule('monitored', true, '{ lifetime: 1m }', monitored),
      'restrict',
      { outcome: 'restrict' },
    ],
    [
      'an addition',
      rule('monitored', true, '{ scopes: { add: [x] } }', monitored),
      'issue',
      { outcome: 'restrict' },
    ],
  ])('%s', async (_, first, outcome, expected) => {
    const decision = await decide(first + rule('next', true, SHORT));
    expect(decision).toMatchObject({
      ...expected,
      matched: ['next'],
      monitored: [{ rule: 'monitored', outcome }],
    });
    expect(decision.operations).toEqual([
      { op: 'replace', path: '/accessToken/claims/expires_in', value: 300 },
    ]);
    expect(decision.dryRunOutcome).toBeUndefined();
  });

  test('a rule that does not match is not recorded', async () => {
    expect((await decide(rule('monitored', false, '{ deny: No }', monitored))).monitored).toEqual(
      [],
    );
  });

  test('a rule whose condition fails is recorded as failed and as monitored', async () => {
    const decision = await decide(
      rule('monitored', 'token.claims.sub > 3', '{ deny: No }', monitored),
    );
    expect(decision).toMatchObject({
      outcome: 'issue',
      failed: ['monitored'],
      monitored: [{ rule: 'monitored', outcome: 'refuse' }],
    });
  });

  test('an unknown entry that only a monitored rule needs is not enforced', async () => {
    const rules = rule('monitored', 'abuse.score >= 75', '{ deny: No }', monitored);
    expect(
      await decide(rules, unknowns('geo: ignore, reputation: { deny: Not known }'), {
        reputation: 'quota',
      }),
    ).toMatchObject({
      outcome: 'issue',
      matched: [],
      monitored: [{ rule: 'unknown.reputation', outcome: 'refuse' }],
      unknown: [{ signal: 'reputation', cause: 'quota', rule: 'monitored' }],
    });
  });

  test('an unknown entry is enforced at a later rule that needs it', async () => {
    const rules =
      rule('monitored', 'abuse.score >= 75', '{ deny: No }', monitored) +
      rule('short', true, SHORT) +
      rule('real', 'abuse.score >= 50', '{ deny: No }');
    expect(
      await decide(rules, unknowns('geo: ignore, reputation: { deny: Not known }'), {
        reputation: 'quota',
      }),
    ).toMatchObject({
      outcome: 'refuse',
      refusal: { description: 'Not known' },
      matched: ['short', 'unknown.reputation'],
    });
  });

  test('a monitored rule fetches its signals', async () => {
    expect(
      (await decide(rule('monitored', 'abuse.score >= 75', '{ deny: No }', monitored))).fetched,
    ).toEqual(['address', 'reputation']);
  });
});
