/**
 * Claims that a policy must not touch. The identity server refuses or drops a change of the first
 * ones; those from `exp` on are set on the JWT before the custom claims, which would then overwrite
 * them; the last two it writes after the custom claims, so whatever a policy sets is lost.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'sub',
  'iss',
  'aud',
  'client_id',
  'aut',
  'expires_in',
  'binding_ref',
  'binding_type',
  'subject_type',
  'iat',
  'exp',
  'nbf',
  'jti',
  'azp',
  'cnf',
  'act',
  'may_act',
  'app_tenant_domain',
  'org_id',
  'org_name',
]);

/** Whether a claim is one of the token's own, which no policy may set or remove. */
export function isReservedClaim(name: string): boolean {
  // "scope" is refused in any case; the others are matched as they are written.
  return RESERVED.has(name) || name.toLowerCase() === 'scope';
}

/** What Java reads as a whole number: a sign of either kind, and the digits of any script. */
const INDEX = /^(?:[+-]?\p{Nd}+|-)$/u;

/**
 * Whether the path `/accessToken/claims/<name>` means that claim. The identity server takes a name
 * that begins with "aud" for the audience, splits one that holds a slash, and reads a number or "-"
 * as an index.
 */
export function isReachableClaim(name: string): boolean {
  return name !== '' && !name.startsWith('aud') && !name.includes('/') && !INDEX.test(name);
}
