import { jsonResponse, type SimulatedResponse } from './response.ts';

/** An entry of an error body. Only parameter errors have a `source`. */
export interface ApiError {
  readonly detail: string;
  readonly status: number;
  readonly source?: { readonly parameter: string };
}

export const UNAUTHENTICATED: ApiError = {
  detail:
    'Authentication failed. Your API key is either missing, incorrect, or revoked. ' +
    'Note: The APIv2 key differs from the APIv1 key.',
  status: 401,
};
export const ADDRESS_MISSING: ApiError = parameterError(
  'ipAddress',
  'The ip address field is required.',
);
export const ADDRESS_INVALID: ApiError = parameterError(
  'ipAddress',
  'The ip address must be a valid IPv4 or IPv6 address (e.g. 8.8.8.8 or 2001:4860:4860::8888).',
);
export const MAX_AGE_INVALID: ApiError = parameterError(
  'maxAgeInDays',
  'The max age in days must be between 1 and 365.',
);

/** Returns the error of an exhausted quota of `limit` requests a day. */
export function quotaExceeded(limit: number): ApiError {
  return {
    detail: `Daily rate limit of ${limit} requests exceeded for this endpoint. See headers for additional details.`,
    status: 429,
  };
}

/** Returns errors in AbuseIPDB's format, with the status of the first one. */
export function errorResponse(
  errors: readonly [ApiError, ...ApiError[]],
  headers: Readonly<Record<string, string>> = {},
): SimulatedResponse {
  return jsonResponse(errors[0].status, { errors }, headers);
}

/** Returns the error of a parameter that is not valid. */
export function parameterError(parameter: string, detail: string): ApiError {
  return { detail, status: 422, source: { parameter } };
}
