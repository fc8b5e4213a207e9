import { readFileSync } from 'node:fs';
import {
  applyResponse,
  type IssuedToken,
  type ListForm,
  type Outcome,
} from '../../../../../app/dev/simulator/identity-server/index.ts';

const PAYLOADS = new URL('../../../../data/payloads/', import.meta.url);

export const M2M = '02-client-credentials-scopes-v1_3.json';
export const USER = '03-authorization-code-user-attributes-v1_3.json';
export const TWO_AUDIENCES = '05-password-two-audiences-v1_1.json';
export const REFRESH = '06-refresh-token-after-earlier-shortening-v1_3.json';

/** One request body of the test data. */
export function payload(file: string): string {
  return readFileSync(new URL(file, PAYLOADS), 'utf8');
}

/** The request of a user, with further claims and the operations that the server offers for them. */
export function requestWithClaims(claims: Record<string, unknown>): string {
  const request = JSON.parse(payload(USER));
  const paths = Object.entries(claims).map(
    ([name, value]) => `/accessToken/claims/${name}${Array.isArray(value) ? '/' : ''}`,
  );
  for (const [name, value] of Object.entries(claims)) {
    request.event.accessToken.claims.push({ name, value });
  }
  for (const { op, paths: offered } of request.allowedOperations) {
    if (op !== 'add') offered.push(...paths);
  }
  return JSON.stringify(request);
}

/** The request of a user whose `aud` is given, as the server writes an empty one: without a value. */
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

/** What comes of a body that is sent with 200 and the right content type. */
export function outcomeOf(requestBody: string, body: string, lists?: ListForm): Outcome {
  return applyResponse(requestBody, { status: 200, contentType: 'application/json', body }, lists);
}

/** What comes of operations, each given as it is written in the answer. */
export function outcomeOfOperations(
  requestBody: string,
  operations: string[],
  lists?: ListForm,
): Outcome {
  return outcomeOf(
    requestBody,
    `{"actionStatus":"SUCCESS","operations":[${operations.join(',')}]}`,
    lists,
  );
}

/** The outcome if it is a token; otherwise the test fails, and says what came instead. */
export function issued(outcome: Outcome): Extract<Outcome, { kind: 'token' }> {
  if (outcome.kind !== 'token') throw new Error(`no token: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The token that results from operations. */
export function tokenAfter(requestBody: string, ...operations: string[]): IssuedToken {
  return issued(outcomeOfOperations(requestBody, operations)).token;
}
