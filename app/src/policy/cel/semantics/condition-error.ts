/** The error of a condition that cannot be evaluated: the condition fails, and the restrictions of its rule apply. */
export class ConditionError extends Error {}

const errors = new Map<string, ConditionError>();

/**
 * Returns the error with a message. A loop may fail for thousands of elements, so there is one object per message,
 * without a stack trace. Messages must not contain values of the request.
 */
export function conditionError(message: string): ConditionError {
  const known = errors.get(message);
  if (known !== undefined) return known;
  const error = new ConditionError(message);
  error.stack = `${error.name}: ${message}`;
  errors.set(message, error);
  return error;
}
