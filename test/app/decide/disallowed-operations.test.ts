import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';
import { policyOf, policyThat } from '../../support/policies.ts';

/** Returns a request that allows only the operations for which the predicate is true. */
function requestAllowing(isAllowed: (op: string, path: string) => boolean): string {
  const request = JSON.parse(payload('03'));
  for (const { op, paths } of request.allowedOperations) {
    const kept = paths.filter((path: string) => isAllowed(op, path));
    paths.splice(0, paths.length, ...kept);
  }
  return JSON.stringify(request);
}

const NOTHING_ALLOWED = requestAllowing(() => false);

const RESTRICTIONS: [string, object][] = [
  ['lifetime', { lifetime: '5m' }],
  ['refresh_token.lifetime', { refresh_token: { lifetime: '1h' } }],
  ['refresh_token.drop', { refresh_token: { drop: true } }],
  ['scopes.remove', { scopes: { remove: ['email'] } }],
  ['audience.remove', { audience: { remove: ['https:*'] } }],
  ['claims.remove', { claims: { remove: ['email'] } }],
  ['claims.remove', { claims: { remove: ['groups'] } }],
];

const ADDITIONS: [string, object][] = [
  ['scopes.add', { scopes: { add: ['gated'] } }],
  ['audience.add', { audience: { add: ['gate.example'] } }],
  ['claims.set', { claims: { set: { fresh: 1 } } }],
  ['claims.set', { claims: { set: { email: 'hidden' } } }],
  ['claims.set', { claims: { set: { groups: ['guests'] } } }],
];

describe('a restriction that the request does not allow', () => {
  test.each(RESTRICTIONS)('%s %j refuses the token by default', async (effect, effects) => {
    const { outcome, event } = await decideOn(NOTHING_ALLOWED, policyThat(effects));
    expect(outcome).toEqual({
      kind: 'refused',
      status: 400,
      error: 'access_denied',
      errorDescription: expect.stringContaining('a required restriction cannot be applied'),
    });
    expect(event.decision).toMatchObject({
      outcome: 'refuse',
      operations: [],
      matched: ['rule'],
      unenforceable: [{ rule: 'rule', effect, cause: 'not-allowed' }],
    });
  });

  test.each(RESTRICTIONS)(
    '%s %j does not change the token with unenforceable: ignore',
    async (effect, effects) => {
      const policy = policyThat(effects, { unenforceable: 'ignore' });
      const { outcome, body, event } = await decideOn(NOTHING_ALLOWED, policy);
      expect(body).toBe('{"actionStatus":"SUCCESS"}');
      expect(tokenOf(outcome)).toEqual(tokenBefore(NOTHING_ALLOWED));
      expect(event.decision).toMatchObject({
        outcome: 'issue',
        unenforceable: [{ rule: 'rule', effect, cause: 'not-allowed' }],
      });
    },
  );

  test.each(RESTRICTIONS)(
    '%s %j has no effect on a token without the restricted part',
    async (_, effects) => {
      const request = JSON.parse(payload('01'));
      request.allowedOperations = [];
      request.event.accessToken.claims.find(
        ({ name }: { name: string }) => name === 'expires_in',
      ).value = 60;
      const { body, event } = await decideOn(JSON.stringify(request), policyThat(effects));
      expect(body).toBe('{"actionStatus":"SUCCESS"}');
      expect(event.decision).toMatchObject({ outcome: 'issue', unenforceable: [], skipped: [] });
    },
  );

  test('one rule with unenforceable: deny is enough, and both rules are recorded', async () => {
    const lax = { id: 'lax', effects: { lifetime: '1m' }, unenforceable: 'ignore' } as const;
    const strict = { id: 'strict', effects: { lifetime: '10m' }, unenforceable: 'deny' } as const;
    for (const rules of [
      [lax, strict],
      [strict, lax],
    ]) {
      const { outcome, event } = await decideOn(
        NOTHING_ALLOWED,
        policyOf(rules, { unenforceable: 'ignore' }),
      );
      expect(outcome.kind).toBe('refused');
      expect(event.decision.unenforceable.map(({ rule }) => rule)).toEqual(
        rules.map(({ id }) => id),
      );
    }
    const alone = await decideOn(NOTHING_ALLOWED, policyOf([lax]));
    expect(alone.outcome.kind).toBe('token');
  });

  test('with unenforceable: ignore, allowed effects still apply', async () => {
    const body = requestAllowing((op, path) => !(op === 'remove' && path.includes('aud')));
    const policy = policyThat(
      { lifetime: '5m', audience: { remove: ['*'] }, scopes: { remove: ['email'] } },
      { unenforceable: 'ignore' },
    );
    const { outcome, event } = await decideOn(body, policy);
    const token = tokenOf(outcome);
    expect(token).toMatchObject({ expiresIn: 300, audience: tokenBefore(body).audience });
    expect(token.scopes).toEqual(['groups', 'openid', 'profile', 'roles']);
    expect(event.decision).toMatchObject({
      outcome: 'restrict',
      unenforceable: [{ rule: 'rule', effect: 'audience.remove', cause: 'not-allowed' }],
    });
  });

  test('a list that is listed as one claim is removed as one', async () => {
    const request = JSON.parse(NOTHING_ALLOWED);
    request.allowedOperations[1].paths = ['/accessToken/claims/groups'];
    const body = JSON.stringify(request);
    const { outcome } = await decideOn(body, policyThat({ claims: { remove: ['groups'] } }));
    expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
    expect(tokenOf(outcome).claims).not.toHaveProperty('groups');
  });

  test('a claim is not removable if a path with its name addresses something else', async () => {
    const request = JSON.parse(payload('03'));
    for (const name of ['audit_level', 'http://wso2.org/claims/role', '5', '+5', 'z*']) {
      request.event.accessToken.claims.push({ name, value: 'x' });
      for (const { op, paths } of request.allowedOperations) {
        if (op !== 'add') paths.push(`/accessToken/claims/${name}`);
      }
    }
    const body = JSON.stringify(request);
    for (const glob of ['audit*', 'http*', '5*', '+*', 'z*']) {
      const { outcome, event } = await decideOn(body, policyThat({ claims: { remove: [glob] } }));
      expect(outcome.kind).toBe('refused');
      expect(event.decision.unenforceable).toEqual([
        { rule: 'rule', effect: 'claims.remove', cause: 'not-reachable' },
      ]);
    }
  });

  test.each<[string, object, object]>([
    ['scopes as a string', { scopes: 'email openid' }, { scopes: { remove: ['email'] } }],
    ['claims as an object', { claims: { email: 'x' } }, { claims: { remove: ['email'] } }],
    ['claims as an object', { claims: { aud: ['x'] } }, { audience: { remove: ['x'] } }],
    ['scopes that are not strings', { scopes: ['openid', 7] }, { scopes: { remove: ['*'] } }],
    [
      'audiences that are not strings',
      { claims: [{ name: 'aud', value: ['a', 7] }] },
      { audience: { remove: ['*'] } },
    ],
  ])('unreadable %s do not count as empty', async (_, accessToken, effects) => {
    const request = JSON.parse(payload('03'));
    Object.assign(request.event.accessToken, accessToken);
    const { outcome, event } = await decideOn(JSON.stringify(request), policyThat(effects));
    expect(outcome.kind).toBe('refused');
    expect(event.decision.unenforceable).toMatchObject([{ cause: 'not-reachable' }]);
  });
});

describe('a set or an add that the request does not allow', () => {
  test.each(ADDITIONS)('%s %j is skipped and recorded', async (effect, effects) => {
    for (const unenforceable of ['deny', 'ignore']) {
      const { body, event } = await decideOn(
        NOTHING_ALLOWED,
        policyThat(effects, { unenforceable }),
      );
      expect(body).toBe('{"actionStatus":"SUCCESS"}');
      expect(event.decision).toMatchObject({
        outcome: 'issue',
        unenforceable: [],
        skipped: [{ rule: 'rule', effect, cause: 'not-allowed' }],
      });
    }
  });

  test('is recorded once for each rule', async () => {
    const effects = { scopes: { add: ['a', 'b'] }, claims: { set: { c: 1, d: 2 } } };
    const rules = ['first', 'second'].map((id) => ({ id, effects }));
    const { event } = await decideOn(NOTHING_ALLOWED, policyOf(rules));
    expect(event.decision.skipped).toEqual([
      { rule: 'first', effect: 'scopes.add', cause: 'not-allowed' },
      { rule: 'second', effect: 'scopes.add', cause: 'not-allowed' },
      // The last rule that sets a claim has its way, so the first one has lost nothing.
      { rule: 'second', effect: 'claims.set', cause: 'not-allowed' },
    ]);
  });

  test('that another rule removes is skipped, in either order', async () => {
    const adding = {
      id: 'adding',
      effects: {
        scopes: { add: ['gated'] },
        audience: { add: ['gate.example'] },
        claims: { set: { fresh: 1 } },
      },
    };
    const removing = {
      id: 'removing',
      effects: {
        scopes: { remove: ['g*'] },
        audience: { remove: ['gate.*'] },
        claims: { remove: ['fre*'] },
      },
    };
    for (const rules of [
      [adding, removing],
      [removing, adding],
    ]) {
      const { outcome, event } = await decideOn(payload('03'), policyOf(rules));
      const token = tokenOf(outcome);
      expect(token.scopes).toEqual(['email', 'openid', 'profile', 'roles']);
      expect(token.audience).not.toContain('gate.example');
      expect(token.claims).not.toHaveProperty('fresh');
      expect(event.decision.skipped).toEqual(
        ['scopes.add', 'audience.add', 'claims.set'].map((effect) => ({
          rule: 'adding',
          effect,
          cause: 'removed',
        })),
      );
    }
  });
});

describe('a refresh token', () => {
  const both = { refresh_token: { drop: true, lifetime: '1h' } };

  test.each(['03', '06', '23'])('%s: is dropped and shortened', async (name) => {
    const { outcome } = await decideOn(payload(name), policyThat(both));
    expect(outcome).toMatchObject({ dropped: [] });
    expect(tokenOf(outcome)).toMatchObject({
      refreshToken: undefined,
      hiddenRefreshToken: { expiresIn: 3600 },
    });
  });

  test.each(['03', '06', '23'])(
    '%s: stays as long as it was when it is only dropped',
    async (name) => {
      const { refreshToken } = tokenBefore(payload(name));
      const { outcome } = await decideOn(
        payload(name),
        policyThat({ refresh_token: { drop: true } }),
      );
      expect(tokenOf(outcome)).toMatchObject({
        refreshToken: undefined,
        hiddenRefreshToken: refreshToken,
      });
    },
  );

  test('is dropped and shortened by two rules like by one', async () => {
    const rules = [{ drop: true }, { lifetime: '1h' }].map((refresh_token, index) => ({
      id: `rule-${index}`,
      effects: { refresh_token },
    }));
    const { outcome } = await decideOn(payload('03'), policyOf(rules));
    expect(tokenOf(outcome)).toMatchObject({
      refreshToken: undefined,
      hiddenRefreshToken: { expiresIn: 3600 },
    });
  });

  test.each(['05', '26'])(
    '%s: is shortened where it cannot be dropped and that is ignored',
    async (name) => {
      const policy = policyThat(both, { unenforceable: 'ignore' });
      const { outcome, event } = await decideOn(payload(name), policy);
      expect(tokenOf(outcome).refreshToken).toEqual({ expiresIn: 3600 });
      expect(event.decision.unenforceable).toEqual([
        { rule: 'rule', effect: 'refresh_token.drop', cause: 'not-allowed' },
      ]);
    },
  );

  test.each(PAYLOADS.filter((name) => !/^(03|04|05|06|23|26)/.test(name)))(
    '%s: has no refresh token, so nothing is restricted',
    async (name) => {
      const { body, event } = await decideOn(payload(name), policyThat(both));
      expect(body).toBe('{"actionStatus":"SUCCESS"}');
      expect(event.decision).toMatchObject({ outcome: 'issue', unenforceable: [] });
    },
  );
});
