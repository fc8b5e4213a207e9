import { QUIET, SMALL } from '../../../support/operations/minute.ts';
import { ALLOW_LIST, type Incident, incident } from './incident.ts';

/** Caused by one client of the identity server, with a valid credential and any content. */
export const CLIENTS: readonly Incident[] = [
  incident(
    'a client requests tokens from a restricted country, five times as often as all others together',
    ({ decisions, refused }) => ({ decisions: 6 * decisions, refused: refused + 5 * decisions }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
  ),
  incident(
    'the same at a small site',
    ({ decisions, refused }) => ({ decisions: decisions + 50, refused: refused + 50 }),
    { TooManyRefusals: 15, UnusualRefusals: 20 },
    { site: SMALL },
  ),
  incident(
    'the same at a small site at night, when nobody else logs in',
    ({ decisions, refused }) => ({ decisions: decisions + 50, refused: refused + 50 }),
    { EveryoneRefused: 20, TooManyRefusals: 15, UnusualRefusals: 20, NoDecisions: 300 },
    { site: SMALL, begins: 22 * 60 },
  ),
  incident(
    'a client of a small site is refused once a minute, all day',
    ({ decisions, refused }) => ({ decisions: decisions + 1, refused: refused + 1 }),
    { TooManyRefusalsInHours: 120, UnusualRefusals: 20 },
    { site: SMALL, minutes: 180 },
  ),
  incident(
    'a client of a site with one login a minute is refused as often, all day',
    ({ decisions, refused }) => ({ decisions: decisions + 1, refused: refused + 1 }),
    { TooManyRefusalsInHours: 120, UnusualRefusals: 20 },
    { site: QUIET, minutes: 180 },
  ),
  incident(
    'a client of a small site bypasses the edge all day, so that its requests have no address',
    ({ decisions }) => ({ decisions: decisions + 1, withoutAddress: 1 }),
    { RequestsWithoutAddress: 120 },
    { site: SMALL, minutes: 180 },
  ),
  incident('a client repeatedly requests 20,001 scopes', () => ({ oversized: 30 }), {
    OversizedRequests: 15,
  }),
  incident(
    'a client sends content that looks like an attack, and the firewall admits only the identity server',
    () => ({ blocked: { AWSManagedRulesKnownBadInputsRuleSet: 30 } }),
    { FirewallBlocksCalls: 15 },
    ALLOW_LIST,
  ),
  incident(
    'a client makes a condition fail',
    () => ({ failedConditions: 300, unenforceable: 300 }),
    { FailedConditions: 15, UnenforceableRestrictions: 15 },
  ),
  incident(
    'a client sends as many invented addresses as all others send logins',
    ({ decisions }) => ({
      decisions: 2 * decisions,
      ...{ overBudget: decisions, unavailableReputations: decisions },
    }),
    { LookupsHeldBack: 20, UnknownReputations: 20 },
  ),
  incident(
    'a client of a small site sends ten invented addresses a minute',
    ({ decisions }) => ({
      decisions: decisions + 10,
      ...{ overBudget: 10, unavailableReputations: 10 },
    }),
    { LookupsHeldBack: 20, UnknownReputations: 20 },
    { site: SMALL },
  ),
];
