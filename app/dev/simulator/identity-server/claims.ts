import type { ActionRequest } from './action-request.ts';
import { type Json, JsonNumber } from './json.ts';
import { containsValue, indexIn, lastSegment, removeValue } from './list-index.ts';
import { parseNamedValue } from './named-value.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import type { TokenDraft } from './token-draft.ts';
import { toJavaString, toPlain } from './values.ts';

export const CLAIMS = '/accessToken/claims/';

/** The server's own claims: if the request lacks one, an add of it is accepted and then forgotten. */
const STANDARD = new Set(
  'iss sub aud client_id aut expires_in iat subject_type binding_ref binding_type'.split(' '),
);

/** What the server writes into the token after the action's claims, so that its own value stands. */
const WRITTEN_LATER = new Set(['org_id', 'org_name']);

/**
 * Adds a claim that the request does not list. `exp`, `jti`, `azp`, `app_td`, `token_id` and the like are not
 * protected: the server sets them first and the action's claims over them.
 */
export function addClaim(
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  if (indexIn(lastSegment(path), request.claims.size) === undefined) {
    return skipped('the index is none of the claims');
  }
  const claim = parseNamedValue(value);
  if (typeof claim === 'string') return skipped(claim);
  const { name } = claim;
  // As Java's `equalsIgnoreCase` compares, for which the long s (U+017F) is an s.
  if (name.toUpperCase() === 'SCOPE') return skipped('scope cannot be a claim');
  if (request.claims.has(name)) return skipped(`the request lists ${name} already`);
  if (!isClaimValue(claim.value))
    return skipped(`${name} would have a value that no claim may have`);
  if (STANDARD.has(name)) return skipped(`${name} is a claim of the server's own`);
  if (WRITTEN_LATER.has(name) || (name === 'cnf' && isBound(request))) {
    return skipped(`the server writes ${name} later`);
  }
  draft.claims.set(name, toPlain(claim.value));
  return applied;
}

/**
 * Removes or replaces a claim of the request, or an element of it. The last part of the path that is not
 * empty is the name, unless it is a number, which is an index. So a name with a slash and a name that is a
 * number reach nothing; see `access-token.ts` for `aud…`.
 */
export function changeClaim(
  op: 'remove' | 'replace',
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  const [name = '', segment = '', ...more] = path.slice(CLAIMS.length).split('/');
  if (more.length > 0) return skipped('a claim name with a slash cannot be reached');
  if (segment === '' && INDEX.test(name)) {
    return skipped('a claim name that is a number cannot be reached');
  }
  if (!request.claims.has(name)) return skipped(`the request has no claim ${name}`);
  if (segment !== '') return changeElement(op, name, segment, value, request, draft);
  if (op === 'replace') draft.claims.set(name, toPlain(value));
  else if (!draft.claims.delete(name)) return skipped(`the claim ${name} is gone already`);
  return applied;
}

/** What Java reads as a whole number: a sign, and the digits of any script. */
const INDEX = /^[-+]?\p{Nd}+$/u;

/**
 * Changes an element of a list claim, by number only; `-` is not understood. It works where the server
 * holds a `List` of texts. An array does not change, and any other list is a server error.
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
  if (!Array.isArray(sent) || !Array.isArray(current)) return skipped(`${name} is no list`);
  const index = segment === '-' ? undefined : indexIn(segment, sent.length);
  const form = request.listForm(sent);
  if (form === 'array') return skipped(`${name} is an array, not a List`);
  if (index === undefined) return skipped(`${name} has no element ${segment}`);
  if (form === 'list') return crashed(`ClassCastException: ${name} is not a List of texts`);
  if (op === 'remove') {
    return removeValue(current, sent[index]) ? applied : skipped('the element is gone already');
  }
  if (!isPrimitive(value)) return skipped('an element is a string, a number or a boolean');
  const text = toJavaString(value);
  if (containsValue(text, current, sent)) return skipped('the element is there already');
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
