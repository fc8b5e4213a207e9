/**
 * Claims that a policy must not touch, by what the identity server does with them. It matches names as
 * they are written.
 */
const RESERVED: ReadonlySet<string> = new Set([
  // A change of these is refused or dropped.
  ...['sub', 'iss', 'aud', 'client_id', 'aut', 'expires_in', 'iat'],
  ...['binding_ref', 'binding_type', 'subject_type'],
  // These are set on the JWT before the custom claims, which would overwrite them.
  ...['exp', 'nbf', 'jti', 'azp', 'app_td', 'user_td', 'entity_id', 'entityType', 'token_id'],
  ...['grantType', 'is_consented', 'is_federated', 'accessing_organization', 'act', 'cnf'],
  // These are set after the custom claims, so the value of a policy would be lost.
  ...['org_id', 'org_name'],
  // RFC 8693 gives this one a meaning beside `act`.
  'may_act',
  // No JWT has this one. It stays reserved, so that no policy starts to use it for `app_td`.
  'app_tenant_domain',
]);

/** Returns whether a claim is one of the token's own, which no policy may set or remove. */
export function isReservedClaim(name: string): boolean {
  return RESERVED.has(name) || isScope(name);
}

/** The server compares this name as Java's `equalsIgnoreCase` does, for which the long s (U+017F) is an s. */
function isScope(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === 'SCOPE';
}

/** What Java reads as a whole number: a sign of either kind, and the digits of any script. */
const INDEX = /^[+-]?\p{Nd}+$/u;

/**
 * Returns whether the path `/accessToken/claims/<name>` means that claim. The identity server takes a
 * name that begins with "aud" for the audience, splits one with a slash, and reads a number as an
 * index. Newer builds read `*` in an offered path as digits, so a name with one may not match itself.
 */
export function isAddressableClaim(name: string): boolean {
  return name !== '' && !name.startsWith('aud') && !/[/*]/.test(name) && !INDEX.test(name);
}
