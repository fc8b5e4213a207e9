import type { TokenRequest } from '../action/request.ts';
import type { Decision } from '../decide.ts';
import type { Policy } from '../policy/compile.ts';
import { type Address, lookupAddress } from '../signals/address/address.ts';
import type { RequestSignals } from '../signals/request-signals.ts';

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
  const operations = shownOperations(decision);
  const more = decision.operations.length - operations.length;
  return {
    event: 'decision',
    decision_id: decisionId,
    request_id: cut(request.requestId),
    outcome: decision.outcome,
    would: decision.would,
    reason: decision.refusal?.reason,
    refused_by: decision.refusedBy,
    would_be_refused_by: decision.wouldBeRefusedBy,
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
    rules: decision.matched,
    failed: decision.failed,
    left_out: decision.leftOut,
    unenforceable: decision.unenforceable,
    monitored: decision.monitored,
    operations,
    operations_more: more > 0 ? more : undefined,
  };
}

/** Container log drivers split a line of more than 16 KiB, and scopes and audiences are removed one by one. */
const ROOM_FOR_OPERATIONS = 8 * 1024;

/** Of the operations that were sent, as many as fit. */
function shownOperations({ operations }: Decision): object[] {
  const shown: object[] = [];
  let room = ROOM_FOR_OPERATIONS;
  for (const { op, path } of operations) {
    const entry = { op, path: cut(path) };
    room -= Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (room < 0) break;
    shown.push(entry);
  }
  return shown;
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
      (geo.known ? { country: geo.value.country, asn: geo.value.asn } : { cause: geo.cause }),
    reputation:
      reputation &&
      (reputation.known
        ? {
            score: reputation.value.record.score,
            source: reputation.value.source,
            age_seconds: Math.round(reputation.value.age / 1000),
            stale: reputation.value.stale,
            cause: reputation.value.staleCause,
            table: reputation.tableFault,
            quota_left: reputation.value.quotaLeft,
          }
        : { cause: reputation.cause, table: reputation.tableFault }),
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
const LONGEST = 128;

function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
