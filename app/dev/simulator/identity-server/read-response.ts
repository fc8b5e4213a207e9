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
 * What the identity server makes of an HTTP answer, before it looks at any operation. It retries a
 * 500 that carries no readable ERROR, and 502 to 504 whatever they carry. A 401 is final here: only
 * an action that fetches its own bearer token asks again with a new one.
 */
export function readResponse(answer: HttpResponse): ReadResponse {
  switch (answer.status) {
    case 200:
      return read(answer, parseResultBody, false);
    case 400:
    case 401:
      return read(answer, parseErrorBody, false);
    case 500:
      return read(answer, parseErrorBody, true);
    case 502:
    case 503:
    case 504:
      return { kind: 'unusable', retried: true, why: `HTTP ${answer.status}` };
    default:
      return { kind: 'unusable', retried: false, why: `HTTP ${answer.status}` };
  }
}

function read(
  answer: HttpResponse,
  parse: (body: string) => ResponseBody,
  retriedIfUnreadable: boolean,
): ReadResponse {
  const unusable = (why: string): ReadResponse => ({
    kind: 'unusable',
    retried: retriedIfUnreadable,
    why,
  });
  // Anywhere in the value, and in this case only.
  if (!answer.contentType?.includes('application/json')) {
    return unusable(`content type ${answer.contentType ?? 'absent'}`);
  }
  try {
    return parse(answer.body);
  } catch (error) {
    if (error instanceof InvalidResponseError || error instanceof JsonError)
      return unusable(error.message);
    throw error;
  }
}
