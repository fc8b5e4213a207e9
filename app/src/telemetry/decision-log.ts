import type { Decision } from '../decide.ts';
import { type DecisionFacts, decisionRecord } from './decision-record.ts';
import { type AddressForm, addressWriter } from './recorded-address.ts';

export interface DecisionLogOptions {
  readonly write: (record: object) => void;
  /** Of the tokens that are issued as they are and without anything to say of them, how many per cent. */
  readonly issuedPercent: number;
  readonly address: AddressForm;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Writes the records of decisions: every refusal and restriction, whatever is unknown, failed or only
 * watched, and of the rest a share.
 */
export function createDecisionLog(options: DecisionLogOptions): (facts: DecisionFacts) => void {
  const { write, issuedPercent, random = Math.random } = options;
  const form = { writeAddress: addressWriter(options.address) };
  return (facts) => {
    const sampled = issuedPercent < 100 && isPlain(facts.decision);
    if (sampled && random() * 100 >= issuedPercent) return;
    write(decisionRecord(facts, sampled ? { ...form, issuedPercent } : form));
  };
}

/** Whether the token was issued as it is, and nobody will ask why. */
function isPlain(decision: Decision): boolean {
  return (
    decision.outcome === 'issue' &&
    (decision.dryRunOutcome === undefined || decision.dryRunOutcome === 'issue') &&
    decision.monitored.every(({ outcome }) => outcome === 'issue') &&
    decision.missing.length === 0 &&
    decision.failed.length === 0 &&
    decision.skipped.length === 0 &&
    decision.unenforceable.length === 0
  );
}
