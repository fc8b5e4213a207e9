import { type Json, JsonObject, parseJson } from './json.ts';

export type OperationName = 'add' | 'remove' | 'replace' | 'redirect';

/** An operation that the parser accepts. Whether it has an effect is decided later. */
export interface ParsedOperation {
  op: OperationName | undefined;
  path: string;
  value: Json | undefined;
  source: JsonObject;
}

export type ResponseBody =
  | { kind: 'success'; operations: ParsedOperation[] }
  | { kind: 'failed'; reason: string; description: string | undefined }
  | { kind: 'error'; description: string | undefined };

/** The server rejects the whole response. */
export class InvalidResponseError extends Error {}

type FieldSchemas = Map<string, (value: Json) => boolean>;

const isString = (value: Json) => value === null || typeof value === 'string';
const isAnything = () => true;
const isList = (value: Json) => Array.isArray(value);
const isOneOf =
  (...values: Json[]) =>
  (value: Json) =>
    values.includes(value);

/** Letters, digits, Java's white space and some punctuation, without comma, slash and double quote. */
const isMessage = (maxLength: number) => (value: Json) =>
  value === null ||
  (typeof value === 'string' &&
    value.length <= maxLength &&
    /^[A-Za-z0-9 \t\n\v\f\r\-_.!?;:'()[\]]*$/.test(value));

const STATUS = ['actionStatus', isOneOf('SUCCESS', 'FAILED', 'ERROR', 'INCOMPLETE')] as const;
// The server has a separate parser for the field `data`, about which too little is known: here it is an unknown
// field.
const SUCCESS: FieldSchemas = new Map([STATUS, ['operations', isList]]);
const FAILED: FieldSchemas = new Map([
  STATUS,
  ['failureReason', isMessage(100)],
  ['failureDescription', isMessage(300)],
]);
const ERROR: FieldSchemas = new Map([
  STATUS,
  ['errorMessage', isMessage(100)],
  ['errorDescription', isMessage(300)],
]);
const OPERATION: FieldSchemas = new Map([
  ['op', isOneOf('add', 'remove', 'replace', 'redirect', null)],
  ['path', isString],
  ['value', isAnything],
  ['url', isAnything],
]);

/**
 * Parses the body of a response with HTTP status 200.
 *
 * @throws InvalidResponseError or JsonError if the server does not accept it.
 */
export function parseResultBody(text: string): ResponseBody {
  const body = readObject(text);
  const status = body.get('actionStatus');
  if (status === 'SUCCESS') return parseSuccess(body);
  if (status === 'FAILED') return parseFailed(body);
  throw new InvalidResponseError(
    `with status 200, actionStatus must be SUCCESS or FAILED, got ${toText(status)}`,
  );
}

/**
 * Parses the body of a response with HTTP status 400, 401 or 500.
 *
 * @throws InvalidResponseError or JsonError if the server does not accept it.
 */
export function parseErrorBody(text: string): ResponseBody {
  const body = readObject(text);
  const status = body.get('actionStatus');
  if (status !== 'ERROR')
    throw new InvalidResponseError(`actionStatus must be ERROR, got ${toText(status)}`);
  checkFields(body, ERROR);
  requiredMessage(body, 'errorMessage');
  return { kind: 'error', description: optionalMessage(body, 'errorDescription') };
}

function parseSuccess(body: JsonObject): ResponseBody {
  checkFields(body, SUCCESS);
  const operations = body.get('operations') ?? [];
  if (!Array.isArray(operations)) throw new InvalidResponseError('operations must be a list');
  return { kind: 'success', operations: operations.map(parseOperation) };
}

function parseFailed(body: JsonObject): ResponseBody {
  checkFields(body, FAILED);
  return {
    kind: 'failed',
    reason: requiredMessage(body, 'failureReason'),
    description: optionalMessage(body, 'failureDescription'),
  };
}

function parseOperation(operation: Json): ParsedOperation {
  if (!(operation instanceof JsonObject))
    throw new InvalidResponseError('an operation must be an object');
  checkFields(operation, OPERATION);
  const op = (operation.get('op') ?? undefined) as OperationName | undefined;
  if (op !== 'redirect' && operation.get('url') !== undefined) {
    throw new InvalidResponseError('only redirect may have a url');
  }
  const path = operation.get('path');
  // Assumed to be a null pointer exception even without an op, or with one that is not allowed.
  if (typeof path !== 'string')
    throw new InvalidResponseError('null pointer exception: an operation has no path');
  return { op, path, value: operation.get('value'), source: operation };
}

function readObject(text: string): JsonObject {
  const value = parseJson(text);
  if (!(value instanceof JsonObject)) throw new InvalidResponseError('the body must be an object');
  return value;
}

/** Of repeated fields the last one counts, but the type of each is checked. */
function checkFields(object: JsonObject, schemas: FieldSchemas): void {
  for (const [name, value] of object.entries) {
    const accepts = schemas.get(name);
    if (accepts === undefined) throw new InvalidResponseError(`unknown field ${toText(name)}`);
    if (!accepts(value)) throw new InvalidResponseError(`${name} has an invalid value`);
  }
}

function requiredMessage(body: JsonObject, name: string): string {
  const message = body.get(name);
  if (typeof message !== 'string' || message === '')
    throw new InvalidResponseError(`${name} is missing`);
  return message;
}

function optionalMessage(body: JsonObject, name: string): string | undefined {
  const message = body.get(name);
  return typeof message === 'string' ? message : undefined;
}

function toText(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}
