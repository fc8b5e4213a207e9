import type { ActionRequest } from './action-request.ts';
import type { Json } from './json.ts';
import { lastSegment } from './list-index.ts';
import { parseNamedValue } from './named-value.ts';
import { applied, type OperationResult, skipped } from './operation-result.ts';
import type { TokenDraft } from './token-draft.ts';
import { toPlain } from './values.ts';

/** Adds a parameter to the token response. Only `-` is known to work as the index. */
export function addResponseParameter(
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): OperationResult {
  if (lastSegment(path) !== '-') return skipped('a response parameter must be added at -');
  const parameter = parseNamedValue(value);
  if (typeof parameter === 'string') return skipped(parameter);
  const { name } = parameter;
  if (request.responseParameters?.includes(name))
    return skipped(`the response already has ${name}`);
  if (draft.responseParameters.has(name)) return skipped(`${name} is already added`);
  draft.responseParameters.set(name, toPlain(parameter.value));
  return applied;
}

/** Removes a parameter from the token response. The request allows only some, by name. */
export function removeResponseParameter(path: string, draft: TokenDraft): OperationResult {
  const name = lastSegment(path);
  if (draft.removedParameters.has(name)) return skipped(`${name} is already removed`);
  draft.removedParameters.add(name);
  return applied;
}
