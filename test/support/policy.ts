import { readTokenRequest, type TokenRequest } from '../../app/src/action/request.ts';
import { type Decision, decide } from '../../app/src/decide.ts';
import { deadlineAfter } from '../../app/src/lib/deadline.ts';
import { compilePolicy } from '../../app/src/policy/compile.ts';
import { PolicyError } from '../../app/src/policy/file/issues.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import type { Address } from '../../app/src/signals/address/address.ts';
import { parseAddress } from '../../app/src/signals/address/parse.ts';
import type { AddressCause, GeoCause, ReputationCause } from '../../app/src/signals/causes.ts';
import type { Place } from '../../app/src/signals/geo/database.ts';
import type { AbuseRecord, Reputation } from '../../app/src/signals/reputation/reputation.ts';
import { RequestSignals, type SignalName } from '../../app/src/signals/request-signals.ts';
import { known, type Signal, unknown } from '../../app/src/signals/signal.ts';
import { payload } from './payloads.ts';

/** 10:30 UTC on a Monday. */
export const MONDAY_MORNING = Date.UTC(2026, 0, 5, 10, 30);

/** What a request meets; what is left out is an address in good standing. */
export interface Circumstances {
  /** Body of the request, or the number of its payload. */
  readonly request?: string;
  /** An address, or why there is none. */
  readonly address?: string;
  /** A country, a whole place, or why there is none. */
  readonly geo?: string | Place;
  /** A score, a whole record, or why there is none. */
  readonly reputation?: number | string | Partial<AbuseRecord & Omit<Reputation, 'record'>>;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** Whether the reputation comes at once or as a promise. */
  readonly reputationAs?: 'value' | 'promise';
}

/** A decision, and the signals that it asked for, in order. */
export interface Decided extends Decision {
  readonly asked: readonly SignalName[];
}

const CAUSES = {
  address: ['missing', 'malformed', 'ambiguous', 'unsigned'] as const,
  geo: ['private', 'reserved', 'not-found', 'database'] as const,
  reputation: ['private', 'reserved', 'quota', 'auth', 'timeout', 'upstream', 'invalid'] as const,
};

/** Every way in which a signal can be unknown. */
export const UNKNOWN_CAUSES: readonly (readonly [SignalName, string])[] = [
  ...CAUSES.address.map((cause) => ['address', cause] as const),
  ...CAUSES.geo.map((cause) => ['geo', cause] as const),
  ...CAUSES.reputation.map((cause) => ['reputation', cause] as const),
];

/** The text of a policy: YAML of its members, with entries that leave unknown signals out. */
export function policyOf(rules: string, rest = ''): string {
  const ignored = 'unknown: { address: ignore, geo: ignore, reputation: ignore }';
  const head = /^version:/m.test(rest) ? '' : 'version: 1\n';
  const unknowns = /^unknown:/m.test(rest) ? '' : `${ignored}\n`;
  return `${head}${rest}${rest === '' ? '' : '\n'}${unknowns}rules:${rules === '' ? ' []' : `\n${rules}`}`;
}

/** One rule as YAML. The condition is quoted, for YAML gives some of CEL's characters a meaning. */
export function rule(id: string, when: string | boolean, then: string, more = ''): string {
  const condition = typeof when === 'string' ? `'${when.replaceAll("'", "''")}'` : when;
  return `  - id: ${id}\n    when: ${condition}\n    then: ${then}\n${more && `    ${more}\n`}`;
}

/** Compiles the text of a policy. */
export function compile(text: string): Policy {
  return compilePolicy(text, 'policy.yaml');
}

/** What is wrong with a policy: a sentence for each mistake, none when it compiles. */
export function mistakesIn(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.issues;
    throw error;
  }
}

/** Decides on a request by a policy, given as text or compiled. */
export async function decideBy(
  policy: string | Policy,
  circumstances: Circumstances = {},
): Promise<Decided> {
  const compiled = typeof policy === 'string' ? compile(policy) : policy;
  const { request, signals, now, asked } = meet(circumstances);
  return { ...(await decide(request, compiled, signals, now)), asked };
}

/** What a policy decides on in these circumstances, and the signals that it will have asked for. */
export function meet(circumstances: Circumstances) {
  const asked: SignalName[] = [];
  const { request = '01', now = MONDAY_MORNING } = circumstances;
  const read: TokenRequest = readTokenRequest(request.startsWith('{') ? request : payload(request));
  const signals = new RequestSignals(sources(circumstances, asked), read, deadlineAfter(1000));
  return { request: read, signals, now, asked };
}

/** The address that a test means; one that is none is a mistake of the test. */
export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function sources(
  { address = '205.210.31.51', geo = 'LK', reputation = 0, reputationAs }: Circumstances,
  asked: SignalName[],
) {
  const answer = reputationSignal(reputation);
  return {
    address: () => {
      asked.push('address');
      return addressSignal(address);
    },
    geo: () => {
      asked.push('geo');
      return geoSignal(geo);
    },
    reputation: () => {
      asked.push('reputation');
      return reputationAs === 'promise' ? Promise.resolve(answer) : answer;
    },
  };
}

function addressSignal(text: string): Signal<Address, AddressCause> {
  const cause = CAUSES.address.find((one) => one === text);
  return cause === undefined ? known(addressOf(text)) : unknown(cause);
}

function geoSignal(given: string | Place): Signal<Place, GeoCause> {
  if (typeof given !== 'string') return known(given);
  const cause = CAUSES.geo.find((one) => one === given);
  return cause === undefined ? known({ country: given }) : unknown(cause);
}

function reputationSignal(
  given: NonNullable<Circumstances['reputation']>,
): Signal<Reputation, ReputationCause> {
  if (typeof given === 'string') {
    const cause = CAUSES.reputation.find((one) => one === given);
    if (cause === undefined) throw new Error(`${given} is no cause of an unknown reputation`);
    return unknown(cause);
  }
  const {
    source = 'memory',
    stale = false,
    age = 0,
    ...record
  } = typeof given === 'number' ? { score: given } : given;
  return known({ record: { score: 0, checkedAt: 0, ...record }, source, stale, age });
}

/** A request body with some of its members replaced, by their path. */
export function requestWith(name: string, changes: Readonly<Record<string, unknown>>): string {
  const body = JSON.parse(payload(name));
  for (const [path, value] of Object.entries(changes)) {
    const members = path.split('.');
    const last = members.pop() ?? '';
    const object = members.reduce((node, member) => node[member], body);
    object[last] = value;
  }
  return JSON.stringify(body);
}

/** A request whose access token also has the given claims. */
export function requestWithClaims(claims: Readonly<Record<string, unknown>>, name = '03'): string {
  const body = JSON.parse(payload(name));
  for (const [claim, value] of Object.entries(claims)) {
    const others = body.event.accessToken.claims.filter(
      (one: { name: string }) => one.name !== claim,
    );
    body.event.accessToken.claims = [...others, { name: claim, value }];
  }
  return JSON.stringify(body);
}
