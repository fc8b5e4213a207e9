import { decideOn, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { cel, policyOf, type RuleFields } from '../../support/policies.ts';

/** Returns a request whose token has the claim `role: admin`, and which allows no operations. */
function request(change: (request: Json) => void = () => {}): string {
  const body = JSON.parse(payload('03'));
  body.event.accessToken.claims.push({ name: 'role', value: 'admin' });
  body.allowedOperations = [];
  change(body);
  return JSON.stringify(body);
}

// biome-ignore lint/suspicious/noExplicitAny: each case changes a different part of the request
type Json = any;

const ALLOW_OPERATIONS = (body: Json) => {
  body.allowedOperations = JSON.parse(payload('03')).allowedOperations;
};

interface Case {
  readonly effects: object;
  readonly body: string;
  readonly missed: { readonly effect: string; readonly cause: string };
  readonly when?: string;
}

const MISSED: Record<string, Case> = {
  'a claim that is replaced': {
    effects: { claims: { set: { role: 'guest' } } },
    body: request(),
    missed: { effect: 'claims.set', cause: 'not-allowed' },
  },
  'a claim that is added': {
    effects: { claims: { set: { fresh: 1 } } },
    body: request(),
    missed: { effect: 'claims.set', cause: 'not-allowed' },
  },
  'a claim whose name has another meaning in a path': {
    effects: { claims: { set: { audit_level: 'low' } } },
    body: request((body) => {
      ALLOW_OPERATIONS(body);
      body.event.accessToken.claims.push({ name: 'audit_level', value: 'high' });
    }),
    missed: { effect: 'claims.set', cause: 'not-reachable' },
  },
  'claims that cannot be read': {
    effects: { claims: { set: { role: 'guest' } } },
    body: request((body) => {
      ALLOW_OPERATIONS(body);
      body.event.accessToken.claims = { role: 'admin' };
    }),
    missed: { effect: 'claims.set', cause: 'not-reachable' },
  },
  'a value that cannot be evaluated': {
    effects: { claims: { set: { role: cel('token.claims["nothing"]') } } },
    body: request(ALLOW_OPERATIONS),
    missed: { effect: 'claims.set', cause: 'no-value' },
  },
  'a scope': {
    effects: { scopes: { add: ['limited'] } },
    body: request(),
    missed: { effect: 'scopes.add', cause: 'not-allowed' },
  },
  'an audience': {
    effects: { audience: { add: ['gate.example'] } },
    body: request(),
    missed: { effect: 'audience.add', cause: 'not-allowed' },
  },
  'an audience in addition to one that is a string': {
    effects: { audience: { add: ['gate.example'] } },
    body: payload('21'),
    missed: { effect: 'audience.add', cause: 'not-reachable' },
  },
  'a set of a rule whose condition failed': {
    effects: { claims: { set: { role: 'guest' } } },
    body: request(ALLOW_OPERATIONS),
    when: 'token.claims["sub"] > 3',
    missed: { effect: 'claims.set', cause: 'condition-failed' },
  },
  'an add of a rule whose condition failed': {
    effects: { scopes: { add: ['limited'] }, lifetime: '5m' },
    body: request(ALLOW_OPERATIONS),
    when: 'token.claims["sub"] > 3',
    missed: { effect: 'scopes.add', cause: 'condition-failed' },
  },
};

const CASES = Object.entries(MISSED);

function ruleOf({ effects, when = 'true' }: Case, more: object = {}): RuleFields {
  return { id: 'rule', effects, when, ...more };
}

describe('a set or an add that cannot be applied', () => {
  test.each(CASES)('%s: refuses if the rule has unenforceable: deny', async (_, one) => {
    const policy = policyOf([ruleOf(one, { unenforceable: 'deny' })], { unenforceable: 'ignore' });
    const { outcome, event } = await decideOn(one.body, policy);
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, error: 'access_denied' });
    expect(event.decision).toMatchObject({
      outcome: 'refuse',
      refusedBy: 'rule',
      skipped: [],
      unenforceable: [{ rule: 'rule', ...one.missed }],
    });
  });

  test.each(CASES)('%s: refuses in the dry run of monitor mode', async (_, one) => {
    for (const [rule, more] of [
      [ruleOf(one, { unenforceable: 'deny', mode: 'monitor' }), {}],
      [ruleOf(one, { unenforceable: 'deny' }), { mode: 'monitor' }],
    ] as const) {
      const { outcome, event } = await decideOn(one.body, policyOf([rule], more));
      expect(outcome).toMatchObject({ kind: 'token', applied: [] });
      expect(event.decision).toMatchObject({
        outcome: 'issue',
        dryRunRefusedBy: 'rule',
        monitored: [{ rule: 'rule', outcome: 'refuse' }],
      });
    }
  });

  test.each(CASES)('%s: is skipped if only the policy has unenforceable: deny', async (_, one) => {
    for (const [rule, more] of [
      [ruleOf(one), { unenforceable: 'deny' }],
      [ruleOf(one, { unenforceable: 'ignore' }), { unenforceable: 'deny' }],
    ] as const) {
      const { outcome, event } = await decideOn(one.body, policyOf([rule], more));
      expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
      expect(event.decision.unenforceable).toEqual([]);
    }
  });
});

describe('a rule with unenforceable: deny does not refuse', () => {
  const insisting = { id: 'rule', unenforceable: 'deny' } as const;

  test('if all its effects are applied', async () => {
    const rule = { ...insisting, effects: { claims: { set: { email: 'x', a: 1 } } } };
    const { outcome } = await decideOn(payload('03'), policyOf([rule]));
    expect(tokenOf(outcome).claims).toMatchObject({ email: 'x', a: 1 });
  });

  test('if the token already has them', async () => {
    const rule = {
      ...insisting,
      effects: { claims: { set: { role: 'admin' } }, scopes: { add: ['openid'] } },
    };
    const { body } = await decideOn(request(), policyOf([rule]));
    expect(body).toBe('{"actionStatus":"SUCCESS"}');
  });

  test('if another rule removes what it sets, because the removal wins', async () => {
    const rules = [
      { ...insisting, effects: { claims: { set: { email: 'x' } }, scopes: { add: ['gated'] } } },
      { id: 'other', effects: { claims: { remove: ['email'] }, scopes: { remove: ['gated'] } } },
    ];
    const { outcome, event } = await decideOn(payload('03'), policyOf(rules));
    expect(tokenOf(outcome).claims).not.toHaveProperty('email');
    expect(event.decision.skipped).toEqual(
      ['scopes.add', 'claims.set'].map((effect) => ({ rule: 'rule', effect, cause: 'removed' })),
    );
  });

  test('if a later rule sets the claim for which it has no value', async () => {
    const rules = [
      { ...insisting, effects: { claims: { set: { a: cel('token.claims["nothing"]') } } } },
      { id: 'later', effects: { claims: { set: { a: 'b' } } } },
    ];
    const { outcome, event } = await decideOn(payload('03'), policyOf(rules));
    expect(tokenOf(outcome).claims.a).toBe('b');
    expect(event.decision.skipped).toEqual([]);
  });
});
