import type { AnonymizerField } from '../../../src/feeds/model/feed.ts';
import type { Issues } from '../../../src/policy/file/issues.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import { parseAddress } from '../../../src/signals/address/parse.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';
import type { Given } from '../given/given.ts';
import { mergeRequests, requestOf } from './request-facts.ts';
import type { GivenFields } from './schema.ts';
import type { CaseTime } from './time.ts';

/** The fields of a signal that are stated; null for one that is stated as absent. */
export type StatedFields = Readonly<Record<string, unknown>>;

/** What a case states, with the defaults of its file. */
export interface Facts {
  readonly address: Address | undefined;
  readonly signed: boolean | undefined;
  /** The fields of the signals that are known. */
  readonly known: Readonly<
    Partial<Record<'geo' | 'network' | 'abuse' | 'anonymizer', StatedFields>>
  >;
  /** Whether each feed contains the address, and what holds for feeds that are not named. */
  readonly feeds:
    | { readonly named: Readonly<Record<string, unknown>>; readonly others: false | undefined }
    | undefined;
  /** Causes of unknown signals. Of several, each makes a case. */
  readonly causes: Readonly<Partial<Record<SignalName, readonly string[]>>>;
  readonly time: CaseTime | undefined;
  readonly request: Given['request'];
  /** A file with the body of the request, instead of `request`. */
  readonly requestFile: string | undefined;
}

export const NO_FACTS: Facts = {
  address: undefined,
  signed: undefined,
  known: {},
  feeds: undefined,
  causes: {},
  time: undefined,
  request: {},
  requestFile: undefined,
};

/** The signal that states each kind of known fields. */
const SIGNAL_OF_FIELDS = {
  geo: 'geo',
  network: 'network',
  abuse: 'reputation',
  anonymizer: 'anonymizer',
} as const;

type FieldsName = keyof typeof SIGNAL_OF_FIELDS;
const FIELDS_NAMES = Object.keys(SIGNAL_OF_FIELDS) as FieldsName[];

/**
 * Adds what a case states to the defaults of its file. A signal that the case states as unknown is unknown, whatever the
 * defaults say, and the other way round.
 */
export function addFacts(base: Facts, given: GivenFields, issues: Issues): Facts {
  const stated = statedFields(given, issues);
  const causes = given.unknown ?? {};
  for (const name of FIELDS_NAMES) {
    if (stated[name] !== undefined && causes[SIGNAL_OF_FIELDS[name]] !== undefined) {
      issues
        .at('unknown', SIGNAL_OF_FIELDS[name])
        .add(`is stated as unknown, and its fields are stated as well; remove one of them`);
    }
  }
  const address = readAddress(given, issues) ?? (causes.address ? undefined : base.address);
  const dropsDependent = causes.address !== undefined || isNonPublic(readAddress(given));
  const known = dropsDependent ? {} : { ...base.known };
  for (const name of FIELDS_NAMES) {
    if (causes[SIGNAL_OF_FIELDS[name]] !== undefined) delete known[name];
    if (stated[name] !== undefined) known[name] = { ...known[name], ...stated[name] };
  }
  const statedSignals = FIELDS_NAMES.filter((name) => stated[name] !== undefined);
  if ((causes.address !== undefined || isNonPublic(address)) && statedSignals.length > 0) {
    const why = isNonPublic(address)
      ? `the address ${address.value} is ${address.cause}`
      : 'the address is unknown';
    issues.add(
      `${why} and is not looked up, so it cannot have ${statedSignals.join(', ')}; state another address, or remove ${statedSignals.join(', ')}`,
    );
  }
  const baseCauses = { ...base.causes };
  if (given.address !== undefined) delete baseCauses.address;
  for (const name of FIELDS_NAMES) {
    if (stated[name] !== undefined) delete baseCauses[SIGNAL_OF_FIELDS[name]];
  }
  if (given.feeds !== undefined) delete baseCauses.feeds;
  return {
    address,
    signed: given.signed ?? base.signed,
    known,
    feeds: causes.feeds ? undefined : (feedsOf(given) ?? base.feeds),
    causes: { ...baseCauses, ...causes },
    time: given.time ?? base.time,
    request: mergeRequests(base.request, requestOf(given)),
    requestFile: checkRequestFile(given, issues) ?? base.requestFile,
  };
}

function isNonPublic(address: Address | undefined): address is Address & { public: false } {
  return address?.public === false;
}

function readAddress(given: GivenFields, issues?: Issues): Address | undefined {
  if (given.address === undefined) return undefined;
  if (given.unknown?.address !== undefined) {
    issues?.at('unknown', 'address').add('is stated as unknown, and as an address; remove one');
  }
  const address = parseAddress(given.address);
  if (address === undefined) {
    issues
      ?.at('address')
      .add(
        `${JSON.stringify(given.address)} is not an IP address; write one such as 205.210.31.51`,
      );
  }
  return address;
}

/** Returns the fields of each signal, the short forms (`country`, `score`) included. */
function statedFields(
  given: GivenFields,
  issues: Issues,
): Partial<Record<FieldsName, StatedFields>> {
  const { country, continent, asn, score, geo, network, abuse, anonymizer } = given;
  const places = { country, continent, asn };
  const short: readonly [string, object, object | undefined][] = [
    ['geo', places, geo],
    ['network', { asn }, network],
    ['abuse', { score }, abuse],
  ];
  const result: Partial<Record<FieldsName, StatedFields>> = {};
  for (const [name, shortForms, fields] of short) {
    const stated = Object.entries(shortForms).filter(([, value]) => value !== undefined);
    for (const [field] of stated) {
      if (fields !== undefined && field in fields) {
        issues.at(field).add(`is stated twice, also as ${name}.${field}; remove one of them`);
      }
    }
    if (stated.length > 0 || fields !== undefined) {
      result[name as FieldsName] = { ...fields, ...Object.fromEntries(stated) };
    }
  }
  if (anonymizer !== undefined) {
    result.anonymizer = Array.isArray(anonymizer)
      ? { ...NOT_ANONYMOUS, ...Object.fromEntries(anonymizer.map((name) => [name, true])) }
      : anonymizer;
  }
  return result;
}

const NOT_ANONYMOUS: Readonly<Record<AnonymizerField, false>> = {
  vpn: false,
  tor: false,
  proxy: false,
  hosting: false,
  relay: false,
};

function feedsOf({ feeds }: GivenFields): Facts['feeds'] {
  if (feeds === undefined) return undefined;
  return Array.isArray(feeds)
    ? { named: Object.fromEntries(feeds.map((id) => [id, true])), others: false }
    : { named: feeds as Readonly<Record<string, unknown>>, others: undefined };
}

/** Keys of a case that describe the token request. */
const REQUEST_KEYS = [
  ...(['contract', 'grant', 'client', 'requested_scopes', 'scopes', 'audience', 'claims'] as const),
  ...(['lifetime', 'refresh_token', 'headers', 'params', 'user', 'tenant'] as const),
  'organization',
] as const;

function checkRequestFile(given: GivenFields, issues: Issues): string | undefined {
  if (given.request === undefined) return undefined;
  for (const key of REQUEST_KEYS) {
    if (given[key] !== undefined) {
      issues
        .at(key)
        .add('has no effect beside request, whose file has the whole request; remove one of them');
    }
  }
  return given.request;
}
