import type { Place } from '../../../app/src/signals/geo/database.ts';
import { decideBy } from '../../support/decide.ts';
import { compile } from '../../support/policies.ts';

/*
 * A policy that was written before there were feeds, and what it decided then. `geo.asn` and `geo.organization` belong to
 * the signal geo, and names that came later are free for the lists and variables of a policy.
 */

const POLICY = `\
version: 1
lists:
  feeds: [8.8.8.0/24]
  network: [205.210.0.0/16]
rules:
  - id: hosting
    when: geo.asn in [64510, 64511] && request.grant == "client_credentials"
    then: { deny: 'No tokens for AS\${geo.asn}.' }
  - id: named
    when: has(geo.organization) && geo.organization.lowerAscii().contains("vpn")
    then: { lifetime: 5m, claims: { set: { network: '\${geo.organization}' } } }
  - id: own-names
    when: >-
      ["Example Net"].exists(network, network == geo.organization)
      && cel.bind(anonymizer, geo.asn, anonymizer > 1)
      && address.within("network") && !address.within("feeds")
    then: { lifetime: 20m }
  - id: partner
    when: geo.asn == 64500 || geo.country == "LK"
    then: { lifetime: 10m }
  - id: no-network
    when: '!has(geo.asn)'
    then: { lifetime: 15m }
  - id: watched
    mode: monitor
    when: geo.asn > 64000
    then: { deny: Watched. }
unknown:
  address: { deny: No address. }
  geo: { not-found: { lifetime: 2m }, reserved: ignore, default: { lifetime: 1m } }
  reputation: ignore
`;

interface Decided {
  readonly matched: readonly string[];
  readonly monitored?: readonly string[];
  readonly unknown?: readonly object[];
  /** Of the operations of the response: lifetimes in seconds, claims. */
  readonly values?: readonly unknown[];
  readonly refusal?: string;
}

test.each<[geo: Place | string, decided: Decided]>([
  [
    { country: 'LK', asn: 64500, organization: 'Example Net' },
    { matched: ['own-names', 'partner'], monitored: ['watched'], values: [600] },
  ],
  [
    { country: 'US', asn: 64500, organization: 'Example VPN' },
    {
      matched: ['named', 'partner'],
      monitored: ['watched'],
      values: [300, { name: 'network', value: 'Example VPN' }],
    },
  ],
  [
    { country: 'US', asn: 64510, organization: 'Example Hosting' },
    { matched: ['hosting'], refusal: 'No tokens for AS64510.' },
  ],
  [
    { country: 'US', asn: 3320 },
    {
      matched: ['unknown.geo'],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'own-names' }],
      values: [120],
    },
  ],
  [
    { country: 'LK' },
    {
      matched: ['unknown.geo', 'partner', 'no-network'],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'hosting' }],
      values: [120],
    },
  ],
  [
    { country: 'US' },
    {
      matched: ['unknown.geo', 'no-network'],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'hosting' }],
      values: [120],
    },
  ],
  [{ asn: 64511 }, { matched: ['hosting'], refusal: 'No tokens for AS64511.' }],
  [
    'not-found',
    {
      matched: ['unknown.geo', 'no-network'],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'hosting' }],
      values: [120],
    },
  ],
  [
    'database',
    {
      matched: ['unknown.geo', 'no-network'],
      unknown: [{ signal: 'geo', cause: 'database', rule: 'hosting' }],
      values: [60],
    },
  ],
  [
    'private',
    {
      matched: ['unknown.geo', 'no-network'],
      unknown: [{ signal: 'geo', cause: 'private', rule: 'hosting' }],
      values: [60],
    },
  ],
  [
    'reserved',
    {
      matched: ['no-network'],
      unknown: [{ signal: 'geo', cause: 'reserved', rule: 'hosting' }],
      values: [900],
    },
  ],
])('a request with the place %j is decided as before there were feeds', async (geo, expected) => {
  const { matched, monitored, unknown, operations, refusal, fetched } = await decideBy(POLICY, {
    geo,
  });
  expect({
    matched,
    monitored: monitored.map(({ rule }) => rule),
    unknown,
    values: operations.map((operation) => 'value' in operation && operation.value),
    refusal: refusal?.description,
  }).toEqual({ monitored: [], unknown: [], values: [], refusal: undefined, ...expected });
  expect(fetched).toEqual(['address', 'geo']);
});

test('its warnings are those from before there were feeds', () => {
  expect(compile(POLICY).failOpen.map(({ warning }) => warning)).toEqual([
    'policy.yaml:30: unknown.geo.reserved: fails open: while geo (reserved) is unknown, the token is issued although rules "hosting", "named", "own-names" and 3 more might refuse or restrict it; { deny: … } or { lifetime: 5m } fails closed.',
  ]);
});
