import { optionalField } from '../../../lib/optional-field.ts';
import type { CheckReport } from '../hooks.ts';
import type { CallFailure, Quota } from './api-call.ts';

/** Returns what the hooks are told about a call that was sent. */
export function reportOf(
  result: CallFailure | (Quota & { readonly status: number }),
  milliseconds: number,
): CheckReport {
  return {
    ...('cause' in result ? { cause: result.cause } : {}),
    ...optionalField('status', result.status),
    ...optionalField('quotaRemaining', result.quotaRemaining),
    ...optionalField('quotaLimit', result.quotaLimit),
    milliseconds,
  };
}
