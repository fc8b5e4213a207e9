import type { TokenRequest } from '../action/request.ts';
import type { Decision } from '../decide.ts';
import type { Policy } from '../policy/compile.ts';
import { type Address, lookupAddress } from '../signals/address/address.ts';
import type { RequestSignals } from '../signals/request-signals.ts';
import { lineBytes } from './log.ts';

/** Milliseconds that each stage took; signals only where they were asked for. */
export interface StageTimes {
  readonly read: number;
  readonly decide: number;
  readonly total: number;
}

export interface DecisionFacts {
  readonly decisionId: string;
  readonly request: TokenRequest;
  readonly policy: Policy;
  readonly signals: RequestSignals;
  readonly decision: Decision;
  readonly times: StageTimes;
}

/** How a record is written. */
export interface RecordForm {
  readonly writeAddress: (address: Address) => string;
  /** Of how many such decisions, in per cent, a record is written. @default all */
  readonly issuedPercent?: number;
}

const WHOLE: RecordForm = { writeAddress: ({ value }) => value };

/**
 * The one record of a decision. It holds names and numbers of our own and ids of the request, never a
 * token, a claim's or header's value, a credential, or the text of a refusal, which may quote them.
 */
export function decisionRecord(facts: DecisionFacts, form: RecordForm = WHOLE): object {
  const { decisionId, request, policy, signals, decision, times } = facts;
  const lists = new RecordLists();
  const rules = lists.fit('rules', decision.matched);
  const failed = lists.fit('failed', decision.failed);
  const skipped = lists.fit('skipped', decision.skipped);
  const unenforceable = lists.fit('unenforceable', decision.unenforceable);
  const monitored = lists.fit('monitored', decision.monitored);
  const operations = lists.fit('operations', decision.operations, ({ op, path }) => ({
    op,
    path: cut(path),
  }));
  return {
    event: 'decision',
    decision_id: decisionId,
    request_id: cut(request.requestId),
    outcome: decision.outcome,
    dry_run_outcome: decision.dryRunOutcome,
    reason: decision.refusal?.reason,
    refused_by: decision.refusedBy,
    dry_run_refused_by: decision.dryRunRefusedBy,
    tenant: cut(request.tenant.name || request.tenant.id),
    client_id: cut(request.clientId),
    grant: cut(request.grant),
    policy_revision: policy.revision,
    policy_mode: policy.mode,
    sampled_percent: form.issuedPercent,
    signals: signalFields(signals, form),
    unknown: decision.missing,
    ms: stageFields(times, signals),
    // Lists last, the longest at the end: Logs Insights finds the first 200 fields of a line and no more.
    rules: rules.shown,
    rules_more: rules.more,
    failed: failed.shown,
    failed_more: failed.more,
    skipped: skipped.shown,
    skipped_more: skipped.more,
    unenforceable: unenforceable.shown,
    unenforceable_more: unenforceable.more,
    monitored: monitored.shown,
    monitored_more: monitored.more,
    operations: operations.shown,
    operations_more: operations.more,
  };
}

/**
 * Bytes that each list may take, of the 16 KiB at which log drivers of containers split a line. A policy
 * may have hundreds of rules, and scopes and audiences are removed one by one.
 */
const MAX_LIST_BYTES = {
  rules: 2048,
  failed: 1024,
  skipped: 1536,
  unenforceable: 1536,
  monitored: 4096,
  operations: 8192,
} as const;

/** For all lists together; the other fields take less than 4 KiB. */
const MAX_LISTS_BYTES = 11_500;

/** Nearly every list of nearly every record. */
const NO_ENTRIES = { shown: [], more: undefined };

/** Lists of one record: of each as many entries as fit, and the number of the others. */
class RecordLists {
  #left = MAX_LISTS_BYTES;

  /** Returns the entries that fit, as they are written, and how many more there are. */
  fit<T>(
    name: keyof typeof MAX_LIST_BYTES,
    entries: readonly T[],
    write: (entry: T) => unknown = (entry) => entry,
  ): { readonly shown: readonly unknown[]; readonly more: number | undefined } {
    if (entries.length === 0) return NO_ENTRIES;
    const shown: unknown[] = [];
    let room = Math.min(this.#left, MAX_LIST_BYTES[name]);
    for (const entry of entries) {
      const written = write(entry);
      const bytes = lineBytes(JSON.stringify(written)) + 1;
      if (bytes > room) break;
      room -= bytes;
      this.#left -= bytes;
      shown.push(written);
    }
    const more = entries.length - shown.length;
    return { shown, more: more > 0 ? more : undefined };
  }
}

/** Each signal that was asked for: its value with source and age, or why it is unknown. */
function signalFields(
  { address, geo, reputation }: RequestSignals,
  { writeAddress }: RecordForm,
): object {
  return {
    address:
      address &&
      (address.known ? addressFields(address.value, writeAddress) : { cause: address.cause }),
    geo:
      geo &&
      (geo.known ? { country: cut(geo.value.country), asn: geo.value.asn } : { cause: geo.cause }),
    reputation:
      reputation &&
      (reputation.known
        ? {
            score: reputation.value.record.score,
            source: reputation.value.source,
            age_seconds: Math.round(reputation.value.age / 1000),
            stale: reputation.value.stale,
            cause: reputation.value.staleCause,
            cache_error: reputation.cacheError,
            quota_remaining: reputation.value.quotaRemaining,
          }
        : { cause: reputation.cause, cache_error: reputation.cacheError }),
  };
}

/** The address as received, and the one that was looked up in its place. */
function addressFields(address: Address, writeAddress: RecordForm['writeAddress']): object {
  const lookedUp = address.public ? lookupAddress(address) : address;
  return {
    value: writeAddress(address),
    looked_up: lookedUp === address ? undefined : writeAddress(lookedUp),
    signed: address.signed,
  };
}

function stageFields(times: StageTimes, signals: RequestSignals): object {
  return {
    read: round(times.read),
    address: round(signals.times.address),
    geo: round(signals.times.geo),
    reputation: round(signals.times.reputation),
    decide: round(times.decide),
    total: round(times.total),
  };
}

function round(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
}

/** Ids are short; a text that is not is no id, and must not fill the log. */
const MAX_ID_LENGTH = 128;
/** A character may take six bytes in a line. */
const MAX_ID_BYTES = 256;

function cut(text: string): string;
function cut(text: string | undefined): string | undefined;
function cut(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let short = text.length > MAX_ID_LENGTH ? text.slice(0, MAX_ID_LENGTH) : text;
  while (short.length * 6 > MAX_ID_BYTES && lineBytes(JSON.stringify(short)) > MAX_ID_BYTES) {
    short = short.slice(0, short.length / 2);
  }
  return short === text ? text : `${short}…`;
}
