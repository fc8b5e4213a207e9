import type { SignalName } from '../signals/request-signals.ts';
import type { SignalReader } from './cel/signal-reader.ts';
import type { UnknownRead } from './cel/unknown-parts.ts';
import type { Variables } from './cel/variables/variables.ts';
import type { Rule } from './policy.ts';

/** How a rule's condition turned out. */
export type ConditionResult =
  | { readonly status: 'matched' | 'not-matched' }
  | {
      /** `unknown`: it cannot be decided without a signal that has no value; `failed`: any other error. */
      readonly status: 'unknown' | 'failed';
      readonly error: unknown;
      /** Signals that the condition read and that have no value. */
      readonly unknownSignals: readonly UnknownRead[];
    };

/** The condition cannot be decided before this signal is fetched. */
export interface PendingCondition {
  readonly status: 'pending';
  readonly signal: SignalName;
}

// One object each: nearly every condition of nearly every request ends with one of them.
const MATCHED: ConditionResult = { status: 'matched' };
const NOT_MATCHED: ConditionResult = { status: 'not-matched' };

/** Evaluates a rule's condition with the signals that have been fetched so far. */
export function evaluateCondition(
  { when, requiredSignal, reputationUse }: Rule,
  variables: Variables,
  reader: SignalReader,
): ConditionResult | PendingCondition {
  if (requiredSignal !== undefined && reader.isPending(requiredSignal, reputationUse)) {
    // With the address, a list may make the CHECK needless.
    const isAddressPending =
      requiredSignal === 'reputation' && reader.isPending('address', reputationUse);
    return { status: 'pending', signal: isAddressPending ? 'address' : requiredSignal };
  }
  reader.reset(reputationUse);
  try {
    return when(variables) === true ? MATCHED : NOT_MATCHED;
  } catch (error) {
    if (reader.readUnknown && matchesWithoutUnknown(when, variables, reader)) return MATCHED;
    const signal = reader.pendingSignal;
    if (signal !== undefined) return { status: 'pending', signal };
    const status = reader.caused(error) ? 'unknown' : 'failed';
    return { status, error, unknownSignals: reader.unknownSignals() };
  }
}

/**
 * Returns whether a condition matches if `has` reports no fields for unknown signals: `!has(geo.country)`
 * does. A condition that reads a field still fails, and the signal's entry in `unknown` applies.
 */
function matchesWithoutUnknown(
  when: Rule['when'],
  variables: Variables,
  reader: SignalReader,
): boolean {
  try {
    return reader.withUnknownAsAbsent(() => when(variables)) === true;
  } catch {
    return false;
  }
}
