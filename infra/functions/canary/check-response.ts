import {
  MAX_DESCRIPTION_LENGTH,
  MAX_REASON_LENGTH,
  toAllowedText,
} from '../../../app/src/action/characters.ts';
import type { HttpResponse } from '../../../app/tools/http/post.ts';

/** What a response says about the path between the identity server and the service. */
export type ResponseVerdict =
  /** A decision, whatever its outcome. */
  | 'decision'
  /** The service's own 401: the request has reached it, but its credential is missing or wrong. */
  | 'unauthorized'
  /** The firewall's own refusal: the address is not allowed, or too many calls have no credential. */
  | 'firewall'
  /** Status 200 with a body that the identity server rejects. */
  | 'invalid-response'
  /** Any other status. */
  | 'status';

/** Returns the verdict on a response, by the rules of the identity server: only a 200 can contain a decision. */
export function checkResponse({
  status,
  contentType,
  body,
}: Pick<HttpResponse, 'status' | 'contentType' | 'body'>): ResponseVerdict {
  const json = contentType.includes('application/json') ? parseObject(body) : undefined;
  if (status === 200) return json && isDecision(json) ? 'decision' : 'invalid-response';
  if (json?.actionStatus !== 'ERROR') return 'status';
  if (status === 401 && json.errorMessage === 'unauthorized') return 'unauthorized';
  return status === 503 && json.errorMessage === 'firewall' ? 'firewall' : 'status';
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The identity server rejects a body with any other field. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  SUCCESS: ['actionStatus', 'operations'],
  FAILED: ['actionStatus', 'failureReason', 'failureDescription'],
};

const OPERATIONS = ['add', 'remove', 'replace'];

function isDecision(json: JsonObject): boolean {
  const fields = FIELDS[String(json.actionStatus)];
  if (fields === undefined || Object.keys(json).some((name) => !fields.includes(name)))
    return false;
  if (json.actionStatus === 'FAILED') {
    return (
      isText(json.failureReason, MAX_REASON_LENGTH) &&
      isText(json.failureDescription, MAX_DESCRIPTION_LENGTH)
    );
  }
  const { operations = [] } = json;
  return Array.isArray(operations) && operations.every(isOperation);
}

function isText(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value !== '' && toAllowedText(value, maxLength) === value;
}

function isOperation(value: unknown): boolean {
  return isObject(value) && OPERATIONS.includes(String(value.op)) && typeof value.path === 'string';
}
