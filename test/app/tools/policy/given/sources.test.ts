import { readTokenRequest } from '../../../../../app/src/action/request.ts';
import { decide } from '../../../../../app/src/decide.ts';
import { deadlineAfter } from '../../../../../app/src/lib/deadline.ts';
import { RequestSignals } from '../../../../../app/src/signals/request-signals.ts';
import { known } from '../../../../../app/src/signals/signal.ts';
import type { Given, GivenSignals } from '../../../../../app/tools/policy/given/given.ts';
import { givenRequest } from '../../../../../app/tools/policy/given/request.ts';
import { givenSources } from '../../../../../app/tools/policy/given/sources.ts';
import { MONDAY_MORNING } from '../../../../support/circumstances.ts';
import { compile, policyText, rule } from '../../../../support/policies.ts';

const HEADER = 'x-client-source-ip';
const ADDRESS_OPTIONS = { headerNames: [HEADER], trustedProxyHops: 0 };

/** Decides whether a condition is true for what is given, and returns the signals that were not given. */
async function conditionOn(when: string, given: Partial<Given>, places?: Places) {
  const { request = {}, signals = {} } = given;
  const { sources, notGiven } = givenSources(signals, { addressOptions: ADDRESS_OPTIONS, places });
  const body = JSON.stringify(givenRequest({ request, signals }, ADDRESS_OPTIONS));
  const tokenRequest = readTokenRequest(body);
  const policy = compile(policyText(rule('one', when, '{ deny: No }'), 'feeds: [tor, vpn]'));
  const requestSignals = new RequestSignals(sources, tokenRequest, deadlineAfter(60_000));
  const decision = await decide(tokenRequest, policy, requestSignals, MONDAY_MORNING);
  return {
    holds: decision.matched.includes('one'),
    unknown: decision.unknown.map(({ signal, cause }) => `${signal}: ${cause}`),
    notGiven: notGiven().map(({ signal, feed }) => feed ?? signal),
  };
}

type Places = NonNullable<Parameters<typeof givenSources>[1]['places']>;
const PLACES: Places = {
  lookup: ({ value }) => known({ country: value === '8.8.8.8' ? 'US' : 'XK' }),
  lookupNetwork: () => known({ asn: 15169 }),
};

describe('a condition is true for a given', () => {
  test.each<[string, string, Partial<Given>]>([
    ['address', 'address.value == "8.8.8.8"', { signals: { address: '8.8.8.8' } }],
    ['signature', 'address.signed', { signals: { address: '8.8.8.8', signed: true } }],
    ['country', 'geo.country == "CH"', { signals: { geo: { country: 'CH' } } }],
    ['network', 'network.asn == 7', { signals: { network: { asn: 7 } } }],
    ['network as a field of geo', 'network.asn == 7', { signals: { geo: { asn: 7 } } }],
    ['score', 'abuse.score == 42', { signals: { abuse: { score: 42 } } }],
    [
      'record',
      'abuse.tor && abuse.age_hours == 5 && abuse.stale && abuse.inherited && abuse.usage == "x"',
      {
        signals: {
          abuse: { score: 0, tor: true, age_hours: 5, stale: true, inherited: true, usage: 'x' },
        },
      },
    ],
    ['anonymizer', 'anonymizer.vpn', { signals: { anonymizer: { vpn: true } } }],
    ['feed', 'address.within("tor")', { signals: { feeds: { tor: true } } }],
    ['feed without the address', '!address.within("tor")', { signals: { feeds: { tor: false } } }],
    ['grant', 'request.grant == "password"', { request: { grant: 'password' } }],
    ['client', 'request.client_id == "a"', { request: { client: 'a' } }],
    ['scope', '"admin" in token.scopes', { request: { scopes: ['admin'] } }],
    ['requested scope', '"a" in request.scopes', { request: { requestedScopes: ['a'] } }],
    ['lifetime', 'token.lifetime == 60', { request: { lifetime: 60 } }],
    ['refresh lifetime', 'refresh_token.lifetime == 9', { request: { refreshLifetime: 9 } }],
    ['claim', 'token.claims["level"] == 3', { request: { claims: { level: 3 } } }],
    ['list claim', '"a" in token.claims["teams"]', { request: { claims: { teams: ['a'] } } }],
    ['header', 'request.headers["x-device"] == "d"', { request: { headers: { 'X-Device': 'd' } } }],
    ['parameter', 'request.params["p"] == "1"', { request: { params: { p: '1' } } }],
    [
      'address, as a header',
      `request.headers["${HEADER}"] == "8.8.8.8"`,
      { signals: { address: '8.8.8.8' } },
    ],
  ])('%s', async (_, when, given) => {
    expect(await conditionOn(when, given)).toEqual({ holds: true, unknown: [], notGiven: [] });
  });
});

describe('a signal is unknown', () => {
  const LOOKS = 'geo.country == "CH" || abuse.score >= 75';
  test.each<[string, string, GivenSignals, string[], string[]]>([
    [
      'for the given cause',
      'abuse.score > 5',
      { unknown: { reputation: 'timeout' } },
      ['reputation: timeout'],
      [],
    ],
    [
      'if it is not given',
      LOOKS,
      { address: '8.8.8.8' },
      ['geo: not-found', 'reputation: upstream'],
      ['geo', 'reputation'],
    ],
    ['if no signal is given', LOOKS, {}, ['address: missing'], ['address']],
    [
      'behind a private address',
      LOOKS,
      { address: '10.0.0.1', geo: { country: 'CH' } },
      ['geo: private', 'reputation: private'],
      [],
    ],
    [
      'for the cause of the address',
      LOOKS,
      { address: '8.8.8.8', unknown: { address: 'ambiguous' } },
      ['address: ambiguous'],
      [],
    ],
    [
      'if another feed is given',
      'address.within("vpn")',
      { feeds: { tor: false } },
      ['feeds: absent'],
      ['vpn'],
    ],
    [
      'if feeds are',
      'address.within("vpn")',
      { unknown: { feeds: 'expired' } },
      ['feeds: expired'],
      [],
    ],
    ['if a field is not given', 'abuse.tor', { abuse: { score: 0 } }, ['reputation: invalid'], []],
    [
      'if anonymizers are not given',
      'anonymizer.vpn',
      { address: '8.8.8.8' },
      ['anonymizer: absent'],
      ['anonymizer'],
    ],
  ])('%s', async (_, when, signals, unknown, notGiven) => {
    const { holds: _holds, ...rest } = await conditionOn(when, { signals });
    expect(rest).toEqual({ unknown, notGiven });
  });
});

test.each<[string, GivenSignals, boolean]>([
  ['geo.country == "US" && network.asn == 15169', { address: '8.8.8.8' }, true],
  ['geo.country == "CH"', { address: '8.8.8.8', geo: { country: 'CH' } }, true],
  // The example's address has no place.
  ['geo.country == "XK"', { abuse: { score: 1 } }, false],
])('a database of places serves %s for %o: %s', async (when, signals, holds) => {
  expect((await conditionOn(when, { signals }, PLACES)).holds).toBe(holds);
});

test('an address that is not valid is an error', () => {
  expect(() => givenSources({ address: '1.2.3' }, { addressOptions: ADDRESS_OPTIONS })).toThrow(
    '"1.2.3" is not a valid address.',
  );
});
