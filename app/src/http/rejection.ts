import type { ErrorStatus } from '../action/response.ts';

/** A request that gets an error instead of a decision. */
export interface Rejection {
  readonly status: ErrorStatus;
  /**
   * `oversized` is a request of the action that a client has inflated; it is no sign of a faulty identity server.
   * `unverifiable` is an access token for which the issuer's keys are missing; anybody can send one.
   */
  readonly cause: 'unauthorized' | 'unverifiable' | 'invalid' | 'oversized';
  /** A sentence that quotes nothing from the request. */
  readonly why: string;
}

/** Receives each rejected request. Must not throw. */
export type OnRejected = (rejection: Rejection) => void;
