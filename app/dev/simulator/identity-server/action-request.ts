import type { AllowedOperation } from './allowed-operations.ts';
import { type Json, JsonObject, parseJson } from './json.ts';
import { toPlain } from './values.ts';

/**
 * How the server holds a list claim in Java, which the request does not show: a `List` of texts, a
 * `String[]`, or a `List` of anything else.
 */
export type ListForm = 'texts' | 'array' | 'list';

/** The request that the identity server sent, reduced to what it needs to apply the answer. */
export interface ActionRequest {
  scopes: readonly string[];
  /** All claims of the access token, `aud` and `expires_in` included. */
  claims: ReadonlyMap<string, unknown>;
  audience: readonly string[] | string | undefined;
  /** The refresh token's claims, if the request speaks of one. */
  refreshClaims: ReadonlyMap<string, unknown> | undefined;
  /** Absent before version 1.3 of the contract. */
  responseParameters: readonly string[] | undefined;
  allowedOperations: readonly AllowedOperation[];
  /** How the server holds a list claim of this value. */
  listForm(list: readonly unknown[]): ListForm;
}

/**
 * Reads a request body.
 * @param lists how the server holds list claims of texts
 * @throws {Error} if it is no JSON object: a mistake of the test, not of the service
 */
export function readActionRequest(body: string, lists: ListForm): ActionRequest {
  const root = parseJson(body);
  if (!(root instanceof JsonObject)) throw new Error('The action request is no JSON object.');
  const accessToken = member(root, 'event', 'accessToken');
  const allowedOperations = items(root.get('allowedOperations')).map((allowed) => ({
    op: String(member(allowed, 'op')),
    paths: texts(member(allowed, 'paths')),
  }));
  const claims = readClaims(member(accessToken, 'claims'));
  fillEmptyClaims(claims, allowedOperations);
  const refreshToken = member(root, 'event', 'refreshToken');
  const parameters = member(root, 'event', 'response', 'parameters');
  return {
    scopes: texts(member(accessToken, 'scopes')),
    claims,
    audience: readAudience(claims),
    refreshClaims:
      refreshToken === undefined ? undefined : readClaims(member(refreshToken, 'claims')),
    responseParameters: parameters === undefined ? undefined : texts(parameters),
    allowedOperations,
    listForm: (list) => (list.every((element) => typeof element === 'string') ? lists : 'list'),
  };
}

function readClaims(claims: Json | undefined): Map<string, unknown> {
  const byName = new Map<string, unknown>();
  for (const claim of items(claims)) {
    const value = member(claim, 'value');
    byName.set(String(member(claim, 'name')), value === undefined ? undefined : toPlain(value));
  }
  return byName;
}

/** Empty texts and lists are left out of the request; the path under which a claim is offered tells which it is. */
function fillEmptyClaims(
  claims: Map<string, unknown>,
  allowedOperations: readonly AllowedOperation[],
): void {
  const offered = new Set(allowedOperations.flatMap(({ paths }) => paths));
  for (const [name, value] of claims) {
    if (value !== undefined || name === 'aud') continue;
    if (offered.has(`/accessToken/claims/${name}/`)) claims.set(name, []);
    else if (offered.has(`/accessToken/claims/${name}`)) claims.set(name, '');
  }
}

/** Empty lists are left out of the request, so an `aud` without a value is an empty list. */
function readAudience(claims: ReadonlyMap<string, unknown>): string[] | string | undefined {
  if (!claims.has('aud')) return undefined;
  const audience = claims.get('aud') ?? [];
  return Array.isArray(audience) ? audience.map(asText) : asText(audience);
}

/** Objects are none of the contract, but a test may send them; those without prototype are no `String`. */
function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function member(value: Json | undefined, ...path: string[]): Json | undefined {
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
