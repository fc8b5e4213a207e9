import type { TokenRequest } from '../action/request.ts';
import type { Decision } from '../decide.ts';
import type { TestKind } from '../http/test-request.ts';
import type { Policy } from '../policy/policy.ts';
import type { Address } from '../signals/address/address.ts';
import type { RequestSignals, SignalTimes } from '../signals/request-signals.ts';
import { RecordLists } from './record-lists.ts';
import { shorten } from './shorten.ts';
import { signalFields } from './signal-fields.ts';

/** Milliseconds spent in each stage. */
export interface StageDurations {
  readonly read: number;
  readonly decide: number;
  readonly total: number;
}

/** A decision with its request, policy, signals and durations. */
export interface DecisionEvent {
  readonly decisionId: string;
  /** The test that the call belongs to. @default none, a real login */
  readonly test?: TestKind | undefined;
  /** The version of the action that the identity server names. @default none */
  readonly apiVersion?: string | undefined;
  readonly request: TokenRequest;
  readonly policy: Policy;
  readonly signals: RequestSignals;
  readonly decision: Decision;
  readonly times: StageDurations;
}

export interface RecordOptions {
  readonly formatAddress: (address: Address) => string;
  /** If only a sample of such decisions is recorded: its percentage. */
  readonly samplePercent?: number;
}

const DEFAULT_OPTIONS: RecordOptions = { formatAddress: ({ value }) => value };

/**
 * Returns the record of a decision. It contains names and numbers of the service and ids of the request,
 * and never a token, the value of a claim or a header, a credential, or the text of a refusal, which may
 * quote them.
 */
export function decisionRecord(
  event: DecisionEvent,
  options: RecordOptions = DEFAULT_OPTIONS,
): object {
  const { decisionId, request, policy, signals, decision, times } = event;
  const lists = new RecordLists();
  const rules = lists.shorten('rules', decision.matched);
  const failed = lists.shorten('failed', decision.failed);
  const skipped = lists.shorten('skipped', decision.skipped);
  const unenforceable = lists.shorten('unenforceable', decision.unenforceable);
  const monitored = lists.shorten('monitored', decision.monitored);
  const operations = lists.shorten('operations', decision.operations, ({ op, path }) => ({
    op,
    path: shorten(path),
  }));
  return {
    event: 'decision',
    decision_id: decisionId,
    request_id: shorten(request.requestId),
    test: event.test,
    outcome: decision.outcome,
    dry_run_outcome: decision.dryRunOutcome,
    reason: decision.refusal?.reason,
    refused_by: decision.refusedBy,
    dry_run_refused_by: decision.dryRunRefusedBy,
    tenant: shorten(request.tenant.name || request.tenant.id),
    client_id: shorten(request.clientId),
    grant: shorten(request.grant),
    api_version: event.apiVersion,
    contract: request.contract.version,
    new_fields: newFields(request.contract.newFields),
    policy_revision: policy.revision,
    policy_mode: policy.mode,
    sampled_percent: options.samplePercent,
    signals: signalFields(signals, options.formatAddress),
    unknown: decision.unknown,
    ms: durationFields(times, signals),
    // Lists come last, the longest at the end: Logs Insights reads only the first 200 fields of a line.
    rules: rules.entries,
    rules_more: rules.omitted,
    failed: failed.entries,
    failed_more: failed.omitted,
    skipped: skipped.entries,
    skipped_more: skipped.omitted,
    unenforceable: unenforceable.entries,
    unenforceable_more: unenforceable.omitted,
    monitored: monitored.entries,
    monitored_more: monitored.omitted,
    operations: operations.entries,
    operations_more: operations.omitted,
  };
}

/** Absent in nearly every record. */
function newFields(paths: readonly string[]): readonly string[] | undefined {
  return paths.length === 0 ? undefined : paths.map((path) => shorten(path));
}

function durationFields(
  times: StageDurations,
  signals: RequestSignals,
): Record<keyof StageDurations | keyof SignalTimes, number | undefined> {
  return {
    read: roundToMicroseconds(times.read),
    address: roundToMicroseconds(signals.times.address),
    geo: roundToMicroseconds(signals.times.geo),
    network: roundToMicroseconds(signals.times.network),
    anonymizer: roundToMicroseconds(signals.times.anonymizer),
    reputation: roundToMicroseconds(signals.times.reputation),
    decide: roundToMicroseconds(times.decide),
    total: roundToMicroseconds(times.total),
  };
}

/** Rounds milliseconds to the microsecond. */
function roundToMicroseconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
}
