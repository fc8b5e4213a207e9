import type { Outcome } from './outcome.ts';

const SERVER_ERRORS = new Set(['server_error', 'internal_server_error', '500']);

/**
 * What the OAuth client gets for a refusal. The token endpoint tells an error from a success by its
 * description, so without one it sends 200 and no token; that is taken to hold for every reason,
 * since nothing says which of the two rules comes first.
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

/** What the OAuth client gets for an ERROR: never its texts, and no error at all without one. */
export function toErrorOutcome(description: string | undefined): Outcome {
  if (description === undefined) return { kind: 'no-token-but-200' };
  return { kind: 'server-error', retried: false, why: 'the endpoint reported an ERROR' };
}
