import type { Enforcement } from '../action/change.ts';
import type { ReputationUse } from '../signals/reputation/score-knowledge.ts';
import type { SignalName } from '../signals/request-signals.ts';
import type { ReferencedVariable } from './cel/analysis/referenced-variables.ts';
import type { RequestNames } from './cel/analysis/request-names.ts';
import type { Node } from './cel/library/node.ts';
import type { Variables } from './cel/variables/variables.ts';
import type { Effects } from './effects/effects.ts';
import type { UnknownEntries } from './effects/unknown.ts';
import type { FailOpenEntry } from './fail-open.ts';
import type { LocatedIssue } from './file/issues.ts';
import type { PolicyLists } from './lists.ts';
import type { LocalTime } from './policy-clock.ts';

/** `monitor`: evaluate and record, but change nothing. */
export type Mode = 'enforce' | 'monitor';

/** A policy that has been checked and compiled. */
export interface Policy {
  readonly mode: Mode;
  /** In the order of the file, which is the order of evaluation. */
  readonly rules: readonly Rule[];
  readonly unknown: UnknownEntries;
  /** Applies to entries of `unknown`, and to rules without their own `unenforceable`. */
  readonly enforcement: Enforcement;
  readonly lists: PolicyLists;
  /** Converts milliseconds since the epoch to the policy's time zone. */
  readonly clock: (now: number) => LocalTime;
  /** Milliseconds to wait for the reputation, at most; undefined if only the deadline counts. */
  readonly reputationWait: number | undefined;
  /**
   * Whether a condition, a text or a claim, those of `unknown` included, reads more of `abuse` than its score. Only a
   * CHECK has the other fields.
   */
  readonly readsAbuseRecord: boolean;
  /** Signals that at least one rule can fetch. */
  readonly signals: ReadonlySet<SignalName>;
  /** Ids of the feeds that it relies on. */
  readonly feeds: readonly string[];
  /** Fields of `geo` that at least one rule reads. */
  readonly geoFields: ReadonlySet<string>;
  /** Fields of `anonymizer` that at least one rule reads. */
  readonly anonymizerFields: ReadonlySet<string>;
  /** Headers and parameters of the token request that it reads, in conditions, texts and claims. */
  readonly requestNames: RequestNames;
  /** Identifies this version of the file in decision records. */
  readonly revision: string;
  /** Parts of the policy that fail open, each with a warning for the operator. */
  readonly failOpen: readonly FailOpenEntry[];
  /** What the author should know although the policy can be used, in the order of the file; contains `failOpen`. */
  readonly warnings: readonly LocatedIssue[];
}

export interface Rule {
  readonly id: string;
  /** The compiled condition; see `Expression.evaluate`. */
  readonly when: (variables: Variables) => unknown;
  /** A signal that the condition always reads, so that it is fetched before the first evaluation. */
  readonly requiredSignal: SignalName | undefined;
  /** Signals that the condition may read. */
  readonly signals: ReadonlySet<SignalName>;
  /** How the condition uses the reputation. */
  readonly reputationUse: ReputationUse;
  readonly source: RuleSource;
  readonly effects: Effects;
  /** The rule's own mode; `undefined` if the policy's mode applies. */
  readonly mode: Mode | undefined;
  readonly enforcement: Enforcement;
  /** Whether a failed condition still refuses or restricts. */
  readonly restrictsOnFailure: boolean;
}

/** The condition of a rule as the file has it. */
export interface RuleSource {
  readonly when: string;
  /** The variables that it names. */
  readonly variables: readonly ReferencedVariable[];
  /** The syntax tree from which the condition is evaluated: tools can observe its nodes. */
  readonly tree: Node;
}
