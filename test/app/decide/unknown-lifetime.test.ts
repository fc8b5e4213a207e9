import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyThat } from '../../support/policies.ts';
import { comparable } from '../../support/token-changes.ts';

const ACCESS = { effects: { lifetime: '15m' }, effect: 'lifetime', token: 'accessToken' } as const;
const REFRESH = {
  effects: { refresh_token: { lifetime: '8h' } },
  effect: 'refresh_token.lifetime',
  token: 'refreshToken',
} as const;
const BOTH = { ...REFRESH, effects: { refresh_token: { lifetime: '8h', drop: true } } } as const;

/** Returns a request whose token has a lifetime, or none if it is `undefined`. */
function requestWith(token: 'accessToken' | 'refreshToken', value: unknown): string {
  const request = JSON.parse(payload('03'));
  const claims = request.event[token].claims;
  const at = claims.findIndex(({ name }: { name: string }) => name === 'expires_in');
  if (value === undefined) claims.splice(at, 1);
  else claims[at].value = value;
  return JSON.stringify(request);
}

const UNKNOWN: readonly unknown[] = [
  ...[-1, -3600, 0, '-1', '0', '', 'soon', '1h', '9e9', ' 900', true, [900], {}, null, undefined],
];
const CASES = [ACCESS, REFRESH, BOTH].flatMap((ceiling) =>
  UNKNOWN.map((value) => ({ ...ceiling, value })),
);

describe('a ceiling never lengthens a lifetime that is unknown', () => {
  test.each(CASES)('$effect, $value: refused', async ({ effects, effect, token, value }) => {
    const { outcome, event } = await decideOn(requestWith(token, value), policyThat(effects));
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, error: 'access_denied' });
    expect(event.decision.unenforceable).toEqual([
      { rule: 'rule', effect, cause: 'unknown-lifetime' },
    ]);
  });

  test.each(CASES)('$effect, $value: unchanged with unenforceable: ignore', async (one) => {
    const body = requestWith(one.token, one.value);
    const policy = policyThat(one.effects, { unenforceable: 'ignore' });
    const { outcome, event } = await decideOn(body, policy);
    const { refreshToken, hiddenRefreshToken, ...token } = comparable(tokenOf(outcome));
    const { refreshToken: before, ...rest } = comparable(tokenBefore(body));
    expect(hiddenRefreshToken ?? refreshToken).toEqual(before);
    expect({ ...token, removedParameters: [] }).toEqual(rest);
    expect(event.decision.unenforceable).toMatchObject([{ cause: 'unknown-lifetime' }]);
  });
});

test.each([
  [ACCESS, 3600, 900],
  [ACCESS, '3600', 900],
  [ACCESS, 900.5, 900],
  [ACCESS, 2 ** 63, 900],
  [ACCESS, 899, 899],
  [REFRESH, 86_400, 28_800],
  [REFRESH, 100, 100],
])('a known lifetime is shortened: %j of %p', async ({ effects, token }, value, expected) => {
  const { outcome } = await decideOn(requestWith(token, value), policyThat(effects));
  const { expiresIn, refreshToken } = tokenOf(outcome);
  expect(token === 'accessToken' ? expiresIn : refreshToken?.expiresIn).toBe(expected);
});
