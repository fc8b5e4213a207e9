import * as z from 'zod';
import { invalid } from '../../app/src/config/schemas.ts';
import { FEED_CATALOG } from '../../app/src/feeds/index.ts';
import {
  type ConfiguredFeed,
  type FeedCatalog,
  parseFeeds,
} from '../../app/src/feeds/model/configured-feeds.ts';
import type { FeedCredential } from '../../app/src/feeds/model/feed.ts';
import { parseS3Object, type S3Object } from '../../app/src/store/location.ts';

/** The feeds of the stack. */
export interface FeedsConfig {
  /** The value of `FEEDS`. */
  readonly text: string;
  readonly feeds: readonly ConfiguredFeed[];
  /** Lists of the operator's own in S3. */
  readonly objects: readonly S3Object[];
}

/** A credential of the refresher that the stack keeps in a secret. AbuseIPDB's key is a secret of the service. */
export type SecretCredential = Exclude<FeedCredential, 'abuseipdb'>;

/** The options with existing secrets, by credential. */
export const SECRET_OPTIONS = {
  maxmind: 'maxMindSecretArn',
  ipinfo: 'ipinfoSecretArn',
  crowdsec: 'crowdSecSecretArn',
} as const satisfies Record<SecretCredential, string>;

/** Feeds in the form of the setting `FEEDS`, or a list of its entries. */
export function feeds() {
  return z
    .union([z.string(), z.array(z.string())], {
      error: 'must be a list of feeds, or comma-separated feeds',
    })
    .transform((value, context): FeedsConfig => {
      const result = readFeeds(typeof value === 'string' ? value : value.join(','));
      const [issue] = result.issues;
      return issue === undefined ? result : invalid(context, result.issues.join('. feeds '));
    });
}

/** Parses feeds as the service does, and remembers the lists in S3. */
function readFeeds(value: string): FeedsConfig & { readonly issues: readonly string[] } {
  const entries = value.split(',').map((entry) => entry.trim());
  const text = entries.filter((entry) => entry !== '').join(',');
  const objects: S3Object[] = [];
  const catalog: FeedCatalog = {
    ...FEED_CATALOG,
    createList(id, location) {
      const object = parseS3Object(location);
      if (object !== undefined) objects.push(object);
      return FEED_CATALOG.createList(id, location);
    },
  };
  return { text, objects, ...parseFeeds(text, catalog) };
}
