import type { ActionRequest } from './action-request.ts';
import { readAddedMember } from './added-member.ts';
import type { Json } from './json.ts';
import { lastSegment } from './list-index.ts';
import type { TokenDraft } from './token-draft.ts';
import { toPlain } from './values.ts';
import { applied, skipped, type Verdict } from './verdict.ts';

/** Adds a member to the token response. Only `-` is known to work as the place. */
export function addResponseParameter(
  path: string,
  value: Json,
  request: ActionRequest,
  draft: TokenDraft,
): Verdict {
  if (lastSegment(path) !== '-') return skipped('a response parameter goes to -');
  const parameter = readAddedMember(value);
  if (typeof parameter === 'string') return skipped(parameter);
  const { name } = parameter;
  if (request.responseParameters?.includes(name))
    return skipped(`the response has ${name} already`);
  if (draft.responseParameters.has(name)) return skipped(`${name} was added already`);
  draft.responseParameters.set(name, toPlain(parameter.value));
  return applied;
}

/** Takes a member out of the token response; the request offers the few that may go, by name. */
export function removeResponseParameter(path: string, draft: TokenDraft): Verdict {
  const name = lastSegment(path);
  if (draft.removedParameters.has(name)) return skipped(`${name} was removed already`);
  draft.removedParameters.add(name);
  return applied;
}
