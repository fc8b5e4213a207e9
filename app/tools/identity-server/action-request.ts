import type { AllowedOperation } from './allowed-operations.ts';
import { type Json, JsonObject, parseJson } from './json.ts';
import { toPlain } from './values.ts';

/**
 * The Java type in which the server stores a list claim, which the request does not show: a `List<String>`, a
 * `String[]`, or a `List` of other elements.
 */
export type ListForm = 'strings' | 'array' | 'list';

/** The parts of the identity server's request that it needs to apply the response. */
export interface ActionRequest {
  scopes: readonly string[];
  /** All claims of the access token, `aud` and `expires_in` included. */
  claims: ReadonlyMap<string, unknown>;
  audience: readonly string[] | string | undefined;
  /** The refresh token's claims, if the request has one. */
  refreshClaims: ReadonlyMap<string, unknown> | undefined;
  /** Absent before version 1.3 of the contract. */
  responseParameters: readonly string[] | undefined;
  allowedOperations: readonly AllowedOperation[];
  /** Returns the Java type of a list claim with this value. */
  listForm(list: readonly unknown[]): ListForm;
}

/**
 * Parses a request body.
 *
 * @param stringLists the Java type of list claims whose elements are strings.
 * @throws Error if the body is not a JSON object: the test is wrong.
 */
export function readActionRequest(body: string, stringLists: ListForm): ActionRequest {
  const root = parseJson(body);
  if (!(root instanceof JsonObject)) throw new Error('The action request must be a JSON object.');
  const accessToken = field(root, 'event', 'accessToken');
  const allowedOperations = items(root.get('allowedOperations')).map((allowed) => ({
    op: String(field(allowed, 'op')),
    paths: texts(field(allowed, 'paths')),
  }));
  const claims = readClaims(field(accessToken, 'claims'));
  fillEmptyClaims(claims, allowedOperations);
  const refreshToken = field(root, 'event', 'refreshToken');
  const parameters = field(root, 'event', 'response', 'parameters');
  return {
    scopes: texts(field(accessToken, 'scopes')),
    claims,
    audience: readAudience(claims),
    refreshClaims:
      refreshToken === undefined ? undefined : readClaims(field(refreshToken, 'claims')),
    responseParameters: parameters === undefined ? undefined : texts(parameters),
    allowedOperations,
    listForm: (list) =>
      list.every((element) => typeof element === 'string') ? stringLists : 'list',
  };
}

function readClaims(claims: Json | undefined): Map<string, unknown> {
  const byName = new Map<string, unknown>();
  for (const claim of items(claims)) {
    const value = field(claim, 'value');
    byName.set(String(field(claim, 'name')), value === undefined ? undefined : toPlain(value));
  }
  return byName;
}

/** The request omits empty strings and lists. The path under which a claim is allowed shows which of them it is. */
function fillEmptyClaims(
  claims: Map<string, unknown>,
  allowedOperations: readonly AllowedOperation[],
): void {
  const allowed = new Set(allowedOperations.flatMap(({ paths }) => paths));
  for (const [name, value] of claims) {
    if (value !== undefined || name === 'aud') continue;
    if (allowed.has(`/accessToken/claims/${name}/`)) claims.set(name, []);
    else if (allowed.has(`/accessToken/claims/${name}`)) claims.set(name, '');
  }
}

/** The request omits empty lists, so an `aud` without a value is an empty list. */
function readAudience(claims: ReadonlyMap<string, unknown>): string[] | string | undefined {
  if (!claims.has('aud')) return undefined;
  const audience = claims.get('aud') ?? [];
  return Array.isArray(audience) ? audience.map(toText) : toText(audience);
}

/** The contract has no objects here, but tests may send them, without the prototype that `String` needs. */
function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function field(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, name) => (at instanceof JsonObject ? at.get(name) : undefined),
    value,
  );
}

function items(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: Json | undefined): string[] {
  return items(value).map(String);
}
