import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';
import { cel, policyOf } from '../../support/policies.ts';
import { schemaErrors } from '../../support/safe-profile.ts';
import {
  all,
  type Change,
  changed,
  comparable,
  isNarrower,
  lifetimeUpTo,
  refreshLifetimeUpTo,
  unchanged,
  withAudience,
  withClaims,
  withoutAudience,
  withoutClaims,
  withoutRefreshToken,
  withoutScopes,
  withScopes,
} from '../../support/token-changes.ts';

interface Effect {
  /** The effects of one rule, or of several. */
  readonly effects: object | readonly object[];
  readonly becomes: Change;
  /** Payloads that do not allow the restriction. */
  readonly unenforceable?: readonly string[];
  /** How the token changes for those with `unenforceable: ignore`. */
  readonly ignored?: Change;
  /** Payloads that do not allow the set or add, and how the token changes for those. */
  readonly skipped?: readonly string[];
  readonly without?: Change;
  /** The name of the effect in the list of what was not applied. */
  readonly name?: string;
}

const EFFECTS: Record<string, Effect> = {
  allow: { effects: { allow: true }, becomes: unchanged },
  'lifetime below that of most tokens': {
    effects: { lifetime: '15m' },
    becomes: lifetimeUpTo(900),
  },
  'lifetime below that of all': { effects: { lifetime: 120 }, becomes: lifetimeUpTo(120) },
  'lifetime equal to that of most': { effects: { lifetime: '1h' }, becomes: lifetimeUpTo(3600) },
  'lifetime above that of all': { effects: { lifetime: '24h' }, becomes: unchanged },
  'refresh_token.lifetime': {
    effects: { refresh_token: { lifetime: '14h' } },
    becomes: refreshLifetimeUpTo(14 * 3600),
    // Contract v1.0 shows no refresh token, and a code brings one.
    unenforceable: ['04'],
    name: 'refresh_token.lifetime',
  },
  'refresh_token.lifetime above that of all': {
    effects: { refresh_token: { lifetime: '2400h' } },
    becomes: unchanged,
    unenforceable: ['04'],
    name: 'refresh_token.lifetime',
  },
  'refresh_token.drop': {
    effects: { refresh_token: { drop: true } },
    becomes: withoutRefreshToken,
    // Before v1.3 the response has no parameters that could be removed.
    unenforceable: ['04', '05', '26'],
    name: 'refresh_token.drop',
  },
  'scopes.remove by name': {
    effects: { scopes: { remove: ['openid', 'read:metrics', 'not-granted'] } },
    becomes: withoutScopes(/^(openid|read:metrics|not-granted)$/),
  },
  'scopes.remove by glob': {
    effects: { scopes: { remove: ['*:*', 'p*e', 'nothing*'] } },
    becomes: withoutScopes(/:|^p.*e$/),
  },
  'scopes.remove of all': { effects: { scopes: { remove: ['*'] } }, becomes: withoutScopes(/^/) },
  'scopes.add': {
    effects: { scopes: { add: ['risk:checked', 'openid'] } },
    becomes: withScopes('risk:checked', 'openid'),
  },
  'scopes.remove and scopes.add': {
    effects: { scopes: { remove: ['write:*', 'openid'], add: ['read-only'] } },
    becomes: all(withoutScopes(/^(write:|openid$)/), withScopes('read-only')),
  },
  'audience.remove by name and glob': {
    effects: { audience: { remove: ['orders-api.acme.example', 'https://*/api', '*/orders'] } },
    becomes: withoutAudience(/^orders-api|\/api$|\/orders$/),
  },
  'audience.remove of all': {
    effects: { audience: { remove: ['*'] } },
    becomes: withoutAudience(/^/),
    unenforceable: ['21'],
    name: 'audience.remove',
  },
  'audience.add': {
    effects: { audience: { add: ['https://gate.example/api?x=1', 'gate.example'] } },
    becomes: withAudience('https://gate.example/api?x=1', 'gate.example'),
    skipped: ['21'],
    name: 'audience.add',
  },
  'claims.set of a string': {
    effects: {
      claims: { set: { 'http://wso2.org/claims/x': 'é, "y"', '5': '', audit_level: 'a' } },
    },
    becomes: withClaims({ 'http://wso2.org/claims/x': 'é, "y"', '5': '', audit_level: 'a' }),
  },
  'claims.set of a number': {
    effects: { claims: { set: { level: 7, ratio: -0.25, none: 0 } } },
    becomes: withClaims({ level: 7, ratio: -0.25, none: 0 }),
  },
  'claims.set of a boolean': {
    effects: { claims: { set: { checked: true, trusted: false } } },
    becomes: withClaims({ checked: true, trusted: false }),
  },
  'claims.set of a list': {
    effects: { claims: { set: { signals: ['ip', 'asn', 'ip'], constructor: ['x'] } } },
    becomes: withClaims({ signals: ['ip', 'asn', 'ip'], constructor: ['x'] }),
  },
  'claims.set of one ${…}, which keeps its type': {
    effects: {
      claims: {
        set: {
          score: cel('abuse.score'),
          unsigned: cel('uint(abuse.score)'),
          quarter: cel('double(abuse.score) / 4.0'),
          elevated: cel('abuse.score >= 25'),
          country: cel('geo.country'),
          several: cel('["a", geo.country]'),
          quoted: cel('"}" + "$" + \'{\''),
          block: `${cel('abuse.score')}\n`,
          lines: `${cel('abuse.score')}\n${cel('geo.country')}`,
        },
      },
    },
    becomes: withClaims({
      block: 42,
      lines: '42\nLK',
      score: 42,
      unsigned: 42,
      quarter: 10.5,
      elevated: true,
      country: 'LK',
      several: ['a', 'LK'],
      quoted: '}$' + '{',
    }),
  },
  'claims.set of templates': {
    effects: {
      claims: {
        set: {
          verdict: `${cel('geo.country')}: ${cel('abuse.score')} at ${cel('now.hour')}:00, ${cel('abuse.stale')}`,
          unsigned: `u${cel('uint(7)')}`,
          signals: [`score-${cel('abuse.score')}`, cel('geo.country'), 'fixed'],
        },
      },
    },
    becomes: withClaims({
      verdict: 'LK: 42 at 10:00, false',
      unsigned: 'u7',
      signals: ['score-42', 'LK', 'fixed'],
    }),
  },
  'claims.set of a claim that some tokens have': {
    effects: {
      claims: { set: { email: 'hidden', email_verified: false, attr_007: 7, locale: ['x'] } },
    },
    becomes: withClaims({ email: 'hidden', email_verified: false, attr_007: 7, locale: ['x'] }),
  },
  'claims.set of a list that some tokens have, to a shorter one': {
    effects: { claims: { set: { groups: ['guests', 'vpn-users'] } } },
    becomes: withClaims({ groups: ['guests', 'vpn-users'] }),
  },
  'claims.set of a list that some tokens have, to a longer one': {
    effects: { claims: { set: { roles: ['app-viewer', 'a', 'b', 'a'] } } },
    becomes: withClaims({ roles: ['app-viewer', 'a', 'b', 'a'] }),
  },
  'claims.set of a string in place of a list and of an object': {
    effects: [{ claims: { set: { groups: 'none' } } }, { claims: { set: { address: 'none' } } }],
    becomes: withClaims({ groups: 'none', address: 'none' }),
    // The others have no address.
    skipped: ['03'],
    without: withClaims({ groups: 'none' }),
    name: 'claims.set',
  },
  'claims.remove of user attributes': {
    effects: {
      claims: { remove: ['email', 'given_name', 'updated_at', 'email_verified', 'none'] },
    },
    becomes: withoutClaims(/^(email|given_name|updated_at|email_verified)$/),
  },
  'claims.remove of lists': {
    effects: { claims: { remove: ['groups', 'risk_signals', 'entitlements'] } },
    becomes: withoutClaims(/^(groups|risk_signals|entitlements)$/),
  },
  'claims.remove by glob, which keeps reserved claims': {
    effects: { claims: { remove: ['*_*', 's*', 'i*', 'role*'] } },
    becomes: withoutClaims(
      /^(given_name|family_name|email_verified|updated_at|risk_.*|attr_.*|roles)$/,
    ),
  },
  'claims.remove of an object': {
    effects: { claims: { remove: ['address'] } },
    becomes: withoutClaims(/^address$/),
    unenforceable: ['03'],
    name: 'claims.remove',
  },
  'claims.remove of all, except an object that cannot be removed': {
    effects: { claims: { remove: ['*'] } },
    becomes: withoutClaims(/^(?!(iss|client_id|aut|expires_in|aud|subject_type|sub)$)/),
    unenforceable: ['03'],
    ignored: withoutClaims(/^(?!(iss|client_id|aut|expires_in|aud|subject_type|sub|address)$)/),
    name: 'claims.remove',
  },
  'several rules, which accumulate': {
    effects: [
      { lifetime: '20m', scopes: { remove: ['write:*'] }, claims: { set: { band: 'low', by: 1 } } },
      {
        scopes: { remove: ['read:users', 'email'], add: ['gated'] },
        claims: { remove: ['email'] },
      },
      { lifetime: '10m', audience: { remove: ['https://*'] }, claims: { set: { band: 'high' } } },
      { lifetime: '30m', scopes: { add: ['gated', 'second'] }, claims: { remove: ['groups'] } },
    ],
    becomes: all(
      lifetimeUpTo(600),
      withoutScopes(/^write:|^read:users$|^email$/),
      withScopes('gated', 'second'),
      withoutAudience(/^https:/),
      withoutClaims(/^(email|groups)$/),
      withClaims({ band: 'high', by: 1 }),
    ),
  },
};

const PAIRS = Object.keys(EFFECTS).flatMap((effect) => PAYLOADS.map((name) => [effect, name]));

describe.each(['deny', 'ignore'])('unenforceable: %s', (unenforceable) => {
  const policies = new Map(
    Object.entries(EFFECTS).map(([name, { effects }]) => {
      const rules = [effects].flat().map((one, index) => ({ id: `rule-${index}`, effects: one }));
      return [name, policyOf(rules, { unenforceable })];
    }),
  );

  test.each(PAIRS)('%s: %s', async (name = '', payloadName = '') => {
    const policy = policies.get(name);
    const effect = EFFECTS[name];
    if (policy === undefined || effect === undefined) throw new Error(`no effect ${name}`);
    const body = payload(payloadName);
    const before = tokenBefore(body);
    const { response, outcome, event } = await decideOn(body, policy, { reputation: 42 });
    const number = payloadName.slice(0, 2);
    const missing = effect.unenforceable?.includes(number) === true;
    const lacking = effect.skipped?.includes(number) === true;
    const record = { rule: expect.stringMatching(/^rule-/), effect: effect.name };

    expect(schemaErrors(response)).toEqual([]);
    expect(event.decision.unenforceable).toMatchObject(missing ? [record] : []);
    if (missing && unenforceable === 'deny') {
      expect(outcome).toMatchObject({ kind: 'refused', status: 400, error: 'access_denied' });
      expect(event.decision).toMatchObject({ outcome: 'refuse', operations: [] });
      return;
    }
    const token = tokenOf(outcome);
    const change = missing
      ? (effect.ignored ?? unchanged)
      : lacking
        ? (effect.without ?? unchanged)
        : effect.becomes;
    expect(outcome).toMatchObject({ dropped: [] });
    expect(comparable(token)).toEqual(changed(before, change));
    expect(event.decision.skipped.length > 0).toBe(lacking);
    for (const one of event.decision.skipped) expect(one).toMatchObject(record);
    expect(event.decision.outcome).toBe(isNarrower(token, before) ? 'restrict' : 'issue');
  });
});
