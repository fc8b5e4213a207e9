import type { Decision } from '../decide.ts';
import { type DecisionEvent, decisionRecord } from './decision-record.ts';
import { type AddressFormat, addressFormatter } from './recorded-address.ts';

export interface DecisionLogOptions {
  readonly write: (record: object) => void;
  /** Percentage of unremarkable issued tokens, and of the canary's decisions, that are recorded. */
  readonly issuedSamplePercent: number;
  readonly address: AddressFormat;
  /** Returns a number from 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Returns a function that records decisions: all that refuse or restrict, or in which anything was unknown,
 * failed, skipped or only monitored, and a sample of the rest. Of tests, only the canary's are sampled.
 */
export function createDecisionLog(options: DecisionLogOptions): (event: DecisionEvent) => void {
  const { write, issuedSamplePercent, random = Math.random } = options;
  const formatAddress = addressFormatter(options.address);
  const unsampled = { formatAddress };
  const sampled = { formatAddress, samplePercent: issuedSamplePercent };
  return (event) => {
    const isSampled = issuedSamplePercent < 100 && mayBeSampled(event);
    if (isSampled && random() * 100 >= issuedSamplePercent) return;
    write(decisionRecord(event, isSampled ? sampled : unsampled));
  };
}

/** A person waits for the record of a smoke test; of the canary, one record is like the next. */
function mayBeSampled({ test, decision }: DecisionEvent): boolean {
  return test === undefined ? isUnremarkable(decision) : test === 'canary';
}

/** Whether the token was issued unchanged, and nothing about the decision needs an explanation. */
function isUnremarkable(decision: Decision): boolean {
  return (
    decision.outcome === 'issue' &&
    (decision.dryRunOutcome === undefined || decision.dryRunOutcome === 'issue') &&
    decision.monitored.every(({ outcome }) => outcome === 'issue') &&
    decision.unknown.length === 0 &&
    decision.failed.length === 0 &&
    decision.skipped.length === 0 &&
    decision.unenforceable.length === 0
  );
}
