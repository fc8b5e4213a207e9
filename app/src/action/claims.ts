/**
 * Claims that a policy must not change, grouped by what the identity server does with them. Names are
 * case-sensitive.
 */
const RESERVED: ReadonlySet<string> = new Set([
  // Changes of these are rejected or dropped.
  ...['sub', 'iss', 'aud', 'client_id', 'aut', 'expires_in', 'iat'],
  ...['binding_ref', 'binding_type', 'subject_type'],
  // Set on the JWT before the custom claims, which would overwrite them.
  ...['exp', 'nbf', 'jti', 'azp', 'app_td', 'user_td', 'entity_id', 'entityType', 'token_id'],
  ...['grantType', 'is_consented', 'is_federated', 'accessing_organization', 'act', 'cnf'],
  // Set after the custom claims, so the value of a policy would be lost.
  ...['org_id', 'org_name'],
  // Defined by RFC 8693, together with `act`.
  'may_act',
  // In no JWT, but easily confused with `app_td`.
  'app_tenant_domain',
]);

/** Returns whether a claim is reserved, so that no policy may set or remove it. */
export function isReservedClaim(name: string): boolean {
  return RESERVED.has(name) || isScope(name);
}

/** The server compares this name with Java's `equalsIgnoreCase`, for which the long s (U+017F) equals s. */
function isScope(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === 'SCOPE';
}

/** What Java parses as an integer: an optional sign, and decimal digits of any script. */
const INDEX = /^[+-]?\p{Nd}+$/u;

/**
 * Returns whether the path `/accessToken/claims/<name>` addresses that claim. The identity server treats a
 * name that begins with "aud" as the audience, splits a name at a slash, and reads an integer as an index.
 * Newer builds read `*` in an allowed path as digits, so a name that contains one may not match itself.
 */
export function isAddressableClaim(name: string): boolean {
  return name !== '' && !name.startsWith('aud') && !/[/*]/.test(name) && !INDEX.test(name);
}
