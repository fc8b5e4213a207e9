import assert from 'node:assert/strict';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import type { Outcome } from '../../app/tools/identity-server/index.ts';
import { outcomeOf } from '../support/outcome.ts';
import { payloadFrom } from '../support/payloads.ts';
import { SECRET } from '../support/running-service.ts';

interface GuideCase {
  readonly address: string;
  /** The outcome in the decision record under the default policy, and the result at the identity server. */
  readonly recorded: string;
  readonly result: string | readonly string[];
}

/** The four addresses of the guide. The lifetime of the second depends on the hour (UTC). */
export const GUIDE_CASES: readonly GuideCase[] = [
  { address: '205.210.31.51', recorded: 'issue', result: 'a token for 3600 s' },
  {
    address: '14.102.69.58',
    recorded: 'restrict',
    result: ['a token for 900 s', 'a token for 300 s'],
  },
  {
    address: '103.159.198.178',
    recorded: 'refuse',
    result: 'refused: Access token issuance is blocked due to high IP risk.',
  },
  {
    address: '175.45.176.0',
    recorded: 'refuse',
    result: 'refused: Access token issuance is blocked from your region KP.',
  },
];

/** Requests a decision on an address. @returns what the identity server does with the response. */
export async function requestGuideCase(
  origin: string,
  { address, result: expectedResult }: GuideCase,
): Promise<string> {
  const body = payloadFrom(address);
  const possible = typeof expectedResult === 'string' ? [expectedResult] : expectedResult;
  const before = lifetimeIndex();
  const response = await fetch(`${origin}${ACTION_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
    body,
    signal: AbortSignal.timeout(60_000),
  });
  const outcome = await outcomeOf(body, response);
  // The hour may have changed during the request.
  const expected = [before, lifetimeIndex()].map((index) => possible[index] ?? possible[0]);
  const result = describeOutcome(outcome);
  assert.ok(expected.includes(result), `${address}: expected ${expected[0]}, got ${result}`);
  return result;
}

/** Returns 0 from 09:00 to 17:00 UTC, 1 otherwise. */
function lifetimeIndex(): number {
  const hour = new Date().getUTCHours();
  return hour >= 9 && hour < 17 ? 0 : 1;
}

function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `refused: ${outcome.errorDescription}`;
  if (outcome.kind !== 'token' || outcome.dropped.length > 0) return JSON.stringify(outcome);
  return `a token for ${outcome.token.expiresIn} s`;
}
