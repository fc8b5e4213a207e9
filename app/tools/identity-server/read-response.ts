import { JsonError } from './json.ts';
import type { HttpResponse } from './outcome.ts';
import {
  InvalidResponseError,
  parseErrorBody,
  parseResultBody,
  type ResponseBody,
} from './response-body.ts';

export type ReadResponse = ResponseBody | { kind: 'unusable'; retried: boolean; why: string };

/**
 * Reads an HTTP response as the identity server does, before it applies any operation. It retries a 500 without a
 * valid ERROR body, and 502 to 504 in any case. It does not retry a 401: only an action with OAuth2 authentication
 * sends the request again with a new token.
 */
export function readResponse(response: HttpResponse): ReadResponse {
  switch (response.status) {
    case 200:
      return readBody(response, parseResultBody, false);
    case 400:
    case 401:
      return readBody(response, parseErrorBody, false);
    case 500:
      return readBody(response, parseErrorBody, true);
    case 502:
    case 503:
    case 504:
      return { kind: 'unusable', retried: true, why: `HTTP ${response.status}` };
    default:
      return { kind: 'unusable', retried: false, why: `HTTP ${response.status}` };
  }
}

function readBody(
  response: HttpResponse,
  parse: (body: string) => ResponseBody,
  retriedIfInvalid: boolean,
): ReadResponse {
  const unusable = (why: string): ReadResponse => ({
    kind: 'unusable',
    retried: retriedIfInvalid,
    why,
  });
  // The server searches the whole value, case-sensitively.
  if (!response.contentType?.includes('application/json')) {
    return unusable(
      `the content type must be application/json, got ${response.contentType ?? 'none'}`,
    );
  }
  try {
    return parse(response.body);
  } catch (error) {
    if (error instanceof InvalidResponseError || error instanceof JsonError)
      return unusable(error.message);
    throw error;
  }
}
