import { oneOf, parsed, wholeNumber } from '../../../config/schemas.ts';
import { isCountryCode } from '../../../signals/geo/codes.ts';
import type { FeedOptions } from '../../model/feed.ts';

/** Below this score AbuseIPDB lists no address. */
const LOWEST_MINIMUM = 25;

/** The list of the largest published plan. */
const MAX_LIMIT = 500_000;

/** Options of the blacklist in `FEEDS`. */
export const QUERY_OPTIONS = {
  minimum: wholeNumber(LOWEST_MINIMUM, 100).default(LOWEST_MINIMUM),
  limit: wholeNumber(1, MAX_LIMIT).default(MAX_LIMIT),
  only: countryCodes().optional(),
  except: countryCodes().optional(),
  version: oneOf(['4', '6']).optional(),
};

/** Country codes that are joined by `+`, which the parser of URL parameters turns into a space. */
function countryCodes() {
  return parsed('country codes joined by +, such as US+DE', (value) => {
    const codes = value
      .toUpperCase()
      .split(/[+\s]+/)
      .filter((code) => code !== '');
    return codes.length > 0 && codes.every(isCountryCode) ? codes : undefined;
  });
}

/** What is asked of AbuseIPDB. */
export interface BlacklistQuery {
  /** `confidenceMinimum`, 25 to 100. */
  readonly minimum: number;
  /** Entries at most. */
  readonly limit: number;
  readonly onlyCountries: readonly string[];
  readonly exceptCountries: readonly string[];
  /** Undefined for both. */
  readonly version: 4 | 6 | undefined;
}

/** Returns the query of an entry in `FEEDS`. */
export function queryOf(options: FeedOptions): BlacklistQuery {
  const version = options.version as string | undefined;
  return {
    minimum: options.minimum as number,
    limit: options.limit as number,
    onlyCountries: (options.only as readonly string[] | undefined) ?? [],
    exceptCountries: (options.except as readonly string[] | undefined) ?? [],
    version: version === undefined ? undefined : version === '4' ? 4 : 6,
  };
}

/** Returns why options exclude each other; `undefined` if they do not. */
export function findQueryConflict(options: FeedOptions): string | undefined {
  const { onlyCountries, exceptCountries } = queryOf(options);
  return onlyCountries.length > 0 && exceptCountries.length > 0
    ? 'only and except exclude each other: remove one of them'
    : undefined;
}

/** Returns the parameters of a request. Only JSON has scores and dates, so plain text is never asked for. */
export function queryParameters(query: BlacklistQuery): URLSearchParams {
  const { onlyCountries, exceptCountries, version } = query;
  return new URLSearchParams({
    confidenceMinimum: String(query.minimum),
    limit: String(query.limit),
    ...(onlyCountries.length > 0 && { onlyCountries: onlyCountries.join(',') }),
    ...(exceptCountries.length > 0 && { exceptCountries: exceptCountries.join(',') }),
    ...(version !== undefined && { ipVersion: String(version) }),
  });
}

/** Returns whether the list lacks addresses because of their country or IP version. */
export function isFiltered({ onlyCountries, exceptCountries, version }: BlacklistQuery): boolean {
  return onlyCountries.length > 0 || exceptCountries.length > 0 || version !== undefined;
}
