import { readFileSync } from 'node:fs';
import { compilePolicy } from '../../app/src/policy/compile.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { cel, policyOf } from '../support/policies.ts';
import { FUZZED_FEEDS } from './feeds.ts';

const DEFAULT = new URL('../../app/policy.yaml', import.meta.url);

/** Expressions over the whole request, inserted into a refusal. */
const QUOTED = [
  ...['request.client_id', 'request.grant', 'request.headers["user-agent"]', 'user.id'],
  ...['request.params["x"]', 'tenant.name', 'organization.handle', 'address.value', 'geo.country'],
];

const effects = {
  lifetime: 300,
  refresh_token: { lifetime: 600 },
  scopes: { remove: ['admin', '*:a', 'internal_*'], add: ['limited'] },
  audience: { remove: ['https://*'], add: ['https://added.example'] },
  claims: {
    remove: ['e*', 'groups', '*l*', 'constructor'],
    set: {
      who: cel('request.client_id'),
      agent: `${cel('request.headers["user-agent"]')} ${cel('request.params["x"]')}`,
      seconds: cel('token.lifetime'),
      organizations: [cel('organization.name'), cel('user.organization.name')],
      roles: ['a', 'b'],
    },
  },
};

/** Also quoted where there are feeds. */
const QUOTED_OF_FEEDS = ['network.asn', 'network.organization', 'anonymizer.vpn', 'abuse.score'];

const unknown = { address: 'ignore', geo: 'ignore', reputation: 'ignore' };

/** Policies that together read every part of a request and have every effect. */
export const POLICIES: readonly Policy[] = [
  compilePolicy(readFileSync(DEFAULT, 'utf8'), 'policy.yaml'),
  policyOf([{ id: 'all-effects', effects, unenforceable: 'ignore' }], { unknown: {} }),
  policyOf(
    [
      { id: 'many-scopes', when: 'request.scopes.size() > 1000', effects: { lifetime: 60 } },
      { id: 'level', when: 'token.claims["level"] > 3', effects: { lifetime: 120 } },
      {
        id: 'email',
        when: 'token.claims["email"].matches("^[a-z.]+@[a-z.]+$")',
        effects: { lifetime: 90 },
      },
      { id: 'audience', when: '"app-1" in token.audience', effects: { scopes: { remove: ['*'] } } },
      {
        id: 'drop',
        when: 'refresh_token.lifetime > 60',
        effects: { refresh_token: { drop: true } },
      },
      { id: 'deep', when: 'organization.depth > 0', effects: { claims: { remove: ['*'] } } },
      {
        id: 'quote',
        when: 'abuse.score >= 25',
        effects: { deny: QUOTED.map((name) => cel(name)).join(' ') },
      },
    ],
    { unknown },
  ),
  policyOf(
    [
      {
        id: 'listed',
        when: 'address.within("tor-exits") || address.within("partners")',
        effects: { lifetime: 60 },
      },
      {
        id: 'network',
        when: 'address.within("spamhaus-asn-drop") && network.organization.contains("a")',
        effects: {
          claims: { set: { network: cel('network.organization'), asn: cel('network.asn') } },
        },
      },
      { id: 'asn', when: 'network.asn % 2 == 0 || !has(network.organization)', effects },
      {
        id: 'anonymous',
        when: 'anonymizer.vpn && !anonymizer.relay || anonymizer.tor || anonymizer.proxy',
        effects: { scopes: { remove: ['*'] } },
      },
      { id: 'hosting', when: 'has(anonymizer.hosting)', effects: { lifetime: 90 } },
      { id: 'relay', when: 'anonymizer.relay', mode: 'monitor', effects: { deny: 'Relay.' } },
      { id: 'some', when: 'abuse.score >= 10', effects: { audience: { remove: ['https://*'] } } },
      {
        id: 'quote',
        when: 'abuse.score >= 75 && address.within("abuseipdb-blacklist")',
        effects: { deny: [...QUOTED, ...QUOTED_OF_FEEDS].map((name) => cel(name)).join(' ') },
      },
    ],
    {
      feeds: FUZZED_FEEDS,
      unenforceable: 'ignore',
      unknown: {
        ...unknown,
        network: { 'not-found': { lifetime: 50 }, default: 'ignore' },
        anonymizer: { expired: { claims: { remove: ['groups'] } }, default: { lifetime: 40 } },
        feeds: { absent: { scopes: { remove: ['admin'] } }, expired: { lifetime: 30 } },
      },
    },
  ),
];
