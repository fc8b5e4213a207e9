/** AbuseIPDB's plans, with their CHECK requests per day. */
export const PLANS = {
  free: 1_000,
  webmaster: 3_000,
  basic: 10_000,
  premium: 50_000,
  /** By contract; here unlimited, which shows how many lookups the stream needs. */
  enterprise: Number.MAX_SAFE_INTEGER,
} as const;

export type Plan = keyof typeof PLANS;
