import { readFileSync } from 'node:fs';
import {
  applyResponse,
  type IssuedToken,
  type ListForm,
  type Outcome,
} from '../../../../app/tools/identity-server/index.ts';

const PAYLOADS = new URL('../../../data/payloads/', import.meta.url);

export const M2M = '02-client-credentials-scopes-v1_3.json';
export const USER = '03-authorization-code-user-attributes-v1_3.json';
export const TWO_AUDIENCES = '05-password-two-audiences-v1_1.json';
export const REFRESH = '06-refresh-token-after-earlier-shortening-v1_3.json';

/** Reads a request body of the test data. */
export function payload(file: string): string {
  return readFileSync(new URL(file, PAYLOADS), 'utf8');
}

/** Returns a user's request with additional claims and their allowed operations. */
export function requestWithClaims(claims: Record<string, unknown>): string {
  const request = JSON.parse(payload(USER));
  const paths = Object.entries(claims).map(
    ([name, value]) => `/accessToken/claims/${name}${Array.isArray(value) ? '/' : ''}`,
  );
  for (const [name, value] of Object.entries(claims)) {
    request.event.accessToken.claims.push({ name, value });
  }
  for (const { op, paths: allowed } of request.allowedOperations) {
    if (op !== 'add') allowed.push(...paths);
  }
  return JSON.stringify(request);
}

/** Returns a user's request with this `aud`. The server writes an empty one without a value. */
export function requestWithAudience(audience: string[] | 'absent'): string {
  const request = JSON.parse(payload(USER));
  const others = request.event.accessToken.claims.filter((claim: Named) => claim.name !== 'aud');
  if (audience !== 'absent') {
    others.push(audience.length === 0 ? { name: 'aud' } : { name: 'aud', value: audience });
  }
  request.event.accessToken.claims = others;
  return JSON.stringify(request);
}

interface Named {
  name: string;
}

/** Returns the outcome of a body with status 200 and the correct content type. */
export function outcomeOf(requestBody: string, body: string, stringLists?: ListForm): Outcome {
  return applyResponse(
    requestBody,
    { status: 200, contentType: 'application/json', body },
    stringLists,
  );
}

/** Returns the outcome of operations, each as JSON. */
export function outcomeOfOperations(
  requestBody: string,
  operations: string[],
  stringLists?: ListForm,
): Outcome {
  return outcomeOf(
    requestBody,
    `{"actionStatus":"SUCCESS","operations":[${operations.join(',')}]}`,
    stringLists,
  );
}

/** Asserts that a token is issued. */
export function issued(outcome: Outcome): Extract<Outcome, { kind: 'token' }> {
  if (outcome.kind !== 'token') throw new Error(`Expected a token, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Returns the token after these operations. */
export function tokenAfter(requestBody: string, ...operations: string[]): IssuedToken {
  return issued(outcomeOfOperations(requestBody, operations)).token;
}
