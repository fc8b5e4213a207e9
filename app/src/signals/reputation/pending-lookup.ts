import type { Address } from '../address/address.ts';
import type { Caller } from './admission/caller.ts';
import type { CacheRead } from './cache/dynamodb-cache.ts';
import type { KnownRecord } from './known-records.ts';
import type { ReputationSignal, ReputationSource } from './reputation.ts';
import type { ScoreKnowledge } from './score-knowledge.ts';
import { SingleFlight } from './single-flight.ts';

/** What a lookup is for. All parts are optional, as only requests for a token have them. */
export interface LookupPurpose {
  /** What a list proves about the score: a record that an equally old or newer list contradicts is stale. */
  readonly proven?: ScoreKnowledge | undefined;
  /** Milliseconds that the policy waits. @default up to the deadline */
  readonly wait?: number | undefined;
  /** Without one, the lookup has no budget. */
  readonly caller?: Caller | undefined;
  /** Returns whether something else speaks against the address. @default nothing does */
  hasReason?(): boolean;
  /** Called when a CHECK is sent. */
  onSent?(): void;
}

/** Callers that may pay for one lookup, and those of one client, so that none can take all places with users over budget. */
const MAX_PAYERS = 64;
const MAX_PAYERS_OF_CLIENT = MAX_PAYERS / 2;

/** One lookup of an address, shared by all requests for that address. */
export interface PendingLookup {
  readonly address: Address;
  /** By subject. The first one whose budget suffices pays. */
  readonly payers: Map<string | undefined, LookupPurpose>;
  readonly flight: SingleFlight<ReputationSignal>;
  readonly purpose: LookupPurpose;
  /** Source of the address's own record. */
  source: ReputationSource;
  /** Source of the record that it inherits. */
  inheritedSource: ReputationSource;
  /** Result of the DynamoDB read; undefined while it is pending. */
  cacheRead: CacheRead | undefined;
  /** The lookup of the address from which this one inherits, while it waits for that. */
  waitsFor: PendingLookup | undefined;
}

/** Returns a lookup that has not begun. */
export function newLookup(address: Address, purpose: LookupPurpose): PendingLookup {
  return {
    address,
    purpose,
    payers: new Map(),
    flight: new SingleFlight(),
    source: 'memory',
    inheritedSource: 'memory',
    cacheRead: undefined,
    waitsFor: undefined,
  };
}

/** Returns where a lookup has found a record. */
export function sourceOf(
  { source, inheritedSource }: Pick<PendingLookup, 'source' | 'inheritedSource'>,
  { inheritedFrom }: KnownRecord,
): ReputationSource {
  return inheritedFrom === undefined ? source : inheritedSource;
}

/** Returns whether a lookup waits for another one, directly or through others. */
export function waitsFor(lookup: PendingLookup, other: PendingLookup): boolean {
  for (let each: PendingLookup | undefined = lookup; each; each = each.waitsFor) {
    if (each === other) return true;
  }
  return false;
}

/** Lets another caller pay for a lookup, unless there are enough or its subject pays already. */
export function addPayer({ payers }: PendingLookup, purpose: LookupPurpose): void {
  if (payers.size >= MAX_PAYERS) return;
  const { subject, client } = purpose.caller ?? {};
  if (payers.has(subject)) return;
  const ofClient = [...payers.values()].filter(({ caller }) => caller?.client === client);
  if (ofClient.length < MAX_PAYERS_OF_CLIENT) payers.set(subject, purpose);
}

/** Returns a signal with the reason why the table could not be used. */
export function withCacheError(
  signal: ReputationSignal,
  read: CacheRead | undefined,
): ReputationSignal {
  return read?.error === undefined ? signal : { ...signal, cacheError: read.error };
}
