import type { ActionRequest } from './action-request.ts';
import { type Json, JsonNumber } from './json.ts';
import { containsValue, lastSegment, parseIndex, removeValue } from './list-index.ts';
import { parseNamedValue } from './named-value.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import type { TokenDraft } from './token-draft.ts';
import { toJavaString, toPlain } from './values.ts';

export const CLAIMS = '/accessToken/claims/';

/** Claims of the server. If the request does not have one, the server accepts an add of it and then ignores it. */
const STANDARD_CLAIMS = new Set(
  'iss sub aud client_id aut expires_in iat subject_type binding_ref binding_type'.split(' '),
);

/** Claims that the server writes after the action's, so that its own value wins. */
const OVERWRITTEN_CLAIMS = new Set(['org_id', 'org_name']);

/**
 * Adds a claim that the request does not have. `exp`, `jti`, `azp`, `app_td`, `token_id` and the like are not
 * protected: the server sets them first, and the action's claims overwrite them.
 */
export function addClaim(
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  if (parseIndex(lastSegment(path), request.claims.size) === undefined) {
    return skipped('the index is out of range');
  }
  const claim = parseNamedValue(value);
  if (typeof claim === 'string') return skipped(claim);
  const { name } = claim;
  // Like Java's `equalsIgnoreCase`, for which the long s (U+017F) is an s.
  if (name.toUpperCase() === 'SCOPE') return skipped('scope must not be a claim');
  if (request.claims.has(name)) return skipped(`the request already has the claim ${name}`);
  if (!isClaimValue(claim.value))
    return skipped(`${name} has a value that is not valid for a claim`);
  if (STANDARD_CLAIMS.has(name)) return skipped(`${name} is a claim of the server`);
  if (OVERWRITTEN_CLAIMS.has(name) || (name === 'cnf' && isBound(request))) {
    return skipped(`the server overwrites ${name}`);
  }
  draft.claims.set(name, toPlain(claim.value));
  return applied;
}

/**
 * Removes or replaces a claim of the request, or an element of a list claim. The last non-empty segment of the path
 * is the name, or the index if it is a number. So names with a slash and numeric names cannot be addressed; see
 * `apply-operation.ts` for `aud…`.
 */
export function changeClaim(
  op: 'remove' | 'replace',
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  const [name = '', segment = '', ...more] = path.slice(CLAIMS.length).split('/');
  if (more.length > 0) return skipped('a claim name with a slash cannot be addressed');
  if (segment === '' && JAVA_INTEGER.test(name)) {
    return skipped('a numeric claim name cannot be addressed');
  }
  if (!request.claims.has(name)) return skipped(`the request has no claim ${name}`);
  if (segment !== '') return changeElement(op, name, segment, value, request, draft);
  if (op === 'replace') draft.claims.set(name, toPlain(value));
  else if (!draft.claims.delete(name)) return skipped(`the claim ${name} is already removed`);
  return applied;
}

/** The integers that Java parses: an optional sign, then digits of any script. */
const JAVA_INTEGER = /^[-+]?\p{Nd}+$/u;

/**
 * Changes an element of a list claim by its index; `-` is not supported. It works if the server stores a
 * `List<String>`. An array does not change, and any other list is a server error.
 */
function changeElement(
  op: 'remove' | 'replace',
  name: string,
  segment: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  const sent = request.claims.get(name);
  const current = draft.claims.get(name);
  if (!Array.isArray(sent) || !Array.isArray(current)) return skipped(`${name} is not a list`);
  const index = segment === '-' ? undefined : parseIndex(segment, sent.length);
  const form = request.listForm(sent);
  if (form === 'array') return skipped(`${name} is an array, not a List`);
  if (index === undefined) return skipped(`${name} has no element ${segment}`);
  if (form === 'list') return crashed(`ClassCastException: ${name} is not a List of strings`);
  if (op === 'remove') {
    return removeValue(current, sent[index]) ? applied : skipped('the element is already removed');
  }
  if (!isPrimitive(value)) return skipped('an element must be a string, a number or a boolean');
  const text = toJavaString(value);
  if (containsValue(text, current, sent)) return skipped('the list already has the element');
  removeValue(current, sent[index]);
  current.push(text);
  return applied;
}

function isPrimitive(value: Json): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value instanceof JsonNumber;
}

function isClaimValue(value: Json): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  return isPrimitive(value);
}

function isBound(request: ActionRequest): boolean {
  return request.claims.has('binding_ref') || request.claims.has('binding_type');
}
