import { formatAge, formatSeconds } from '../explain/format.ts';
import { error, type Finding, ok } from '../findings/finding.ts';
import { applyResponse, type Outcome } from '../identity-server/index.ts';
import { GUIDE_CASES } from '../requests/guide-cases.ts';
import { type CallResult, describeFailure } from './call.ts';
import { expectedOutcome } from './expected-outcome.ts';
import type { SmokeTarget } from './target.ts';

/** A case of the guide and the response to it. */
export interface PostedCase {
  readonly address: string;
  readonly request: object;
  readonly result: CallResult;
}

/** The addresses of the guide. */
export const ADDRESSES = GUIDE_CASES.map(([address]) => address);

/** Checks each response as the identity server applies it and, if the policy is known, as the policy wants it. */
export async function checkOutcomes(
  { policy }: SmokeTarget,
  cases: readonly PostedCase[],
): Promise<readonly Finding[]> {
  return Promise.all(cases.map((posted) => checkOutcome(posted, policy)));
}

async function checkOutcome(
  { address, request, result }: PostedCase,
  policy: SmokeTarget['policy'],
): Promise<Finding> {
  if ('failure' in result) {
    return error(
      `${address}: there is no decision, because ${describeFailure(result.failure, result.detail)}.`,
    );
  }
  const { response, report } = result;
  const outcome = applyResponse(JSON.stringify(request), response);
  const subject =
    report === undefined ? address : `${address} (${describeSignals(report.signals)})`;
  const described = describeOutcome(outcome);
  if (described.fault !== undefined) return error(`${subject}: ${described.fault}.`);
  const dryRun =
    report?.dry_run_outcome === undefined || report.dry_run_outcome === report.outcome
      ? ''
      : `; if the policy were enforced, it would be ${PARTICIPLES[report.dry_run_outcome]}`;
  const expected =
    policy &&
    report &&
    (await expectedOutcome(request, address, report, policy.policy, response.headers.date));
  if (expected !== undefined && expected !== report?.outcome) {
    return error(
      `${subject}: ${described.text}, but the policy in ${policy?.file} would have ${PARTICIPLES[expected]} it: deploy the policy.`,
    );
  }
  return ok(`${subject}: ${described.text}${dryRun}.`);
}

const PARTICIPLES = { issue: 'issued', restrict: 'restricted', refuse: 'refused' } as const;

type Described = { readonly text: string; readonly fault?: undefined } | { readonly fault: string };

function describeOutcome(outcome: Outcome): Described {
  switch (outcome.kind) {
    case 'token': {
      const [dropped] = outcome.dropped;
      if (dropped !== undefined) {
        return {
          fault: `the identity server ignores an operation of the response (${dropped.reason}), so the token is not restricted as the policy wants; report this as a defect of the service`,
        };
      }
      const { expiresIn } = outcome.token;
      const lifetime = expiresIn === undefined ? '' : ` for ${formatSeconds(expiresIn)}`;
      return { text: `a token${lifetime}` };
    }
    case 'refused':
      return {
        text: `refused with ${outcome.error}, "${outcome.errorDescription ?? 'without a description'}"`,
      };
    case 'no-token-but-200':
      return {
        fault:
          'the client would get status 200 without a token; report this as a defect of the service',
      };
    case 'server-error':
      return {
        fault: `the client would get status 500 (${outcome.why}): look at the log of the service`,
      };
  }
}

type Fields = { readonly [name: string]: unknown };

function describeSignals({
  geo,
  reputation,
}: {
  readonly geo?: object | undefined;
  readonly reputation?: object | undefined;
}): string {
  const place = geo as Fields | undefined;
  const score = reputation as Fields | undefined;
  const country = place && (place.country ?? `no country: ${place.cause}`);
  const parts = [
    ...(country ? [String(country)] : []),
    ...(score === undefined ? [] : [describeScore(score)]),
  ];
  return parts.length === 0 ? 'no signal was needed' : parts.join(', ');
}

function describeScore({
  score,
  score_at_most: bound,
  source,
  cause,
  age_seconds: age,
}: Fields): string {
  if (score === undefined && bound === undefined) return `no score: ${cause}`;
  const value = score === undefined ? `score at most ${bound}` : `score ${score}`;
  const from = source === undefined ? '' : ` from ${source}`;
  return `${value}${from}${typeof age === 'number' && age > 0 ? `, ${formatAge(age * 1000)} old` : ''}`;
}
