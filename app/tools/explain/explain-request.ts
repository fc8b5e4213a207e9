import type { Operation } from '../../src/action/operation.ts';
import type { SkippedOperation } from '../../src/action/operations/index.ts';
import { readTokenRequest } from '../../src/action/request.ts';
import { PLAIN_SUCCESS } from '../../src/action/response.ts';
import type { DecisionDependencies } from '../../src/http/handle-action.ts';
import { responseBody } from '../../src/http/handle-action.ts';
import { deadlineAfter } from '../../src/lib/deadline.ts';
import { RequestSignals, type SignalSources } from '../../src/signals/request-signals.ts';
import { applyResponse, type IssuedToken, type Outcome } from '../identity-server/index.ts';
import { compareTokens, type TokenRow } from './compare-tokens.ts';
import { askFeeds, type FeedAnswerRow } from './describe-feeds.ts';
import { describeSignals, type SignalDescription } from './describe-signals.ts';
import { type ExplainedRule, explain } from './explain.ts';

/** The outcome of a token request, and its reasons. */
export interface ExplainedRequest {
  readonly outcome: 'issue' | 'restrict' | 'refuse';
  /** In monitor mode: the outcome that the policy would have if it were enforced. */
  readonly dryRunOutcome: ExplainedRequest['outcome'] | undefined;
  /** The rule, or `unknown.<signal>`, that refused. */
  readonly refusedBy: string | undefined;
  /** In monitor mode or by a monitored rule: what would have refused. */
  readonly dryRunRefusedBy: string | undefined;
  /** Rules and entries of `unknown` that applied. */
  readonly applied: readonly string[];
  /** What the OAuth client receives instead of a token. */
  readonly refusal: { readonly error: string; readonly description: string } | undefined;
  readonly token: readonly TokenRow[];
  /** The changes that the response asks for. */
  readonly operations: readonly Operation[];
  readonly rules: readonly ExplainedRule[];
  /** Effects of the policy that the request does not allow. */
  readonly notApplied: readonly string[];
  readonly signals: readonly SignalDescription[];
  /** What each feed says about the address; empty without a public address. */
  readonly feeds: readonly FeedAnswerRow[];
  readonly policy: { readonly mode: string; readonly revision: string };
  /** The time for which the policy was evaluated, ISO 8601. */
  readonly time: string;
  readonly request: object;
  readonly response: object;
}

/**
 * Decides on a request of the action as the service does, applies the response as the identity server does, and
 * explains both. Nothing is recorded or counted.
 *
 * @param body of the request.
 * @param time for which the policy is evaluated, in milliseconds since the epoch.
 * @throws RequestError if the body is not a request of the action.
 */
export async function explainRequest(
  body: string,
  { policy, sources, deadlineMs }: Pick<DecisionDependencies, 'policy' | 'sources' | 'deadlineMs'>,
  time: number,
): Promise<ExplainedRequest> {
  const tokenRequest = readTokenRequest(body);
  const signals = new RequestSignals(
    sources,
    tokenRequest,
    deadlineAfter(deadlineMs),
    policy.reputationWait,
  );
  const { decision, rules } = await explain(tokenRequest, policy, signals, time);
  const response = responseBody(decision);
  const before = outcomeOf(body, PLAIN_SUCCESS);
  const after = outcomeOf(body, response);
  return {
    outcome: decision.outcome,
    dryRunOutcome: decision.dryRunOutcome,
    refusedBy: decision.refusedBy,
    dryRunRefusedBy: decision.dryRunRefusedBy,
    applied: decision.matched,
    refusal: refusalOf(after),
    token: compareTokens(tokenOf(before), after.kind === 'token' ? after.token : undefined),
    operations: decision.operations,
    rules,
    notApplied: [...decision.unenforceable, ...decision.skipped].map(describeSkippedOperation),
    signals: describeSignals(signals),
    feeds: askAllFeeds(signals, sources),
    policy: { mode: policy.mode, revision: policy.revision },
    time: new Date(time).toISOString(),
    request: JSON.parse(body),
    response: JSON.parse(response),
  };
}

/** Asks all feeds, whether or not the policy needs them. */
function askAllFeeds(
  { address, feedsAtStart }: RequestSignals,
  sources: SignalSources,
): readonly FeedAnswerRow[] {
  if (address?.known !== true || !address.value.public) return [];
  if (feedsAtStart.configured.length === 0) return [];
  const network = sources.network(address.value, feedsAtStart);
  return askFeeds(feedsAtStart, address.value, network.known ? network.value.asn : undefined);
}

function outcomeOf(requestBody: string, responseBody: string): Outcome {
  return applyResponse(requestBody, {
    status: 200,
    contentType: 'application/json',
    body: responseBody,
  });
}

function tokenOf(outcome: Outcome): IssuedToken {
  if (outcome.kind !== 'token')
    throw new Error(`An unchanged token must be issued, got ${outcome.kind}.`);
  return outcome.token;
}

function refusalOf(outcome: Outcome): ExplainedRequest['refusal'] {
  if (outcome.kind === 'token') return undefined;
  if (outcome.kind === 'refused') {
    return { error: outcome.error, description: outcome.errorDescription ?? '' };
  }
  // Cannot happen with a response of this service. If it does, it must be visible.
  return { error: outcome.kind, description: JSON.stringify(outcome) };
}

const CAUSES: Readonly<Record<SkippedOperation['cause'], string>> = {
  'not-allowed': 'the request does not allow it',
  'not-reachable': 'the identity server cannot address it',
  'unknown-lifetime':
    'the request does not state the current lifetime, so a ceiling could lengthen it',
  removed: 'another rule removes it',
  'no-value': 'it has no value',
  'condition-failed': 'the condition failed, so it is not known whether the rule applies',
};

function describeSkippedOperation({ rule, effect, cause }: SkippedOperation): string {
  return `${effect} of ${rule}: ${CAUSES[cause]}`;
}
