import { SMALL } from '../../../support/operations/minute.ts';
import { ALLOW_LIST, decided, FEWER, type Incident, incident } from './incident.ts';

/** Caused by outsiders, with and without an allow list. */
export const OUTSIDERS: readonly Incident[] = [
  incident(
    'outsiders scan the domain of the service',
    () => ({ blocked: { OnlyTheAction: 20_000 } }),
    {},
  ),
  incident(
    'outsiders flood the action at night, some with an invented credential and malicious content',
    () => ({
      unauthenticated: 200,
      blocked: { UnauthenticatedRate: 5000, AWSManagedRulesCommonRuleSet: 300 },
      // The firewall refuses with 503.
      cloudFrontErrorRate: 90,
    }),
    {
      ...{ AuthenticationFailures: 15, FirewallRefusesCalls: 15, FirewallBlocksCalls: 15 },
      CloudFrontErrors: 20,
    },
    { site: SMALL },
  ),
  incident(
    'outsiders flood the action of a service that admits only the identity server',
    () => ({ blocked: { OnlyAllowedAddresses: 5000 } }),
    { FirewallRefusesCalls: 15 },
    ALLOW_LIST,
  ),
  incident(
    'outsiders send invented access tokens while the issuer of the real ones is down',
    () => ({ unverifiable: 2000, issuerKeyFailures: 5 }),
    { IssuerKeyFailures: 45 },
  ),
  incident('a holiday', (normal) => decided(normal, 0.1), FEWER, { minutes: 480 }),
];
