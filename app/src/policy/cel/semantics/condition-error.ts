/** Why a condition cannot be evaluated: it fails, and its rule's restrictions apply. */
export class ConditionError extends Error {}

const errors = new Map<string, ConditionError>();

/**
 * Returns the error with a message. A loop may fail on each of thousands of elements, so each message has
 * one error, without a stack trace of whoever was first. Messages must not contain values of the request.
 */
export function conditionError(message: string): ConditionError {
  const known = errors.get(message);
  if (known !== undefined) return known;
  const error = new ConditionError(message);
  error.stack = `${error.name}: ${message}`;
  errors.set(message, error);
  return error;
}
