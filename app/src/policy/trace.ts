import type { UnknownCause } from '../signals/causes.ts';
import type { SignalName } from '../signals/request-signals.ts';
import type { ConditionResult } from './condition.ts';
import type { Mode, Rule } from './policy.ts';
import type { RuleEffect } from './verdict.ts';

/** One event of an evaluation, emitted immediately, so that the signals are still as the rule saw them. */
export type TraceEvent =
  | {
      readonly kind: 'condition';
      readonly rule: Rule;
      readonly mode: Mode;
      readonly result: ConditionResult;
    }
  | {
      readonly kind: 'unknown';
      readonly rule: Rule;
      readonly signal: SignalName;
      readonly cause: UnknownCause;
      /** What the signal's entry in `unknown` does. An entry applies once per evaluation. */
      readonly entry: 'applies' | 'applied-before' | 'ignore';
    }
  | {
      readonly kind: 'effect';
      readonly rule: Rule;
      readonly mode: Mode;
      readonly effect: RuleEffect;
      /** Whether the effect ends the evaluation, or would if it were enforced. */
      readonly ends: boolean;
    };
