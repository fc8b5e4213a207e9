/** A model of the identity server: how it applies an answer of the action to its own request. */
export type { ListForm } from './action-request.ts';
export { applyResponse } from './apply-response.ts';
export type { DroppedOperation, HttpResponse, IssuedToken, Operation, Outcome } from './outcome.ts';
