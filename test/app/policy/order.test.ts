import { decideBy } from '../../support/decide.ts';
import { policyText, rule } from '../../support/policies.ts';

const EXPIRES_IN = '/accessToken/claims/expires_in';

/** Payload 03 lives 3600 s and has the scopes email, groups, openid, profile and roles. */
const decide = (...rules: string[]) => decideBy(policyText(rules.join('')), { request: '03' });

describe('rules are evaluated from top to bottom', () => {
  test('the first refusal applies, and later rules are not evaluated', async () => {
    const decision = await decide(
      rule('first', true, '{ deny: First }'),
      rule('second', 'abuse.score >= 0', '{ deny: Second }'),
    );
    expect(decision).toMatchObject({
      outcome: 'refuse',
      refusal: { reason: 'access_denied', description: 'First' },
      matched: ['first'],
      operations: [],
      fetched: [],
    });
  });

  test('an allow ends the evaluation before a later refusal', async () => {
    const decision = await decide(
      rule('trusted', true, '{ allow: true }'),
      rule('refused', 'abuse.score >= 0', '{ deny: No }'),
    );
    expect(decision).toMatchObject({ outcome: 'issue', matched: ['trusted'], fetched: [] });
  });

  test('a rule that does not match is skipped', async () => {
    const decision = await decide(
      rule('other', 'request.grant == "password"', '{ deny: No }'),
      rule('off', false, '{ deny: No }'),
      rule('this', 'request.grant == "authorization_code"', '{ lifetime: 5m }'),
    );
    expect(decision).toMatchObject({ outcome: 'restrict', matched: ['this'] });
  });

  test('a token that no rule matches is issued unchanged', async () => {
    expect(await decide()).toMatchObject({ outcome: 'issue', matched: [], operations: [] });
  });

  test('a refusal after restrictions only refuses', async () => {
    const decision = await decide(
      rule('short', true, '{ lifetime: 5m }'),
      rule('refused', true, '{ deny: { reason: invalid_scope, description: No } }'),
    );
    expect(decision).toMatchObject({
      outcome: 'refuse',
      refusal: { reason: 'invalid_scope', description: 'No' },
      operations: [],
      matched: ['short', 'refused'],
    });
  });

  test('earlier restrictions still apply after an allow', async () => {
    const decision = await decide(
      rule('short', true, '{ lifetime: 5m }'),
      rule('trusted', true, '{ allow: true }'),
      rule('shorter', true, '{ lifetime: 1m }'),
    );
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: ['short', 'trusted'],
      operations: [{ op: 'replace', path: EXPIRES_IN, value: 300 }],
    });
  });

  test('an allow may also restrict', async () => {
    const decision = await decide(
      rule('both', true, '{ allow: true, lifetime: 5m }'),
      rule('refused', true, '{ deny: No }'),
    );
    expect(decision).toMatchObject({
      outcome: 'restrict',
      operations: [{ op: 'replace', path: EXPIRES_IN, value: 300 }],
    });
  });
});

describe('restrictions accumulate', () => {
  test.each([
    ['the first is the shortest', ['5m', '15m'], 300],
    ['the last is the shortest', ['15m', '5m'], 300],
    ['seconds and minutes', ['10m', '599', '11m'], 599],
    ['one that is longer than the token', ['2h', '30m'], 1800],
  ])('the shortest lifetime wins: %s', async (_, lifetimes, value) => {
    const rules = lifetimes.map((lifetime, at) =>
      rule(`r${at}`, true, `{ lifetime: ${lifetime} }`),
    );
    const { operations } = await decide(...rules);
    expect(operations).toEqual([{ op: 'replace', path: EXPIRES_IN, value }]);
  });

  test('a lifetime is never lengthened', async () => {
    expect(await decide(rule('long', true, '{ lifetime: 2h }'))).toMatchObject({
      outcome: 'issue',
      operations: [],
      matched: ['long'],
    });
  });

  test('removals are combined', async () => {
    const { operations } = await decide(
      rule('a', true, '{ scopes: { remove: [email, roles] } }'),
      rule('b', true, '{ scopes: { remove: [gr*, email] }, claims: { remove: [locale] } }'),
    );
    expect(operations.map(({ op, path }) => `${op} ${path}`).toSorted()).toEqual([
      'remove /accessToken/claims/locale',
      'remove /accessToken/scopes/0',
      'remove /accessToken/scopes/1',
      'remove /accessToken/scopes/4',
    ]);
  });

  test('a removal wins over an addition in either order', async () => {
    const remove = rule('remove', true, '{ scopes: { remove: [admin] } }');
    const add = rule('add', true, '{ scopes: { add: [admin] } }');
    for (const rules of [
      [remove, add],
      [add, remove],
    ]) {
      const decision = await decide(...rules);
      expect(decision.operations).toEqual([]);
      expect(decision.skipped).toEqual([{ rule: 'add', effect: 'scopes.add', cause: 'removed' }]);
    }
  });

  test('the last rule that sets a claim wins', async () => {
    const { operations } = await decide(
      rule('a', true, '{ claims: { set: { risk: low } } }'),
      rule('b', true, '{ claims: { set: { risk: high } } }'),
    );
    expect(operations).toEqual([
      { op: 'add', path: '/accessToken/claims/-', value: { name: 'risk', value: 'high' } },
    ]);
  });
});

test('rules keep no state between requests', async () => {
  const policy = policyText(
    rule('by-grant', 'request.grant == "authorization_code"', '{ lifetime: 5m }'),
  );
  expect((await decideBy(policy, { request: '03' })).outcome).toBe('restrict');
  expect((await decideBy(policy, { request: '01' })).outcome).toBe('issue');
});
