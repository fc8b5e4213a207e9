import { readTokenRequest } from '../../app/src/action/request.ts';
import { type Decision, decide } from '../../app/src/decide.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import { deadlineAfter } from '../../app/src/lib/deadline.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import {
  RequestSignals,
  type SignalName,
  type SignalSources,
} from '../../app/src/signals/request-signals.ts';
import type { DecisionEvent } from '../../app/src/telemetry/decision-record.ts';
import {
  applyResponse,
  type IssuedToken,
  type ListForm,
  type Outcome,
} from '../../app/tools/identity-server/index.ts';
import { type Circumstances, MONDAY_MORNING, signalSources } from './circumstances.ts';
import { payload } from './payloads.ts';
import { compile } from './policies.ts';

/** Longer than a busy machine needs. */
const DEADLINE_MS = 60_000;

/** The arguments of `decide`, apart from the policy. */
export interface Scenario extends Circumstances {
  /** The body of the request, or the number of a payload. @default '01' */
  readonly request?: string;
}

/** Returns the arguments of `decide` for a scenario, and the signals that have been fetched, in order. */
export function scenario(
  { request = '01', ...circumstances }: Scenario = {},
  otherSources: Partial<SignalSources> = {},
) {
  const fetched: SignalName[] = [];
  const body = request.startsWith('{') ? request : payload(request);
  const parsed = readTokenRequest(body);
  const sources = { ...signalSources(circumstances, fetched), ...otherSources };
  const signals = new RequestSignals(sources, parsed, deadlineAfter(DEADLINE_MS));
  return { request: parsed, signals, now: circumstances.now ?? MONDAY_MORNING, fetched };
}

/** A decision, and the signals that were fetched for it, in order. */
export interface Decided extends Decision {
  readonly fetched: readonly SignalName[];
}

/**
 * Decides by a policy, compiled or as text.
 *
 * @param sources signals that the circumstances cannot express.
 */
export async function decideBy(
  policy: string | Policy,
  given: Scenario = {},
  sources: Partial<SignalSources> = {},
): Promise<Decided> {
  const compiled = typeof policy === 'string' ? compile(policy) : policy;
  const { request, signals, now, fetched } = scenario(given, sources);
  return { ...(await decide(request, compiled, signals, now)), fetched };
}

/** What happens to one request of the identity server. */
export interface Result {
  /** The body of the response. */
  readonly body: string;
  /** The same, parsed. */
  readonly response: unknown;
  /** What the identity server does with the response. */
  readonly outcome: Outcome;
  readonly event: DecisionEvent;
}

interface RequestOptions extends Circumstances {
  /** Signals that the circumstances cannot express, e.g. a lookup that throws. */
  readonly sources?: Partial<SignalSources>;
  /** How the identity server stores list claims with string elements. */
  readonly listForm?: ListForm;
}

/** Passes a request through the action's handler, and the response to the simulated identity server. */
export async function decideOn(
  requestBody: string,
  policy: Policy,
  { sources, listForm, ...circumstances }: RequestOptions = {},
): Promise<Result> {
  const events: DecisionEvent[] = [];
  const handleAction = createActionHandler({
    policy,
    sources: { ...signalSources(circumstances), ...sources },
    deadlineMs: DEADLINE_MS,
    now: () => circumstances.now ?? MONDAY_MORNING,
    onDecision: (event) => events.push(event),
  });
  const body = await handleAction(requestBody, { decisionId: 'id' });
  const [event, ...others] = events;
  if (event === undefined || others.length > 0) {
    throw new Error(`expected one decision, got ${events.length}`);
  }
  const response = { status: 200, contentType: 'application/json', body };
  const outcome = applyResponse(requestBody, response, listForm);
  return { body, response: JSON.parse(body), outcome, event };
}

/** Returns the token that the identity server issues if the response changes nothing. */
export function tokenBefore(requestBody: string): IssuedToken {
  const body = '{"actionStatus":"SUCCESS"}';
  return tokenOf(
    applyResponse(requestBody, { status: 200, contentType: 'application/json', body }),
  );
}

/** Returns the issued token; throws with the outcome if there is none. */
export function tokenOf(outcome: Outcome): IssuedToken {
  if (outcome.kind !== 'token') throw new Error(`no token: ${JSON.stringify(outcome)}`);
  return outcome.token;
}
