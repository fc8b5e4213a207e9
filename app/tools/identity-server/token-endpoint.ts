import type { Outcome } from './outcome.ts';

const SERVER_ERRORS = new Set(['server_error', 'internal_server_error', '500']);

/**
 * Returns what the OAuth client receives for a refusal. The token endpoint distinguishes an error from a success by
 * the description: without one it sends 200 and no token. That is assumed for every reason, because the order of
 * the two rules is not documented.
 */
export function toRefusedOutcome(reason: string, description: string | undefined): Outcome {
  if (description === undefined) return { kind: 'no-token-but-200' };
  if (SERVER_ERRORS.has(reason.toLowerCase())) {
    return { kind: 'server-error', retried: false, why: `failureReason is ${reason}` };
  }
  if (reason === 'sql_error') {
    return {
      kind: 'refused',
      status: 502,
      error: 'server_error',
      errorDescription: 'Service Unavailable Error.',
    };
  }
  return {
    kind: 'refused',
    status: reason === 'invalid_client' ? 401 : 400,
    error: reason,
    errorDescription: description === '' ? undefined : description,
  };
}

/** Returns what the OAuth client receives for an ERROR: never its description, and 200 without a token if it has none. */
export function toErrorOutcome(description: string | undefined): Outcome {
  if (description === undefined) return { kind: 'no-token-but-200' };
  return { kind: 'server-error', retried: false, why: 'the endpoint reported an ERROR' };
}
