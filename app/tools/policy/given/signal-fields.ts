import { UNKNOWN_CAUSES } from '../../../src/signals/causes.ts';
import { CONTINENTS, isContinentCode, isCountryCode } from '../../../src/signals/geo/codes.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';
import { UsageError } from '../../errors.ts';
import { withSuggestion } from '../../suggest.ts';
import type { GivenCauses, GivenSignals } from './given.ts';

type Value = string | number | boolean;

/** Parses a value, or returns what it must be. */
type ParseValue = (text: string) => Value | { readonly expected: string };

const text: ParseValue = (value) => (value === '' ? { expected: 'a text' } : value);

const flag: ParseValue = (value) =>
  value === 'true' || value === 'false' ? value === 'true' : { expected: 'true or false' };

const wholeNumber =
  (max: number): ParseValue =>
  (value) =>
    /^\d+$/.test(value) && Number(value) <= max
      ? Number(value)
      : { expected: `a whole number from 0 to ${max}` };

const MAX_AS_NUMBER = 2 ** 32 - 1;
const MAX_COUNT = 1_000_000_000;

const country: ParseValue = (value) =>
  isCountryCode(value) ? value : { expected: 'a country code in capital letters, such as CH' };

const continent: ParseValue = (value) =>
  isContinentCode(value) ? value : { expected: `one of ${CONTINENTS.join(', ')}` };

/** The fields of signals, by the names that policies use. */
const FIELDS: Readonly<Record<string, ParseValue>> = {
  'address.signed': flag,
  'geo.country': country,
  'geo.continent': continent,
  'geo.asn': wholeNumber(MAX_AS_NUMBER),
  'geo.organization': text,
  'geo.city': text,
  'geo.timezone': text,
  'network.asn': wholeNumber(MAX_AS_NUMBER),
  'network.organization': text,
  'anonymizer.vpn': flag,
  'anonymizer.tor': flag,
  'anonymizer.proxy': flag,
  'anonymizer.hosting': flag,
  'anonymizer.relay': flag,
  'abuse.score': wholeNumber(100),
  'abuse.reports': wholeNumber(MAX_COUNT),
  'abuse.reporters': wholeNumber(MAX_COUNT),
  'abuse.tor': flag,
  'abuse.usage': text,
  'abuse.isp': text,
  'abuse.domain': text,
  'abuse.age_hours': wholeNumber(MAX_COUNT),
  'abuse.stale': flag,
  'abuse.inherited': flag,
};

/** A field of a signal as text. */
export interface SignalField {
  /** As in policies, such as `abuse.tor`. */
  readonly name: string;
  readonly value: string;
  /** Where it was given, for messages. */
  readonly label: string;
}

/**
 * Parses fields of signals.
 *
 * @throws UsageError
 */
export function parseSignalFields(
  fields: readonly SignalField[],
): Pick<GivenSignals, 'signed' | 'geo' | 'network' | 'anonymizer' | 'abuse'> {
  const signals: Record<string, Record<string, Value>> = {};
  for (const { name, value, label } of fields) {
    const parse = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (parse === undefined) {
      throw new UsageError(
        withSuggestion(`${label}: ${name} is not a field of a signal`, name, Object.keys(FIELDS)),
      );
    }
    const parsed = parse(value);
    if (typeof parsed === 'object') {
      throw new UsageError(`${label} must be ${parsed.expected}, got "${value}".`);
    }
    const [signal = '', field = ''] = name.split('.');
    signals[signal] = { ...signals[signal], [field]: parsed };
  }
  const { abuse, address, ...others } = signals;
  if (abuse !== undefined && abuse.score === undefined) {
    throw new UsageError('A reputation always has a score: give abuse.score, too.');
  }
  return {
    ...others,
    ...(abuse && { abuse: { score: 0, ...abuse } }),
    ...(address && { signed: address.signed === true }),
  };
}

/**
 * Parses causes of unknown signals.
 *
 * @param causes pairs such as `['reputation', 'timeout']`.
 * @param label where they were given, for messages.
 * @throws UsageError
 */
export function parseCauses(
  causes: readonly (readonly [signal: string, cause: string])[],
  label: string,
): GivenCauses {
  for (const [signal, cause] of causes) {
    if (!isSignalName(signal)) {
      const message = `${label}: ${signal} is not a signal`;
      throw new UsageError(withSuggestion(message, signal, Object.keys(UNKNOWN_CAUSES)));
    }
    const known: readonly string[] = UNKNOWN_CAUSES[signal];
    if (!known.includes(cause)) {
      throw new UsageError(
        `${label}: the cause of ${signal} must be one of ${known.join(', ')}, got "${cause}".`,
      );
    }
  }
  return Object.fromEntries(causes);
}

function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(UNKNOWN_CAUSES, name);
}
