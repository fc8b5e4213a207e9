import { type ActionRequest, type ListForm, readActionRequest } from './action-request.ts';
import { isOffered } from './allowed-operations.ts';
import { applyOperation } from './apply-operation.ts';
import type { DroppedOperation, HttpResponse, Operation, Outcome } from './outcome.ts';
import { readResponse } from './read-response.ts';
import type { ParsedOperation } from './response-body.ts';
import { createDraft, toIssuedToken } from './token-draft.ts';
import { toErrorOutcome, toRefusedOutcome } from './token-endpoint.ts';
import { toPlain } from './values.ts';

/**
 * What becomes of a token request when the action endpoint answers the identity server's request in
 * this way. Tests assert this outcome, not the JSON that was sent, because the server drops what it
 * does not like without a word. Where its behaviour is not known, the model assumes what hurts a
 * careless service most.
 * @param lists how the server holds list claims of texts: all stock handlers build a `List`
 * @throws {Error} if the request body is no JSON object
 */
export function applyResponse(
  requestBody: string,
  answer: HttpResponse,
  lists: ListForm = 'texts',
): Outcome {
  const request = readActionRequest(requestBody, lists);
  const received = readResponse(answer);
  switch (received.kind) {
    case 'unusable':
      return { kind: 'server-error', retried: received.retried, why: received.why };
    case 'error':
      return toErrorOutcome(received.description);
    case 'failed':
      return toRefusedOutcome(received.reason, received.description);
    case 'success':
      return issue(request, received.operations);
  }
}

function issue(request: ActionRequest, operations: readonly ParsedOperation[]): Outcome {
  const draft = createDraft(request);
  const applied: Operation[] = [];
  const dropped: DroppedOperation[] = [];
  for (const { op, path, value, source } of operations) {
    const drop = (reason: string) => dropped.push({ operation: toPlain(source), reason });
    if (op === undefined || op === 'redirect' || !isOffered(op, path, request.allowedOperations)) {
      drop('the request does not offer it');
      continue;
    }
    const verdict = applyOperation(op, path, value, request, draft);
    if (verdict.kind === 'crashed') {
      return { kind: 'server-error', retried: false, why: verdict.why };
    }
    if (verdict.kind === 'skipped') drop(verdict.why);
    else applied.push(value === undefined ? { op, path } : { op, path, value: toPlain(value) });
  }
  return { kind: 'token', token: toIssuedToken(draft, request), applied, dropped };
}
