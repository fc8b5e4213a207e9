import { invalid, parsed, string } from '../../config/schemas.ts';
import { SETTINGS } from '../../config/setting-table.ts';
import { parseStoreLocation } from '../../store/location.ts';
import { parseMirrors } from '../http/mirrors.ts';

/** Every setting of the refresher, besides those of proxies. docs/configuration.md explains each one. */
export const REFRESHER_SETTINGS = {
  // Parsed by parseFeeds.
  FEEDS: string().default(''),
  FEED_STORE: parsed('a folder, or s3://bucket', parseStoreLocation),
  FEED_MIRRORS: mirrors().prefault(''),

  MAXMIND_CREDENTIAL: string().optional(),
  MAXMIND_SECRET_ARN: SETTINGS.ABUSEIPDB_SECRET_ARN,
  IPINFO_TOKEN: string().optional(),
  IPINFO_SECRET_ARN: SETTINGS.ABUSEIPDB_SECRET_ARN,
  CROWDSEC_CREDENTIAL: string().optional(),
  CROWDSEC_SECRET_ARN: SETTINGS.ABUSEIPDB_SECRET_ARN,
  ABUSEIPDB_API_KEY: SETTINGS.ABUSEIPDB_API_KEY,
  ABUSEIPDB_SECRET_ARN: SETTINGS.ABUSEIPDB_SECRET_ARN,
  ABUSEIPDB_BASE_URL: SETTINGS.ABUSEIPDB_BASE_URL,

  LOG_LEVEL: SETTINGS.LOG_LEVEL,
  SERVICE_NAME: SETTINGS.SERVICE_NAME,
};

function mirrors() {
  return string().transform(
    (value, context) =>
      parseMirrors(value) ??
      // Without the value, which may contain a password by mistake.
      invalid(
        context,
        'must be comma-separated entries of the form https://origin=https://replacement, with http:// for this machine only',
      ),
  );
}
