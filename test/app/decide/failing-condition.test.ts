import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyOf, type RuleFields } from '../../support/policies.ts';

/** Its token has a text `email`, a list `groups` and an object `address`, and no claim `level`. */
const REQUEST = payload('03');

const CONDITIONS: [string, string][] = [
  ['a string compared with a number', 'token.claims["email"] > 3'],
  ['a list compared with a number', 'token.claims["groups"] > 3'],
  ['an object compared with a number', 'token.claims["address"] > 3'],
  ['an absent claim compared with a number', 'token.claims["level"] > 3'],
  ['a sum that overflows', 'token.lifetime + 9223372036854775807 > 0'],
  ['a division by zero', 'token.lifetime / (token.lifetime - token.lifetime) > 1'],
  ['an index beyond the end', 'token.scopes[99] == "openid"'],
  ['a string that is not a number', 'int(request.client_id) > 3'],
];

async function decided(...rules: RuleFields[]) {
  const { outcome, event } = await decideOn(REQUEST, policyOf(rules));
  return { outcome, decision: event.decision };
}

describe.each(CONDITIONS)('a rule whose condition fails (%s)', (_, when) => {
  test('refuses if its effect is a refusal', async () => {
    const { outcome, decision } = await decided({ id: 'rule', when, effects: { deny: 'No.' } });
    expect(outcome).toMatchObject({ kind: 'refused', errorDescription: 'No.' });
    expect(decision).toMatchObject({ outcome: 'refuse', failed: ['rule'], matched: ['rule'] });
  });

  test('applies its restrictions, and neither adds, sets nor allows', async () => {
    const { outcome, decision } = await decided(
      {
        id: 'rule',
        when,
        effects: {
          allow: true,
          lifetime: '5m',
          refresh_token: { lifetime: '1h' },
          scopes: { remove: ['email'], add: ['gated'] },
          audience: { remove: ['https:*'], add: ['gate.example'] },
          claims: { remove: ['email'], set: { level: 9, locale: 'xx' } },
        },
      },
      { id: 'next', effects: { claims: { set: { next: true } } } },
    );
    const before = tokenBefore(REQUEST);
    const { email: _email, ...claims } = before.claims;
    const audience = ['qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa'];
    expect(outcome).toMatchObject({ dropped: [] });
    expect(tokenOf(outcome)).toEqual({
      ...before,
      expiresIn: 300,
      refreshToken: { expiresIn: 3600 },
      scopes: ['groups', 'openid', 'profile', 'roles'],
      audience,
      claims: { ...claims, aud: audience, expires_in: 300, next: true },
    });
    expect(decision).toMatchObject({
      outcome: 'restrict',
      failed: ['rule'],
      matched: ['rule', 'next'],
      skipped: [],
    });
  });

  test.each<[string, object]>([
    ['allow', { allow: true }],
    ['set', { claims: { set: { level: 9 } } }],
    ['add', { scopes: { add: ['gated'] }, audience: { add: ['gate.example'] } }],
  ])(
    'has no effect if its effect is to %s, and the next rule is evaluated',
    async (_effect, effects) => {
      const { outcome, decision } = await decided(
        { id: 'rule', when, effects },
        { id: 'next', effects: { lifetime: '5m' } },
      );
      const before = tokenBefore(REQUEST);
      expect(tokenOf(outcome)).toEqual({
        ...before,
        expiresIn: 300,
        claims: { ...before.claims, expires_in: 300 },
      });
      expect(decision).toMatchObject({ failed: ['rule'], matched: ['next'] });
    },
  );
});

test('a failing rule after an allow is not evaluated', async () => {
  const { outcome, decision } = await decided(
    { id: 'first', effects: { allow: true } },
    { id: 'rule', when: 'token.claims["email"] > 3', effects: { deny: 'No.' } },
  );
  expect(outcome.kind).toBe('token');
  expect(decision).toMatchObject({ failed: [], matched: ['first'] });
});

test('a condition that one operand decides does not fail because of the other', async () => {
  const { decision } = await decided({
    id: 'rule',
    when: 'token.claims["email"] > 3 || request.grant == "authorization_code"',
    effects: { claims: { set: { seen: true } } },
  });
  expect(decision).toMatchObject({ failed: [], matched: ['rule'], skipped: [] });
});

test('a restriction of a failing rule that cannot be enforced refuses the token', async () => {
  const { outcome, decision } = await decided({
    id: 'rule',
    when: 'token.claims["email"] > 3',
    effects: { claims: { remove: ['address'] } },
  });
  expect(outcome.kind).toBe('refused');
  expect(decision).toMatchObject({
    failed: ['rule'],
    unenforceable: [{ rule: 'rule', effect: 'claims.remove' }],
  });
});
