/*
 * Why a signal can be unknown. A policy's `unknown`, decision records, metrics and logs use these names.
 */

/** The sender of the request did not provide exactly one valid address, or not one that is signed. */
export const ADDRESS_CAUSES = ['missing', 'malformed', 'ambiguous', 'unsigned'] as const;
export type AddressCause = (typeof ADDRESS_CAUSES)[number];

/** The address is not looked up: it belongs to an internal network, or no client can have it. */
export const NON_PUBLIC_CAUSES = ['private', 'reserved'] as const;
export type NonPublicCause = (typeof NON_PUBLIC_CAUSES)[number];

export const GEO_CAUSES = [...NON_PUBLIC_CAUSES, 'not-found', 'database'] as const;
export type GeoCause = (typeof GEO_CAUSES)[number];

/** AbuseIPDB did not return a usable response. */
export const CHECK_CAUSES = ['quota', 'auth', 'timeout', 'upstream', 'invalid'] as const;
export type CheckCause = (typeof CHECK_CAUSES)[number];

export const REPUTATION_CAUSES = [...NON_PUBLIC_CAUSES, ...CHECK_CAUSES] as const;
export type ReputationCause = (typeof REPUTATION_CAUSES)[number];

export const UNKNOWN_CAUSES = {
  address: ADDRESS_CAUSES,
  geo: GEO_CAUSES,
  reputation: REPUTATION_CAUSES,
} as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[keyof typeof UNKNOWN_CAUSES][number];

/** The cause that applies if a signal is known, but lacks a field that a rule reads. */
export const MISSING_FIELD_CAUSES = {
  // Not used: an address has all fields.
  address: 'missing',
  geo: 'not-found',
  reputation: 'invalid',
} as const satisfies {
  readonly [Name in keyof typeof UNKNOWN_CAUSES]: (typeof UNKNOWN_CAUSES)[Name][number];
};
