import { isContinentCode, isCountryCode } from './codes.ts';

/** The location and network of an address. A field that the database record lacks is absent. */
export interface Place {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  /** AF, AN, AS, EU, NA, OC or SA. */
  readonly continent?: string;
  /** Number of the autonomous system. */
  readonly asn?: number;
  /** Organization that holds the autonomous system. */
  readonly organization?: string;
  /** English name. */
  readonly city?: string;
  /** Name in the IANA time zone database, such as `Europe/Vienna`. */
  readonly timezone?: string;
}

const AS_NUMBER = /^(?:AS)?(\d{1,10})$/i;
const MAX_AS_NUMBER = 2 ** 32 - 1;

/**
 * Parses a record of MaxMind (`country.iso_code`) or a flat one (`country_code`); returns undefined if it has
 * none of the fields. `registered_country` does not replace a missing country: it is where the holder of the
 * network is registered, and not where the client is.
 */
export function parsePlace(record: unknown): Place | undefined {
  const place = {
    country: readCountry(
      at(record, 'country', 'iso_code') ?? at(record, 'country_code') ?? at(record, 'country'),
    ),
    continent: readContinent(
      at(record, 'continent', 'code') ?? at(record, 'continent_code') ?? at(record, 'continent'),
    ),
    asn: readAsNumber(
      at(record, 'autonomous_system_number') ??
        at(record, 'traits', 'autonomous_system_number') ??
        at(record, 'asn'),
    ),
    organization: readString(
      at(record, 'autonomous_system_organization') ??
        at(record, 'traits', 'autonomous_system_organization') ??
        at(record, 'as_organization') ??
        at(record, 'as_name'),
    ),
    city: readString(at(record, 'city', 'names', 'en') ?? at(record, 'city')),
    timezone: readString(
      at(record, 'location', 'time_zone') ?? at(record, 'timezone') ?? at(record, 'time_zone'),
    ),
  };
  const present = Object.entries(place).filter(([, value]) => value !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function readString(value: unknown): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed;
}

/**
 * Returns a country that a policy can name, and undefined for other codes: "Europe" (EU) and "Asia/Pacific" (AP),
 * "unknown" (XX, ZZ), proxies and satellites (A1, A2, O1, T1), codes that ISO 3166-1 does not or no longer contain
 * (UK, AN). As a country, such a code would be in no policy's list.
 */
function readCountry(value: unknown): string | undefined {
  const code = readString(value)?.toUpperCase() ?? '';
  return isCountryCode(code) ? code : undefined;
}

function readContinent(value: unknown): string | undefined {
  const code = readString(value)?.toUpperCase() ?? '';
  return isContinentCode(code) ? code : undefined;
}

function readAsNumber(value: unknown): number | undefined {
  const digits = AS_NUMBER.exec(
    typeof value === 'number' ? `${value}` : (readString(value) ?? ''),
  )?.[1];
  const number = Number(digits ?? 0);
  // 0 is reserved (RFC 7607).
  return number > 0 && number <= MAX_AS_NUMBER ? number : undefined;
}
