import type { Decision } from '../../../src/decide.ts';
import type { TraceEvent } from '../../../src/policy/trace.ts';
import type { IssuedToken, Outcome } from '../../identity-server/index.ts';
import type { PolicyCase } from './read.ts';

/** The result of one case. */
export interface CaseResult {
  readonly case: PolicyCase;
  /** `error`: the case cannot be decided, because it does not state what the policy reads, for example. */
  readonly status: 'passed' | 'failed' | 'error';
  /** Why the case cannot be decided, as a sentence. */
  readonly error?: string;
  readonly mismatches: readonly Mismatch[];
  /** Absent if the case could not be decided. */
  readonly run?: CaseRun;
}

/** What happened to the request of a case. */
export interface CaseRun {
  readonly decision: Decision;
  /** The token without a policy. */
  readonly before: IssuedToken;
  /** What the identity server did with the response: the token, or a refusal. */
  readonly outcome: Outcome;
  /** The events of the evaluation, in order. */
  readonly trace: readonly TraceEvent[];
}

/** A field of the expectation that the decision does not have. */
export interface Mismatch {
  /** Such as `token.lifetime`. */
  readonly field: string;
  readonly expected: string;
  readonly received: string;
}
