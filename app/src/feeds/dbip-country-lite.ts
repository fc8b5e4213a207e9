import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadDbip } from './sources/dbip.ts';
import { KNOWN_COUNTRIES } from './sources/known-addresses.ts';
import { mmdbFeed } from './sources/mmdb-feed.ts';

const ID = 'dbip-country-lite';
const MAX_BYTES = 32 * 1024 * 1024;
/** A file is current for a month, and may be published late. */
const MAX_AGE_MS = 40 * DAY_MS;

/** 8 MB, built on the first day of the month. */
export const dbipCountryLite: Feed = {
  id: ID,
  title: 'countries and continents of addresses (DB-IP Country Lite)',
  homepage: 'https://db-ip.com/db/download/ip-to-country-lite',
  licence: {
    name: 'CC BY 4.0',
    url: 'https://creativecommons.org/licenses/by/4.0/',
    attribution: 'IP Geolocation by DB-IP (https://db-ip.com)',
  },
  interval: HOUR_MS,
  defaultInterval: 12 * HOUR_MS,
  maxAge: MAX_AGE_MS,
  ...mmdbFeed(
    ID,
    {
      type: 'DBIP-Country-Lite',
      field: 'country',
      known: KNOWN_COUNTRIES,
      maxBytes: MAX_BYTES,
      maxBuildAgeMs: MAX_AGE_MS,
    },
    (context) => downloadDbip('dbip-country-lite', { feedId: ID, maxBytes: MAX_BYTES }, context),
  ),
};
