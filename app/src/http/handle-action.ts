import { randomUUID } from 'node:crypto';
import { readTokenRequest } from '../action/request.ts';
import { failedBody, successBody } from '../action/response.ts';
import { type Decision, decide } from '../decide.ts';
import { deadlineAfter } from '../lib/deadline.ts';
import type { Policy } from '../policy/policy.ts';
import { RequestSignals, type SignalSources } from '../signals/request-signals.ts';
import type { DecisionEvent } from '../telemetry/decision-record.ts';
import type { ActionAnswer } from './action-endpoint.ts';

export interface HandlerDependencies {
  readonly policy: Policy;
  readonly sources: SignalSources;
  /** For the whole request, in milliseconds. */
  readonly deadline: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Is told of every decision. What it throws must not become an error of the request. */
  readonly onDecision: (facts: DecisionEvent) => void;
}

/** One request from its body to the body of its answer: request, signals, policy, operations, answer. */
export function createActionHandler(
  dependencies: HandlerDependencies,
): (body: string, spent?: number) => Promise<ActionAnswer> {
  const { policy, sources, now, onDecision } = dependencies;
  return async function handleAction(body, spent = 0) {
    const start = performance.now();
    const deadline = deadlineAfter(dependencies.deadline - spent);
    const request = readTokenRequest(body);
    const signals = new RequestSignals(sources, request, deadline);
    const read = performance.now();
    const decision = await decide(request, policy, signals, now());
    const end = performance.now();
    const decisionId = randomUUID();
    const times = { read: read - start, decide: end - read, total: end - start };
    onDecision({ decisionId, request, policy, signals, decision, times });
    return { body: responseBody(decision), decisionId };
  };
}

/** The body of the answer that carries a decision out. */
export function responseBody({ refusal, operations }: Decision): string {
  if (refusal !== undefined) return failedBody(refusal.reason, refusal.description);
  return successBody(operations);
}
