import { type Contract, contractOf } from './contract.ts';
import { parseExactJson } from './exact-json.ts';
import { hasTooManyValues, MAX_VALUES } from './json-size.ts';
import { type AllowedOperations, readAllowedOperations } from './operation.ts';

/** A header or a form parameter of the token request, with all its values in order. */
export interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Claim {
  readonly name: string;
  /**
   * `undefined` for an empty claim, which the identity server sends without a value. An integer that a double
   * would round is a `bigint`, in lists and objects, too.
   */
  readonly value: unknown;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly handle: string;
  /** 0 for the root organization. */
  readonly depth: number;
}

/**
 * A parsed pre-issue access token request. Fields that the identity server omits are empty here: it never sends
 * null, an empty string or an empty list.
 */
export interface TokenRequest {
  /** The identity server's correlation id; a retry has the same. */
  readonly requestId: string | undefined;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly organization: Organization | undefined;
  readonly user: { readonly id: string; readonly organization: Organization | undefined };
  readonly userStore: string;
  readonly clientId: string;
  readonly grant: string;
  /** The scopes that the client requested, often none; `accessToken.scopes` are those granted. */
  readonly scopes: readonly string[];
  readonly headers: readonly NamedValues[];
  readonly params: readonly NamedValues[];
  readonly accessToken: {
    /** Granted scopes as sent, because operations refer to their indexes. */
    readonly scopes: readonly unknown[];
    readonly claims: readonly Claim[];
    /** False if scopes or claims are not lists, so that nothing can be removed. */
    readonly readable: boolean;
  };
  /** Undefined if no refresh token is issued, or the contract is older than v1.1. */
  readonly refreshToken: { readonly claims: readonly Claim[] } | undefined;
  /** Names of the fields of the token response, from contract v1.3 on. */
  readonly responseParameters: readonly unknown[] | undefined;
  readonly allowed: AllowedOperations;
  /** The version of the contract that the fields show. */
  readonly contract: Contract;
}

/** A body that is not a pre-issue access token request. The message quotes nothing from it. */
export class RequestError extends Error {}

/** A request that is too large to decide on. A client can cause it. */
export class OversizedRequestError extends RequestError {}

const ACTION_TYPE = 'PRE_ISSUE_ACCESS_TOKEN';

/**
 * Parses the body of a request. Tolerates fields that are unknown, missing or of an unexpected type, except those
 * that identify a request of this action.
 *
 * @throws RequestError
 */
export function readTokenRequest(body: string): TokenRequest {
  const root = parseObject(body);
  if (root.actionType !== ACTION_TYPE) {
    throw new RequestError(`actionType must be ${ACTION_TYPE}.`);
  }
  if (!isObject(root.event)) throw new RequestError('event is missing.');
  const event = root.event;
  if (!isObject(event.accessToken)) throw new RequestError('event.accessToken is missing.');
  const request = object(event.request);
  const tenant = object(event.tenant);
  const user = object(event.user);
  const response = object(event.response);
  return {
    requestId: typeof root.requestId === 'string' ? root.requestId : undefined,
    tenant: { id: text(tenant.id), name: text(tenant.name) },
    organization: organization(event.organization),
    user: { id: text(user.id), organization: organization(user.organization) },
    userStore: text(object(event.userStore).name),
    clientId: text(request.clientId),
    grant: text(request.grantType),
    scopes: list(request.scopes).filter(isString),
    headers: namedValues(request.additionalHeaders),
    params: namedValues(request.additionalParams),
    accessToken: {
      scopes: list(event.accessToken.scopes),
      claims: claims(event.accessToken.claims),
      readable:
        isListOrAbsent(event.accessToken.scopes) && isListOrAbsent(event.accessToken.claims),
    },
    refreshToken: isObject(event.refreshToken)
      ? { claims: claims(event.refreshToken.claims) }
      : undefined,
    responseParameters: Array.isArray(response.parameters) ? response.parameters : undefined,
    allowed: readAllowedOperations(root.allowedOperations),
    contract: contractOf(root, event),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

const EMPTY_OBJECT: JsonObject = Object.freeze(Object.create(null));

function parseObject(body: string): JsonObject {
  if (hasTooManyValues(body)) {
    throw new OversizedRequestError(`The body contains more than ${MAX_VALUES} values.`);
  }
  let root: unknown;
  try {
    root = parseExactJson(body);
  } catch (error) {
    // The parser exceeded its stack.
    if (error instanceof RangeError)
      throw new OversizedRequestError('The body is nested too deeply.');
    // The parser's message would quote the body, which may contain credentials.
    throw new RequestError('The body is not valid JSON.');
  }
  if (!isObject(root)) throw new RequestError('The body is not a JSON object.');
  return root;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY_OBJECT;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isListOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value);
}

function organization(value: unknown): Organization | undefined {
  if (!isObject(value)) return undefined;
  return {
    id: text(value.id),
    name: text(value.name),
    handle: text(value.orgHandle),
    depth: Number.isSafeInteger(value.depth) ? (value.depth as number) : 0,
  };
}

function claims(value: unknown): readonly Claim[] {
  const found: Claim[] = [];
  for (const claim of list(value)) {
    if (isObject(claim) && typeof claim.name === 'string') {
      found.push({ name: claim.name, value: claim.value ?? undefined });
    }
  }
  return found;
}

/** Reads both formats: a list of `{ name, value[] }`, or (before October 2024) an object of lists by name. */
function namedValues(value: unknown): readonly NamedValues[] {
  const found: NamedValues[] = [];
  if (Array.isArray(value)) {
    for (const entry of value) {
      if (isObject(entry) && typeof entry.name === 'string') {
        found.push({ name: entry.name, values: texts(entry.value) });
      }
    }
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) found.push({ name, values: texts(value[name]) });
  }
  return found;
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter(isString);
  return typeof value === 'string' ? [value] : [];
}
