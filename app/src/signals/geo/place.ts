import { isContinentCode, isCountryCode } from './codes.ts';

/** What a geo database says of an address. A field that the record lacks is absent. */
export interface Place {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  /** AF, AN, AS, EU, NA, OC or SA. */
  readonly continent?: string;
  /** Number of the autonomous system. */
  readonly asn?: number;
  /** Name of the autonomous system's holder. */
  readonly organization?: string;
  /** English name. */
  readonly city?: string;
  /** Name in the IANA time zone database. */
  readonly timezone?: string;
}

const AS_NUMBER = /^(?:AS)?(\d{1,10})$/i;
const HIGHEST_AS_NUMBER = 2 ** 32 - 1;

/**
 * The place in a record of MaxMind's shape (`country.iso_code`) or of a flat one (`country_code`);
 * undefined if the record has none of the fields. `registered_country` does not stand in for a missing
 * country: it is where the holder of the network is registered, not where the client is.
 */
export function parsePlace(record: unknown): Place | undefined {
  const place = {
    country: country(
      at(record, 'country', 'iso_code') ?? at(record, 'country_code') ?? at(record, 'country'),
    ),
    continent: continent(
      at(record, 'continent', 'code') ?? at(record, 'continent_code') ?? at(record, 'continent'),
    ),
    asn: asNumber(
      at(record, 'autonomous_system_number') ??
        at(record, 'traits', 'autonomous_system_number') ??
        at(record, 'asn'),
    ),
    organization: text(
      at(record, 'autonomous_system_organization') ??
        at(record, 'traits', 'autonomous_system_organization') ??
        at(record, 'as_organization') ??
        at(record, 'as_name'),
    ),
    city: text(at(record, 'city', 'names', 'en') ?? at(record, 'city')),
    timezone: text(
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

function text(value: unknown): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed;
}

/**
 * A code that a policy cannot name is no country: "Europe" (EU) and "Asia/Pacific" (AP), "unknown" (XX, ZZ),
 * proxies and satellites (A1, A2, O1, T1), codes that are not or no longer of ISO 3166-1 (UK, AN). If it
 * counted as one, it would be outside of every list of countries.
 */
function country(value: unknown): string | undefined {
  const code = text(value)?.toUpperCase() ?? '';
  return isCountryCode(code) ? code : undefined;
}

function continent(value: unknown): string | undefined {
  const code = text(value)?.toUpperCase() ?? '';
  return isContinentCode(code) ? code : undefined;
}

function asNumber(value: unknown): number | undefined {
  const digits = AS_NUMBER.exec(typeof value === 'number' ? `${value}` : (text(value) ?? ''))?.[1];
  const number = Number(digits ?? 0);
  // 0 is reserved (RFC 7607): nobody's.
  return number > 0 && number <= HIGHEST_AS_NUMBER ? number : undefined;
}
