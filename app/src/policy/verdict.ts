import type { Change } from '../action/change.ts';
import type { UnknownRead } from './cel/unknown-parts.ts';
import type { Refusal } from './effects/refusal.ts';

/** What the policy requires for a request, before it is checked against what the request allows. */
export interface Verdict {
  /** Effects that apply, in order. Only the last one can be a refusal. */
  readonly applied: readonly RuleEffect[];
  /** Effects of monitored rules, which are recorded and change nothing. */
  readonly monitored: readonly RuleEffect[];
  /** Rules whose condition failed. */
  readonly failed: readonly string[];
  readonly unknown: readonly UnknownSignal[];
}

/** The effect of one rule, or of one entry of `unknown`. */
export interface RuleEffect {
  /** The rule's id, or `unknown.<signal>`. */
  readonly rule: string;
  readonly refusal: Refusal | undefined;
  readonly change: Change | undefined;
}

/** A signal that a rule needed and that has no value. */
export interface UnknownSignal extends UnknownRead {
  /** The first rule that needed it. */
  readonly rule: string;
}
