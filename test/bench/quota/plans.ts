/** Checks a day of AbuseIPDB's plans. */
export const PLANS = {
  free: 1_000,
  webmaster: 3_000,
  basic: 10_000,
  premium: 50_000,
} as const;

export type Plan = keyof typeof PLANS;
