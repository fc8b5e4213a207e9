import type { ActionRequest } from './action-request.ts';
import { addClaim, CLAIMS, changeClaim } from './claims.ts';
import type { Json } from './json.ts';
import { parseLifetime } from './lifetime.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import { addResponseParameter, removeResponseParameter } from './response-parameters.ts';
import { applyToList, audienceList, scopeList } from './string-list.ts';
import type { TokenDraft } from './token-draft.ts';

const LIFETIME = '/accessToken/claims/expires_in';
const REFRESH_LIFETIME = '/refreshToken/claims/expires_in';

type Op = 'add' | 'remove' | 'replace';

/** Applies one operation that the request offers. A removal may carry a value; nobody reads it. */
export function applyOperation(
  op: Op,
  path: string,
  given: Json | undefined,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  const value = given ?? null;
  if (op !== 'remove' && value === null) return crashed(`null pointer: no value to ${op}`);
  if (path.startsWith('/accessToken/scopes/')) {
    return applyToList(scopeList(request.scopes, draft.scopes), op, path, value);
  }
  // No slash at the end: every claim whose name begins with "aud" is taken for the audience.
  if (path.startsWith(`${CLAIMS}aud`)) return changeAudience(op, path, value, request, draft);
  if (op === 'replace' && (path === LIFETIME || path === REFRESH_LIFETIME)) {
    return changeLifetime(path, value, draft);
  }
  if (path.startsWith(CLAIMS)) {
    return op === 'add'
      ? addClaim(path, value, request, draft)
      : changeClaim(op, path, value, request, draft);
  }
  if (path.startsWith('/response/parameters/')) {
    if (op === 'add') return addResponseParameter(path, value, request, draft);
    if (op === 'remove') return removeResponseParameter(path, draft);
  }
  return skipped('nothing is known to be at this path');
}

function changeAudience(
  op: Op,
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  if (!Array.isArray(request.audience) || !Array.isArray(draft.audience)) {
    return skipped('the request has no audience list');
  }
  return applyToList(audienceList(request.audience, draft.audience), op, path, value);
}

function changeLifetime(path: string, value: Json, draft: TokenDraft): OperationResult {
  const seconds = parseLifetime(value);
  if (seconds === undefined) return skipped('no whole number of seconds above zero');
  if (path === LIFETIME) draft.expiresIn = seconds;
  else draft.refreshExpiresIn = seconds;
  return applied;
}
