import * as z from 'zod';
import { SIMILAR_CAUSES } from '../../../src/policy/effects/unknown.ts';
import { effects } from '../../../src/policy/file/schemas/effects.ts';
import { UNKNOWN_CAUSES } from '../../../src/signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../../../src/signals/request-signals.ts';

/** What each cause means. The same cause means the same for every signal. */
const CAUSES: Readonly<Record<string, string>> = {
  missing: 'The request has no address.',
  malformed: 'The header is not an address, or is a list of addresses.',
  ambiguous: 'The request has several different addresses.',
  unsigned: 'Your edge has not signed the address.',
  private: 'The address belongs to an internal network.',
  reserved: 'No client can have the address.',
  'not-found': 'The database has no record of the address, or not the field that the rule reads.',
  database: 'The record of the database cannot be read.',
  absent: 'No configured source has the data, or it is not loaded yet.',
  expired: 'The data is too old.',
  quota: "AbuseIPDB's quota is used up, or must last longer.",
  budget: 'The user, client or network has used up its lookups.',
  auth: "AbuseIPDB's key is missing or rejected, or the plan is too small.",
  timeout: 'AbuseIPDB did not respond in time.',
  upstream: 'AbuseIPDB responded with an error, or could not be reached.',
  invalid: "AbuseIPDB's response could not be used.",
  pending: 'The policy does not wait any longer, and the lookup continues.',
};

const SIGNALS: Readonly<Record<SignalName, string>> = {
  address: 'The client address. While it is unknown, only this entry applies.',
  geo: 'The country and region of the address.',
  network: 'The network (AS) of the address.',
  anonymizer: 'Whether the address belongs to a VPN, a proxy, Tor, a relay or a hosting provider.',
  feeds: 'Whether a feed contains the address.',
  reputation: 'The reputation of the address at AbuseIPDB.',
};

const ignore = z.literal('ignore');
const entry = z.union([ignore, effects]);

/** Describes an entry that has effects by cause. `default` may be missing if each cause has an entry. */
function byCause(signal: SignalName) {
  const causes: readonly string[] = UNKNOWN_CAUSES[signal];
  const entries = causes.map((cause) => [
    cause,
    entry.optional().meta({ description: CAUSES[cause] }),
  ]);
  return z
    .strictObject({
      default: entry.optional().meta({ description: 'For all causes without their own entry.' }),
      ...Object.fromEntries(entries),
    })
    .meta({
      anyOf: [
        { required: ['default'] },
        { required: causes.filter((cause) => !SIMILAR_CAUSES.has(cause)) },
      ],
    });
}

/** Describes the section `unknown`, which `compileUnknown` reads. */
export const unknown = z.strictObject(
  Object.fromEntries(
    SIGNAL_NAMES.map((signal) => [
      signal,
      z
        .union([ignore, effects, byCause(signal)])
        .optional()
        .meta({ description: `${SIGNALS[signal]} ignore, effects, or effects by cause.` }),
    ]),
  ),
);
