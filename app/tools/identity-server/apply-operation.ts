import type { ActionRequest } from './action-request.ts';
import { addClaim, CLAIMS, changeClaim } from './claims.ts';
import type { Json } from './json.ts';
import { parseLifetime } from './lifetime.ts';
import { applied, crashed, type OperationResult, skipped } from './operation-result.ts';
import { addResponseParameter, removeResponseParameter } from './response-parameters.ts';
import { applyToList, audienceList, scopeList } from './string-list.ts';
import type { TokenDraft } from './token-draft.ts';

const LIFETIME_PATH = '/accessToken/claims/expires_in';
const REFRESH_LIFETIME_PATH = '/refreshToken/claims/expires_in';

type Op = 'add' | 'remove' | 'replace';

/** Applies an operation that the request allows. The value of a removal is ignored. */
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
  // The server compares without a trailing slash, so every claim whose name begins with "aud" is the audience.
  if (path.startsWith(`${CLAIMS}aud`)) return changeAudience(op, path, value, request, draft);
  if (op === 'replace' && (path === LIFETIME_PATH || path === REFRESH_LIFETIME_PATH)) {
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
  return skipped('the server does not know this path');
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
  if (seconds === undefined) return skipped('the lifetime is not a positive integer of seconds');
  if (path === LIFETIME_PATH) draft.expiresIn = seconds;
  else draft.refreshExpiresIn = seconds;
  return applied;
}
