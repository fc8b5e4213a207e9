import { readTokenRequest } from '../action/request.ts';
import { failedBody, successBody } from '../action/response.ts';
import { type Decision, decide } from '../decide.ts';
import { deadlineAfter } from '../lib/deadline.ts';
import type { Policy } from '../policy/policy.ts';
import { RequestSignals, type SignalSources } from '../signals/request-signals.ts';
import type { DecisionEvent } from '../telemetry/decision-record.ts';

export interface HandlerDependencies {
  readonly policy: Policy;
  readonly sources: SignalSources;
  /** Milliseconds for the whole request. */
  readonly deadline: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Receives every decision. Must not throw. */
  readonly onDecision: (event: DecisionEvent) => void;
}

/** One call of the action. */
export interface ActionCall {
  /** The id of the decision record. */
  readonly decisionId: string;
  /** Milliseconds that count against the deadline already. @default 0 */
  readonly spentMs?: number | undefined;
}

/** Takes the body of a request to the body of its response. @throws RequestError */
export type HandleAction = (body: string, call: ActionCall) => Promise<string>;

/** Creates the handler of the action: request, signals, policy, operations, response. */
export function createActionHandler(dependencies: HandlerDependencies): HandleAction {
  const { policy, sources, now, onDecision } = dependencies;
  return async function handleAction(body, { decisionId, spentMs = 0 }) {
    const start = performance.now();
    const deadline = deadlineAfter(dependencies.deadline - spentMs);
    const request = readTokenRequest(body);
    const signals = new RequestSignals(sources, request, deadline);
    const read = performance.now();
    const decision = await decide(request, policy, signals, now());
    const end = performance.now();
    const times = { read: read - start, decide: end - read, total: end - start };
    onDecision({ decisionId, request, policy, signals, decision, times });
    return responseBody(decision);
  };
}

/** Returns the response body of a decision. */
export function responseBody({ refusal, operations }: Decision): string {
  if (refusal !== undefined) return failedBody(refusal.reason, refusal.description);
  return successBody(operations);
}
