import type { SignalName } from '../signals/request-signals.ts';
import type { Mode, Rule } from './compile.ts';
import type { UnknownCause } from './effects/unknown.ts';
import type { RuleEffect } from './evaluate.ts';

/** How a rule's condition came out. `unknown`: it could not be decided without a signal that is unknown. */
export type ConditionResult = 'matched' | 'not-matched' | 'failed' | 'unknown';

/** One step of an evaluation. Each comes right after it was taken, so the signals are as it saw them. */
export type TraceEvent =
  | {
      readonly kind: 'condition';
      readonly rule: Rule;
      readonly mode: Mode;
      readonly condition: ConditionResult;
      /** Why it failed, where it did. */
      readonly error: unknown;
    }
  | {
      readonly kind: 'unknown';
      readonly rule: Rule;
      readonly signal: SignalName;
      readonly cause: UnknownCause;
      /** What the signal's entry of `unknown` does about it; it takes effect once. */
      readonly entry: 'applies' | 'applied-before' | 'ignore';
    }
  | {
      readonly kind: 'effect';
      readonly rule: Rule;
      readonly mode: Mode;
      readonly effect: RuleEffect;
      /** Whether it ends the policy, or would if it were enforced. */
      readonly ends: boolean;
    };
