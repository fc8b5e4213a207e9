import { readTokenRequest } from '../action/request.ts';
import { failedBody, successBody } from '../action/response.ts';
import { type Decision, decide } from '../decide.ts';
import { deadlineAfter } from '../lib/deadline.ts';
import type { Policy } from '../policy/policy.ts';
import { RequestSignals, type SignalSources } from '../signals/request-signals.ts';
import type { DecisionEvent } from '../telemetry/decision-record.ts';
import type { TestKind } from './test-request.ts';

/** What decisions are based on. */
export interface DecisionDependencies {
  readonly policy: Policy;
  readonly sources: SignalSources;
  /** Time limit of one request, from its authentication to its decision. */
  readonly deadlineMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface ActionHandlerDependencies extends DecisionDependencies {
  /** Receives every decision. Must not throw. */
  readonly onDecision: (event: DecisionEvent) => void;
}

/** One call of the action. */
export interface ActionCall {
  /** The id of the decision record. */
  readonly decisionId: string;
  /** Milliseconds of the deadline that authentication has used. @default 0 */
  readonly spentMs?: number | undefined;
  /** The test that the call belongs to. @default none, a real login */
  readonly test?: TestKind | undefined;
  /** The version of the action that the identity server names. @default none */
  readonly apiVersion?: string | undefined;
  /** Receives the decision, for the response to a test. */
  readonly onTested?: ((event: DecisionEvent) => void) | undefined;
}

/**
 * Handles one request of the action: takes its body to the body of the response.
 *
 * @throws RequestError if the body is not a request of the action.
 */
export type HandleAction = (body: string, call: ActionCall) => Promise<string>;

/** Creates the handler of the action: request, signals, policy, operations, response. */
export function createActionHandler(dependencies: ActionHandlerDependencies): HandleAction {
  const { policy, sources, deadlineMs, now, onDecision } = dependencies;
  return async function handleAction(body, call) {
    const { decisionId, spentMs = 0, test, apiVersion, onTested } = call;
    const start = performance.now();
    const deadline = deadlineAfter(deadlineMs - spentMs);
    const request = readTokenRequest(body);
    const signals = new RequestSignals(sources, request, deadline, policy.reputationWait);
    const read = performance.now();
    const decision = await decide(request, policy, signals, now());
    const end = performance.now();
    const times = { read: read - start, decide: end - read, total: end - start };
    const event = { decisionId, test, apiVersion, request, policy, signals, decision, times };
    onDecision(event);
    onTested?.(event);
    return responseBody(decision);
  };
}

/** Returns the response body of a decision. */
export function responseBody({ refusal, operations }: Decision): string {
  if (refusal !== undefined) return failedBody(refusal.reason, refusal.description);
  return successBody(operations);
}
