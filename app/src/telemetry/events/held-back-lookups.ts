import { TopCounts } from '../../lib/top-counts.ts';
import type { HeldBackBy } from '../../signals/reputation/admission/admission.ts';
import type { HeldBackLookup } from '../../signals/reputation/hooks.ts';
import type { Logger } from '../log.ts';
import { shorten } from '../shorten.ts';
import { createThrottledWarnings } from './throttled-warnings.ts';

/** Clients that are counted for each reason, and those of a line. */
const MAX_COUNTED_CLIENTS = 100;
const MAX_LOGGED_CLIENTS = 5;

/** The log of lookups that were held back. */
export interface HeldBackLog {
  add(lookup: HeldBackLookup): void;
  /** Writes what is suppressed. Later lookups are ignored. */
  stop(): void;
}

/**
 * Creates the log of lookups that were held back: for each reason the first one at once, then one line a minute, with
 * their count and the clients with the most of them, so that an operator finds out who drains the quota.
 *
 * @param now milliseconds since the epoch.
 */
export function createHeldBackLog(log: Logger, now: () => number): HeldBackLog {
  const countsByReason = new Map<HeldBackBy, TopCounts>();
  const warnings = createThrottledWarnings<HeldBackBy>(log, now, (reason, counts) => ({
    event: 'lookups-held-back',
    reason,
    ...counts,
    clients: countsByReason
      .get(reason)
      ?.drain(MAX_LOGGED_CLIENTS)
      .map(([client, count]) => ({ client, count })),
  }));
  return {
    add({ by, caller }) {
      const counts = countsByReason.get(by) ?? new TopCounts(MAX_COUNTED_CLIENTS);
      countsByReason.set(by, counts);
      // A lookup on nobody's behalf has no client.
      if (caller !== undefined) counts.add(`${shorten(caller.tenant)}/${shorten(caller.clientId)}`);
      warnings.add(by, by);
    },
    stop: () => warnings.stop(),
  };
}
