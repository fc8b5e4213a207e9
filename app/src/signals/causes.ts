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

/** `absent`: no database has networks. */
export const NETWORK_CAUSES = [...NON_PUBLIC_CAUSES, 'not-found', 'database', 'absent'] as const;
export type NetworkCause = (typeof NETWORK_CAUSES)[number];

/** Why a feed cannot be used: it is not configured or not loaded yet, or its data is too old. */
export const FEED_CAUSES = ['absent', 'expired'] as const;
export type FeedCause = (typeof FEED_CAUSES)[number];

/** `database`: the record cannot be read. */
export const ANONYMIZER_CAUSES = [...NON_PUBLIC_CAUSES, 'database', ...FEED_CAUSES] as const;
export type AnonymizerCause = (typeof ANONYMIZER_CAUSES)[number];

/**
 * AbuseIPDB did not return a usable response, or was not asked: `quota` if the quota is used up or must last longer,
 * `budget` if the caller or the network has used up its lookups.
 */
export const CHECK_CAUSES = ['quota', 'budget', 'auth', 'timeout', 'upstream', 'invalid'] as const;
export type CheckCause = (typeof CHECK_CAUSES)[number];

/** `pending`: the policy does not wait any longer, and the lookup continues. */
export const REPUTATION_CAUSES = [...NON_PUBLIC_CAUSES, ...CHECK_CAUSES, 'pending'] as const;
export type ReputationCause = (typeof REPUTATION_CAUSES)[number];

export const UNKNOWN_CAUSES = {
  address: ADDRESS_CAUSES,
  geo: GEO_CAUSES,
  network: NETWORK_CAUSES,
  anonymizer: ANONYMIZER_CAUSES,
  feeds: FEED_CAUSES,
  reputation: REPUTATION_CAUSES,
} as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[keyof typeof UNKNOWN_CAUSES][number];

/** The cause that applies if a signal is known, but lacks a field that a rule reads. */
export const MISSING_FIELD_CAUSES = {
  // Not used: an address has all fields.
  address: 'missing',
  geo: 'not-found',
  network: 'not-found',
  // Not used: each field, and each feed, has its own cause.
  anonymizer: 'absent',
  feeds: 'absent',
  reputation: 'invalid',
} as const satisfies {
  readonly [Name in keyof typeof UNKNOWN_CAUSES]: (typeof UNKNOWN_CAUSES)[Name][number];
};
