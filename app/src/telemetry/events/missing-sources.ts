import type { Feed } from '../../feeds/model/feed.ts';
import { missingFeeds } from '../../policy/feeds.ts';
import type { Policy } from '../../policy/policy.ts';
import { anonymizerFieldsOf } from '../../signals/anonymizer.ts';
import type { MmdbInfo } from '../../signals/geo/database.ts';
import type { Logger } from '../log.ts';

/**
 * Warns about what the policy reads and no source provides: feeds that `FEEDS` does not contain, fields of
 * `anonymizer` without a feed, and networks without a database.
 *
 * @param feeds those in `FEEDS`.
 * @param fields those of the location databases in use.
 */
export function warnAboutMissingSources(
  log: Logger,
  policy: Policy,
  feeds: readonly Feed[],
  fields: MmdbInfo['fields'],
): void {
  const ids = feeds.map(({ id }) => id);
  for (const { id, warning } of missingFeeds(policy, ids)) {
    log.warn({ event: 'policy-feed-missing', feed: id, msg: warning });
  }
  const provided = new Set<string>(feeds.flatMap(anonymizerFieldsOf));
  const missing = [...policy.anonymizerFields].filter((field) => !provided.has(field));
  if (missing.length > 0) {
    const names = missing.map((field) => `anonymizer.${field}`).join(', ');
    log.warn({
      event: 'anonymizer-fields-missing',
      fields: missing,
      msg: `The policy reads ${names}, of which no feed in FEEDS is a source: such rules count as unknown(absent).`,
    });
  }
  // A feed of places may have networks, and may not be loaded yet.
  const mayHaveNetworks =
    fields.includes('asn') ||
    fields.includes('organization') ||
    feeds.some(({ content }) => content === 'places');
  if (policy.signals.has('network') && !mayHaveNetworks) {
    log.warn({
      event: 'networks-missing',
      msg: 'The policy reads the network of the address, which no location database has: such rules count as unknown(absent). Add geolite2-asn or ipinfo-lite to FEEDS, or such a file to GEO_DATABASE.',
    });
  }
}
