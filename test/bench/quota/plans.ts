/** Checks a day of AbuseIPDB's plans. */
export const PLANS = {
  free: 1_000,
  webmaster: 3_000,
  basic: 10_000,
  premium: 50_000,
  /** By contract. Here without an end: what the stream would have asked for. */
  enterprise: Number.MAX_SAFE_INTEGER,
} as const;

export type Plan = keyof typeof PLANS;
