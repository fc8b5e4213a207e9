import type { Outcome } from '../../../src/decide.ts';
import type { Tally, TopTallies } from './tallies.ts';

/** How the outcomes of recorded decisions change under another policy. */
export interface ReplayReport {
  readonly candidate: PolicySummary;
  /** The policy whose outcomes are compared; `undefined` for those that are recorded. */
  readonly against: PolicySummary | undefined;
  /** Decision records that were replayed. */
  readonly replayed: Tally;
  /** Records of test requests that were left out. */
  readonly tests: number;
  /** Replayed records of decisions of which only a sample is recorded. */
  readonly sampled: number;
  /** Replayed records of a policy in monitor mode, which are compared by their dry-run outcome. */
  readonly monitored: number;
  /** Times of the first and the last record, in ISO 8601; `undefined` if no record has one. */
  readonly period: { readonly from: string; readonly to: string } | undefined;
  readonly unchanged: Tally;
  readonly changed: Tally;
  readonly undetermined: Undetermined;
  /** All decisions whose outcome is determined, by both outcomes, unchanged ones included. */
  readonly outcomes: readonly OutcomeTally[];
  readonly changes: {
    readonly byRule: readonly RuleChange[];
    readonly byCountry: TopTallies;
    readonly byClient: TopTallies;
  };
}

export interface PolicySummary {
  readonly revision: string;
  readonly mode: string;
}

/** Decisions whose outcome depends on something that the record lacks. */
export interface Undetermined extends Tally {
  /** By what is missing, as CEL. A record can lack several. */
  readonly byNeed: TopTallies;
  /** By the first rule that could not be decided. */
  readonly byRule: TopTallies;
}

export interface OutcomeTally extends Tally {
  readonly from: Outcome;
  readonly to: Outcome;
}

/** Changed decisions with the same outcomes, caused by the same rules. */
export interface RuleChange extends OutcomeTally {
  /** The candidate's rule, or entry of `unknown`, that causes the outcome; undefined if none does. */
  readonly rule: string | undefined;
  /** The rule that caused the outcome before; undefined if none did, or the record does not say which. */
  readonly formerRule: string | undefined;
  /** Both rules in words, such as `high-ip-risk instead of elevated-ip-risk`. */
  readonly cause: string;
  readonly byCountry: TopTallies;
  readonly byClient: TopTallies;
  readonly examples: readonly ChangeExample[];
}

/** A decision whose outcome changes. What its record lacks is undefined. */
export interface ChangeExample {
  readonly decisionId: string | undefined;
  readonly time: string | undefined;
  /** In the form in which it is recorded, or why it was unknown. */
  readonly address: string | undefined;
  readonly country: string | undefined;
  readonly client: string | undefined;
  readonly grant: string | undefined;
}
