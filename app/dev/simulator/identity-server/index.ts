/** A model of the identity server: how it applies an answer of the action to its own request. */
export type { ListForm } from './action-request.ts';
export { applyAnswer } from './apply.ts';
export type { DroppedOperation, HttpAnswer, IssuedToken, Operation, Outcome } from './outcome.ts';
