import * as z from 'zod';
import type { SkippedOperation } from '../../src/action/operations/index.ts';
import { readTokenRequest } from '../../src/action/request.ts';
import { PLAIN_SUCCESS } from '../../src/action/response.ts';
import type { DecisionDependencies } from '../../src/http/handle-action.ts';
import { responseBody } from '../../src/http/handle-action.ts';
import { deadlineAfter } from '../../src/lib/deadline.ts';
import { RequestSignals, type SignalSources } from '../../src/signals/request-signals.ts';
import { type EdgeOptions, edgeHeaders } from '../simulator/edge.ts';
import {
  applyResponse,
  type IssuedToken,
  type Outcome,
} from '../simulator/identity-server/index.ts';
import { sampleTokenRequest } from '../simulator/token-request.ts';
import { compareTokens, type TokenRow } from './compare-tokens.ts';
import { askFeeds, type FeedAnswerRow } from './describe-feeds.ts';
import { describeSignals, type SignalDescription } from './describe-signals.ts';
import { type ExplainedRule, explain } from './explain.ts';

const shortString = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** The form of the page. */
const formSchema = z.strictObject({
  /** Empty for a request without an address header. */
  address: z.string().trim().max(200, 'must have at most 200 characters'),
  grant: shortString,
  clientId: shortString,
  /** Space-separated, as in OAuth. */
  scopes: z.string().max(2000, 'must have at most 2000 characters'),
  /** `2026-01-05T10:30`, in UTC; empty for now. */
  time: z
    .literal('')
    .or(z.iso.datetime({ local: true, error: 'must be a date and time such as 2026-01-05T10:30' })),
});

export type TryForm = z.output<typeof formSchema>;

/** The outcome of a token request, and its reasons. */
export interface TryResult {
  readonly outcome: 'issue' | 'restrict' | 'refuse';
  /** In monitor mode: the outcome that the policy would have if it were enforced. */
  readonly dryRunOutcome: TryResult['outcome'] | undefined;
  /** What the OAuth client receives instead of a token. */
  readonly refusal: { readonly error: string; readonly description: string } | undefined;
  readonly token: readonly TokenRow[];
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

/** The form is not valid. The message names the field. */
export class FormError extends Error {}

/** Parses the form that the page sends. @throws FormError */
export function parseForm(text: string): TryForm {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormError('The form is not JSON.');
  }
  const result = formSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FormError(
    `${String(issue?.path[0] ?? 'The form')}: ${issue?.message ?? 'is not valid'}.`,
  );
}

/**
 * Builds a request from the form and decides on it with the policy, signals and caches of the running service.
 * Nothing is recorded or counted.
 *
 * @param edge sets the header from which the service reads the client address.
 */
export async function tryRequest(
  form: TryForm,
  { policy, sources, deadlineMs, now }: DecisionDependencies,
  edge: EdgeOptions,
): Promise<TryResult> {
  const request = sampleTokenRequest({
    headers: edgeHeaders(form.address, edge),
    grant: form.grant,
    clientId: form.clientId,
    scopes: form.scopes.split(/\s+/).filter((scope) => scope !== ''),
  });
  const body = JSON.stringify(request);
  const time = form.time === '' ? now() : Date.parse(`${form.time}Z`);
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
    refusal: refusalOf(after),
    token: compareTokens(tokenOf(before), after.kind === 'token' ? after.token : undefined),
    rules,
    notApplied: [...decision.unenforceable, ...decision.skipped].map(describeSkippedOperation),
    signals: describeSignals(signals),
    feeds: askAllFeeds(signals, sources),
    policy: { mode: policy.mode, revision: policy.revision },
    time: new Date(time).toISOString(),
    request,
    response: JSON.parse(response),
  };
}

/** Asks all feeds, whether or not the policy needs them. */
function askAllFeeds(
  { address, feedsAtStart }: RequestSignals,
  sources: SignalSources,
): readonly FeedAnswerRow[] {
  if (address?.known !== true || !address.value.public) return [];
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

function refusalOf(outcome: Outcome): TryResult['refusal'] {
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
