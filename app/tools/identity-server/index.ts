/** A model of how the identity server applies the action's response to a token request. */
export type { ListForm } from './action-request.ts';
export { applyResponse } from './apply-response.ts';
export type { DroppedOperation, HttpResponse, IssuedToken, Operation, Outcome } from './outcome.ts';
