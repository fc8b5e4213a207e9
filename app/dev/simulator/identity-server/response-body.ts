import { type Json, JsonObject, parseJson } from './json.ts';

export type OperationName = 'add' | 'remove' | 'replace' | 'redirect';

/** An operation that the parser let through; whether it does anything is decided later. */
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

/** The whole answer is void. */
export class InvalidResponseError extends Error {}

type Shape = Map<string, (value: Json) => boolean>;

const isText = (value: Json) => value === null || typeof value === 'string';
const isAnything = () => true;
const isList = (value: Json) => Array.isArray(value);
const isOneOf =
  (...values: Json[]) =>
  (value: Json) =>
    values.includes(value);

/** Letters, digits, white space in Java's sense, and a few marks: no comma, no slash, no quote. */
const isMessage = (longest: number) => (value: Json) =>
  value === null ||
  (typeof value === 'string' &&
    value.length <= longest &&
    /^[A-Za-z0-9 \t\n\v\f\r\-_.!?;:'()[\]]*$/.test(value));

const STATUS = ['actionStatus', isOneOf('SUCCESS', 'FAILED', 'ERROR', 'INCOMPLETE')] as const;
// A member `data` is read by a parser of its own, about which too little is known to rely on it:
// it counts as unknown here.
const SUCCESS: Shape = new Map([STATUS, ['operations', isList]]);
const FAILED: Shape = new Map([
  STATUS,
  ['failureReason', isMessage(100)],
  ['failureDescription', isMessage(300)],
]);
const ERROR: Shape = new Map([
  STATUS,
  ['errorMessage', isMessage(100)],
  ['errorDescription', isMessage(300)],
]);
const OPERATION: Shape = new Map([
  ['op', isOneOf('add', 'remove', 'replace', 'redirect', null)],
  ['path', isText],
  ['value', isAnything],
  ['url', isAnything],
]);

/**
 * The body of an answer with HTTP status 200.
 * @throws {InvalidResponseError | JsonError} if the server would not accept it
 */
export function parseResultBody(text: string): ResponseBody {
  const body = readObject(text);
  const status = body.get('actionStatus');
  if (status === 'SUCCESS') return parseSuccess(body);
  if (status === 'FAILED') return parseFailed(body);
  throw new InvalidResponseError(`actionStatus ${shown(status)} does not go with 200`);
}

/**
 * The body of an answer with HTTP status 400, 401 or 500.
 * @throws {InvalidResponseError | JsonError} if the server would not accept it
 */
export function parseErrorBody(text: string): ResponseBody {
  const body = readObject(text);
  const status = body.get('actionStatus');
  if (status !== 'ERROR')
    throw new InvalidResponseError(`actionStatus ${shown(status)}, not ERROR`);
  checkMembers(body, ERROR);
  requiredMessage(body, 'errorMessage');
  return { kind: 'error', description: optionalMessage(body, 'errorDescription') };
}

function parseSuccess(body: JsonObject): ResponseBody {
  checkMembers(body, SUCCESS);
  const operations = body.get('operations') ?? [];
  if (!Array.isArray(operations)) throw new InvalidResponseError('operations is no list');
  return { kind: 'success', operations: operations.map(parseOperation) };
}

function parseFailed(body: JsonObject): ResponseBody {
  checkMembers(body, FAILED);
  return {
    kind: 'failed',
    reason: requiredMessage(body, 'failureReason'),
    description: optionalMessage(body, 'failureDescription'),
  };
}

function parseOperation(operation: Json): ParsedOperation {
  if (!(operation instanceof JsonObject))
    throw new InvalidResponseError('an operation is no object');
  checkMembers(operation, OPERATION);
  const op = (operation.get('op') ?? undefined) as OperationName | undefined;
  if (op !== 'redirect' && operation.get('url') !== undefined) {
    throw new InvalidResponseError('url belongs to redirect alone');
  }
  const path = operation.get('path');
  // Null pointer even without an op, or with one that nothing offers: the facts do not exempt them.
  if (typeof path !== 'string')
    throw new InvalidResponseError('null pointer: an operation has no path');
  return { op, path, value: operation.get('value'), source: operation };
}

function readObject(text: string): JsonObject {
  const value = parseJson(text);
  if (!(value instanceof JsonObject)) throw new InvalidResponseError('the body is no object');
  return value;
}

/** Of repeated members the last one counts, but each is held to its type as it is read. */
function checkMembers(object: JsonObject, shape: Shape): void {
  for (const [name, value] of object.entries) {
    const fits = shape.get(name);
    if (fits === undefined) throw new InvalidResponseError(`unknown member ${shown(name)}`);
    if (!fits(value)) throw new InvalidResponseError(`${name} has a value that it must not have`);
  }
}

function requiredMessage(body: JsonObject, name: string): string {
  const message = body.get(name);
  if (typeof message !== 'string' || message === '') throw new InvalidResponseError(`no ${name}`);
  return message;
}

function optionalMessage(body: JsonObject, name: string): string | undefined {
  const message = body.get(name);
  return typeof message === 'string' ? message : undefined;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}
