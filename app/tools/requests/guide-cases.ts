import { type EdgeOptions, edgeHeaders } from './edge.ts';
import { clientCredentialsRequest } from './token-request.ts';

/** The addresses of the Asgardeo guide, and the outcome of each under the default policy. */
export const GUIDE_CASES = [
  ['205.210.31.51', 'low score: issued'],
  ['14.102.69.58', 'elevated score: issued for 15 min from 9:00 to 17:00 UTC, otherwise for 5 min'],
  ['103.159.198.178', 'high score: refused because of IP risk'],
  ['175.45.176.0', 'restricted country: refused because of the region'],
] as const;

/** The response to one of the guide's cases. */
export interface GuideCase {
  readonly address: string;
  /** The outcome under the default policy. */
  readonly expected: string;
  readonly status: number;
  readonly body: string;
}

/** Posts the guide's four cases to the action, one after the other. */
export async function* postGuideCases(
  endpoint: string,
  [headerName, headerValue]: readonly [name: string, value: string],
  edge: EdgeOptions,
): AsyncGenerator<GuideCase> {
  for (const [address, expected] of GUIDE_CASES) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [headerName]: headerValue },
      body: JSON.stringify(clientCredentialsRequest(edgeHeaders(address, edge))),
    });
    yield { address, expected, status: response.status, body: await response.text() };
  }
}
