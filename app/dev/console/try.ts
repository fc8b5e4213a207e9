import * as z from 'zod';
import type { SkippedOperation } from '../../src/action/operations/index.ts';
import { readTokenRequest } from '../../src/action/request.ts';
import { PLAIN_SUCCESS } from '../../src/action/response.ts';
import { responseBody } from '../../src/http/handle-action.ts';
import { deadlineAfter } from '../../src/lib/deadline.ts';
import type { DecisionDependencies } from '../../src/service.ts';
import { RequestSignals } from '../../src/signals/request-signals.ts';
import { type EdgeOptions, edgeHeaders } from '../simulator/edge.ts';
import {
  applyResponse,
  type IssuedToken,
  type Outcome,
} from '../simulator/identity-server/index.ts';
import { sampleTokenRequest } from '../simulator/token-request.ts';
import { compareTokens, type TokenRow } from './compare-tokens.ts';
import { describeSignals } from './describe-signals.ts';
import { type ExplainedRule, explain } from './explain.ts';

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have 200 letters at most');

/** What the form of the page sends. */
const formSchema = z.strictObject({
  /** Empty: no header names an address. */
  address: z.string().trim().max(200, 'must have 200 letters at most'),
  grant: name,
  clientId: name,
  /** As OAuth writes them: parted by spaces. */
  scopes: z.string().max(2000, 'must have 2000 letters at most'),
  /** `2026-01-05T10:30`, in UTC; empty for now. */
  time: z
    .literal('')
    .or(z.iso.datetime({ local: true, error: 'must be a date and time such as 2026-01-05T10:30' })),
});

export type TryForm = z.output<typeof formSchema>;

/** What would become of a token request, and why. */
export interface TryResult {
  readonly outcome: 'issue' | 'restrict' | 'refuse';
  /** In monitor mode, what enforcing would have come to. */
  readonly dryRunOutcome: TryResult['outcome'] | undefined;
  /** What the OAuth client gets in place of a token. */
  readonly refusal: { readonly error: string; readonly description: string } | undefined;
  readonly token: readonly TokenRow[];
  readonly rules: readonly ExplainedRule[];
  /** What the policy wanted and the request does not allow. */
  readonly notApplied: readonly string[];
  readonly signals: readonly { readonly name: string; readonly is: string }[];
  readonly policy: { readonly mode: string; readonly revision: string };
  /** The time that the policy saw, ISO 8601. */
  readonly time: string;
  readonly request: object;
  readonly answer: object;
}

/** A form that cannot be tried; the message says which field is wrong. */
export class FormError extends Error {}

/** Reads what the page sent. @throws FormError */
export function parseForm(text: string): TryForm {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormError('The form is not JSON.');
  }
  const read = formSchema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FormError(`${String(issue?.path[0] ?? 'The form')}: ${issue?.message ?? 'is wrong'}.`);
}

/**
 * Decides on a request made from the form as the running service would: by its policy, with its signals,
 * their caches included. It is no decision of the service: nothing is recorded or counted.
 *
 * @param edge what sets the header from which the service reads the client's address.
 */
export async function tryRequest(
  form: TryForm,
  { policy, sources, deadline, now }: DecisionDependencies,
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
  const read = readTokenRequest(body);
  const signals = new RequestSignals(sources, read, deadlineAfter(deadline));
  const { decision, rules } = await explain(read, policy, signals, time);
  const answer = responseBody(decision);
  const before = outcomeOf(body, PLAIN_SUCCESS);
  const after = outcomeOf(body, answer);
  return {
    outcome: decision.outcome,
    dryRunOutcome: decision.dryRunOutcome,
    refusal: refusalOf(after),
    token: compareTokens(tokenOf(before), after.kind === 'token' ? after.token : undefined),
    rules,
    notApplied: [...decision.unenforceable, ...decision.skipped].map(notDoneInWords),
    signals: describeSignals(signals),
    policy: { mode: policy.mode, revision: policy.revision },
    time: new Date(time).toISOString(),
    request,
    answer: JSON.parse(answer),
  };
}

function outcomeOf(requestBody: string, body: string): Outcome {
  return applyResponse(requestBody, { status: 200, contentType: 'application/json', body });
}

function tokenOf(outcome: Outcome): IssuedToken {
  if (outcome.kind !== 'token') throw new Error(`An unchanged token is ${outcome.kind}.`);
  return outcome.token;
}

function refusalOf(outcome: Outcome): TryResult['refusal'] {
  if (outcome.kind === 'token') return undefined;
  if (outcome.kind === 'refused') {
    return { error: outcome.error, description: outcome.errorDescription ?? '' };
  }
  // None of these can come of an answer of ours; if it did, it should be seen.
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

function notDoneInWords({ rule, effect, cause }: SkippedOperation): string {
  return `${effect} of ${rule}: ${CAUSES[cause]}`;
}
