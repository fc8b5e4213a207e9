import type { TokenRequest } from '../action/request.ts';
import type { Decision } from '../decide.ts';
import type { TestKind } from '../http/test-request.ts';
import type { Policy } from '../policy/policy.ts';
import { type Address, lookupAddress } from '../signals/address/address.ts';
import type { FeedAnswers } from '../signals/feeds/feed-answers.ts';
import type { RequestSignals, SignalName, SignalTimes } from '../signals/request-signals.ts';
import { jsonLineBytes } from './log.ts';
import { RecordLists } from './record-lists.ts';

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
    policy_revision: policy.revision,
    policy_mode: policy.mode,
    sampled_percent: options.samplePercent,
    signals: signalFields(signals, options),
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

/** Returns each signal that was fetched: its value with source and age, or why it is unknown. */
function signalFields(
  signals: RequestSignals,
  { formatAddress }: RecordOptions,
): Record<SignalName, object | undefined> {
  const { address, geo, network, anonymizer, feeds, reputation } = signals;
  return {
    address:
      address &&
      (address.known ? addressFields(address.value, formatAddress) : { cause: address.cause }),
    geo:
      geo &&
      (geo.known
        ? { country: shorten(geo.value.country), asn: geo.value.asn }
        : { cause: geo.cause }),
    network:
      network &&
      (network.known
        ? { asn: network.value.asn, organization: shorten(network.value.organization) }
        : { cause: network.cause }),
    anonymizer: anonymizer && (anonymizer.known ? anonymizer.value : { cause: anonymizer.cause }),
    feeds: feeds && (feeds.known ? feedFields(feeds.value) : { cause: feeds.cause }),
    reputation:
      scoreFields(signals) ??
      (reputation &&
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
          : { cause: reputation.cause, cache_error: reputation.cacheError })),
  };
}

/** Returns the score that a list has proved, if it decided; `cause` tells why there was no CHECK as well. */
function scoreFields({ usedProvenScore: proven, reputation }: RequestSignals): object | undefined {
  if (proven === undefined) return undefined;
  const cause = reputation?.known === false ? reputation.cause : reputation?.value.staleCause;
  return {
    // The score of an outdated list can only have risen.
    ...(proven.listed ? { score: proven.min } : { score_at_most: proven.max }),
    source: 'blacklist',
    age_seconds: Math.round(proven.age / 1000),
    cause,
  };
}

/** More feeds would take too many of the 200 fields that Logs Insights reads. */
const MAX_FEEDS = 16;

/** Returns the answers of the feeds that were asked: first those that contain the address. */
function feedFields({ asked }: FeedAnswers): object | undefined {
  if (asked.size === 0) return undefined;
  const answers = [...asked];
  const [matches, others] = [true, false].map((isMatch) =>
    answers.filter(([, answer]) => (answer === true) === isMatch),
  ) as [typeof answers, typeof answers];
  return Object.fromEntries([...matches, ...others].slice(0, MAX_FEEDS));
}

/** Returns the address as received, and the embedded IPv4 address if that was looked up instead. */
function addressFields(address: Address, formatAddress: RecordOptions['formatAddress']): object {
  const lookedUp = address.public ? lookupAddress(address) : address;
  return {
    value: formatAddress(address),
    looked_up: lookedUp === address ? undefined : formatAddress(lookedUp),
    signed: address.signed,
  };
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

/** Real ids are shorter. A longer string must not fill the log. */
const MAX_ID_LENGTH = 128;
/** An escaped character can have six bytes. */
const MAX_ID_BYTES = 256;

function shorten(id: string): string;
function shorten(id: string | undefined): string | undefined;
function shorten(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  let short = id.length > MAX_ID_LENGTH ? id.slice(0, MAX_ID_LENGTH) : id;
  while (short.length * 6 > MAX_ID_BYTES && jsonLineBytes(JSON.stringify(short)) > MAX_ID_BYTES) {
    short = short.slice(0, short.length / 2);
  }
  return short === id ? id : `${short}…`;
}
