import { type ActionRequest, type ListForm, readActionRequest } from './action-request.ts';
import { isAllowed } from './allowed-operations.ts';
import { applyOperation } from './apply-operation.ts';
import type { DroppedOperation, HttpResponse, Operation, Outcome } from './outcome.ts';
import { readResponse } from './read-response.ts';
import type { ParsedOperation } from './response-body.ts';
import { createDraft, toIssuedToken } from './token-draft.ts';
import { toErrorOutcome, toRefusedOutcome } from './token-endpoint.ts';
import { toPlain } from './values.ts';

/**
 * Returns the outcome of a token request whose action request gets this response. Tests assert the outcome
 * instead of the response's JSON, because the server silently drops invalid operations. Where its behaviour is
 * unknown, the model assumes the worst case for the service.
 *
 * @param stringLists the Java type of list claims whose elements are strings. The server's own handlers create
 * a `List`.
 * @throws Error if the request body is not a JSON object.
 */
export function applyResponse(
  requestBody: string,
  response: HttpResponse,
  stringLists: ListForm = 'strings',
): Outcome {
  const request = readActionRequest(requestBody, stringLists);
  const result = readResponse(response);
  switch (result.kind) {
    case 'unusable':
      return { kind: 'server-error', retried: result.retried, why: result.why };
    case 'error':
      return toErrorOutcome(result.description);
    case 'failed':
      return toRefusedOutcome(result.reason, result.description);
    case 'success':
      return issue(request, result.operations);
  }
}

function issue(request: ActionRequest, operations: readonly ParsedOperation[]): Outcome {
  const draft = createDraft(request);
  const applied: Operation[] = [];
  const dropped: DroppedOperation[] = [];
  for (const { op, path, value, source } of operations) {
    const drop = (reason: string) => dropped.push({ operation: toPlain(source), reason });
    if (op === undefined || op === 'redirect' || !isAllowed(op, path, request.allowedOperations)) {
      drop('the request does not allow it');
      continue;
    }
    const result = applyOperation(op, path, value, request, draft);
    if (result.kind === 'crashed') {
      return { kind: 'server-error', retried: false, why: result.why };
    }
    if (result.kind === 'skipped') drop(result.why);
    else applied.push(value === undefined ? { op, path } : { op, path, value: toPlain(value) });
  }
  return { kind: 'token', token: toIssuedToken(draft, request), applied, dropped };
}
