import { oneOf } from '../../config/schemas.ts';
import type { DownloadContext, Feed, Licence } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';
import { HOUR_MS } from '../model/times.ts';
import { basicAuthorization } from './basic-authorization.ts';
import { downloadRelease } from './maxmind-release.ts';
import { downloadUpdate } from './maxmind-update.ts';
import type { MmdbContent } from './mmdb-data.ts';
import { mmdbFeed } from './mmdb-feed.ts';

/** Days after the release of a new version, of both licences. */
const DELETE_WITHIN_DAYS = 30;

export const GEOLITE_LICENCE: Licence = {
  name: 'GeoLite End User License Agreement, with CC BY-SA 4.0',
  url: 'https://www.maxmind.com/en/geolite/eula',
  attribution:
    'This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com.',
  deleteWithinDays: DELETE_WITHIN_DAYS,
};

export const GEOIP_LICENCE: Licence = {
  name: 'MaxMind End User License Agreement',
  url: 'https://www.maxmind.com/en/end-user-license-agreement',
  attribution: 'GeoIP data by MaxMind (maxmind.com)',
  deleteWithinDays: DELETE_WITHIN_DAYS,
};

/**
 * Downloads of all editions together. GeoLite allows 30 a day and account, and a download that fails after the
 * redirect counts as well. https://dev.maxmind.com/geoip/geolite2-free-geolocation-data
 */
const QUOTA = { account: 'maxmind', perDay: 20 };

/** An account's id, a positive number, and a licence key. */
const CREDENTIAL = /^[1-9]\d*:\S+$/;

/**
 * Returns the parts of a feed that all editions have in common.
 *
 * @param edition exactly as MaxMind writes it: the letter case counts.
 */
export function maxmindFeed(feedId: string, edition: string, content: Omit<MmdbContent, 'type'>) {
  return {
    ...mmdbFeed(feedId, { ...content, type: edition }, (context) => {
      const source = {
        feedId,
        edition,
        authorization: authorize(feedId, context),
        maxBytes: content.maxBytes,
      };
      return context.options.protocol === 'update'
        ? downloadUpdate(source, context)
        : downloadRelease(source, context);
    }),
    interval: HOUR_MS,
    // Questions are free, and databases change at most once a day.
    defaultInterval: 6 * HOUR_MS,
    credential: 'maxmind',
    quota: QUOTA,
    options: {
      /** `release` downloads the archive of a release, `update` speaks the protocol of geoipupdate. */
      protocol: oneOf(['release', 'update']).default('release'),
    },
  } satisfies Partial<Feed>;
}

function authorize(feedId: string, { credential }: DownloadContext): string {
  if (credential !== undefined && CREDENTIAL.test(credential)) {
    return basicAuthorization(credential);
  }
  const issue =
    credential === undefined ? 'has no credential' : 'has a credential that is not valid';
  throw new FeedError(
    'authentication',
    `The feed ${feedId} ${issue}: set MAXMIND_CREDENTIAL or the secret MAXMIND_SECRET_ARN to accountId:licenseKey.`,
  );
}
