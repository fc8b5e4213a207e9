import type { IssuedToken } from '../../../app/tools/identity-server/index.ts';
import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyThat } from '../../support/policies.ts';
import { schemaErrors } from '../../support/safe-profile.ts';
import { changed, comparable, withClaims } from '../../support/token-changes.ts';

/** A refresh: the first token got `elevated`, 42 and a list of two, which the request brings back. */
const REFRESH = payload('06');
const FIRST = { band: 'elevated', score: 42, signals: ['ip_reputation', 'new_asn'] };

function setting(claims: Record<string, unknown>) {
  return policyThat({ claims: { set: claims } });
}

describe('a claim that an earlier token got is replaced', () => {
  test.each<[string, Record<string, unknown>]>([
    ['all three', { risk_band: 'low', risk_score: 7, risk_signals: ['vpn_user', 'new_device'] }],
    ['a string', { risk_band: 'low' }],
    ['a string to an empty string', { risk_band: '' }],
    ['a string to a number', { risk_band: 3 }],
    ['a string to a boolean', { risk_band: false }],
    ['a string to a list', { risk_band: ['low', 'monitored'] }],
    ['a number', { risk_score: 0 }],
    ['a number to a fraction', { risk_score: 41.5 }],
    ['a number to a string', { risk_score: '42' }],
    ['a list, to its first', { risk_signals: ['ip_reputation'] }],
    ['a list, to its last', { risk_signals: ['new_asn'] }],
    ['a list, to another one', { risk_signals: ['tor'] }],
    ['a list, to two others', { risk_signals: ['tor', 'vpn'] }],
    ['a list, to one kept and one new', { risk_signals: ['tor', 'ip_reputation'] }],
    ['a list to an empty list', { risk_signals: [] }],
    ['a list, to another order', { risk_signals: ['new_asn', 'ip_reputation'] }],
    ['a list, to one with duplicates', { risk_signals: ['new_asn', 'ip_reputation', 'new_asn'] }],
    ['a list, to a longer one', { risk_signals: [...FIRST.signals, 'tor'] }],
    ['a list, to a longer one of others', { risk_signals: ['a', 'b', 'c'] }],
    ['a list to a string', { risk_signals: 'tor' }],
    ['a list to a number', { risk_signals: 2 }],
    ['a list to a boolean', { risk_signals: true }],
  ])('%s', async (_, claims) => {
    const { outcome, response, event } = await decideOn(REFRESH, setting(claims));
    expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
    expect(comparable(tokenOf(outcome))).toEqual(changed(tokenBefore(REFRESH), withClaims(claims)));
    expect(event.decision).toMatchObject({ outcome: 'issue', skipped: [], unenforceable: [] });
    expect(event.decision.operations).not.toContainEqual(expect.objectContaining({ op: 'add' }));
    expect(schemaErrors(response)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['as it was', { risk_band: FIRST.band, risk_score: FIRST.score, risk_signals: FIRST.signals }],
  ])('no operation is sent for a value %s', async (_, claims) => {
    const { event, body } = await decideOn(REFRESH, setting(claims));
    expect(body).toBe('{"actionStatus":"SUCCESS"}');
    expect(event.decision.skipped).toEqual([]);
  });

  test('a new claim is added', async () => {
    const { outcome } = await decideOn(REFRESH, setting({ risk_score: 1, risk_reason: 'tor' }));
    const { claims } = tokenOf(outcome);
    expect(claims).toMatchObject({ risk_band: 'elevated', risk_score: 1, risk_reason: 'tor' });
  });
});

describe('a claim that cannot be replaced keeps its value, which is recorded', () => {
  test.each(['audit_level', 'http://wso2.org/claims/risk', '5', '+5', 'z*'])(
    'one called %s, which can be added but not replaced',
    async (name) => {
      const first = await decideOn(payload('03'), setting({ [name]: 'first' }));
      expect(tokenOf(first.outcome).claims[name]).toBe('first');

      const body = refreshOf(payload('03'), tokenOf(first.outcome));
      const { outcome, event } = await decideOn(body, setting({ [name]: 'second' }));
      expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
      expect(tokenOf(outcome).claims[name]).toBe('first');
      expect(event.decision.skipped).toEqual([
        { rule: 'rule', effect: 'claims.set', cause: 'not-reachable' },
      ]);
    },
  );
});

describe('a policy that is applied at each refresh', () => {
  test.each<[string, object]>([
    ['does not change lifetimes again', { lifetime: '15m', refresh_token: { lifetime: '2h' } }],
    ['does not change claims again', { claims: { set: { a: 'x', b: 2, c: true, d: ['y', 'z'] } } }],
    ['keeps empty claims empty', { claims: { set: { a: '', b: [], groups: [] } } }],
    ['keeps removed claims out', { claims: { remove: ['email', 'groups', 'roles'] } }],
    ['keeps scopes out and in', { scopes: { remove: ['email'], add: ['gated'] } }],
    ['keeps audiences out and in', { audience: { remove: ['https:*'], add: ['gate.example'] } }],
  ])('%s', async (_, effects) => {
    const policy = policyThat(effects);
    const first = await decideOn(payload('03'), policy);
    expect(first.event.decision.operations).not.toEqual([]);

    const request = refreshOf(payload('03'), tokenOf(first.outcome));
    const second = await decideOn(request, policy);
    expect(second.body).toBe('{"actionStatus":"SUCCESS"}');
    expect(second.event.decision).toMatchObject({ skipped: [], unenforceable: [] });
    expect(comparable(tokenOf(second.outcome))).toEqual(comparable(tokenBefore(request)));
  });

  test('does not lengthen a token that was shortened to 300 s', async () => {
    const { outcome, event } = await decideOn(REFRESH, policyThat({ lifetime: '15m' }));
    expect(tokenOf(outcome).expiresIn).toBe(300);
    expect(event.decision.outcome).toBe('issue');
  });
});

/** The request of a refresh after a token: its claims come back, empty ones without a value. */
function refreshOf(requestBody: string, token: IssuedToken): string {
  const request = JSON.parse(requestBody);
  const { accessToken } = request.event;
  const extra: string[] = [];
  const standard = /^(iss|client_id|aut|expires_in|aud|subject_type|sub)$/;
  accessToken.scopes = token.scopes;
  accessToken.claims = Object.entries(token.claims).map(([name, value]) => {
    if (!standard.test(name)) extra.push(Array.isArray(value) ? `${name}/` : name);
    const empty = value === '' || (Array.isArray(value) && value.length === 0);
    return empty ? { name } : { name, value };
  });
  request.event.request.grantType = 'refresh_token';
  request.event.refreshToken.claims = [
    { name: 'expires_in', value: token.refreshToken?.expiresIn },
  ];
  const offered = extra.map((name) => `/accessToken/claims/${name}`);
  for (const { op, paths } of request.allowedOperations) {
    if (op !== 'add') {
      const kept = paths.filter((path: string) => /scopes|aud\/|expires_in|response/.test(path));
      paths.splice(0, paths.length, ...offered, ...kept);
    }
  }
  return JSON.stringify(request);
}
