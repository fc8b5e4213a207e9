/** The simulated AbuseIPDB's data on an address, independent of the parameters of a request. */
export interface Profile {
  readonly score: number;
  readonly isWhitelisted: boolean | null;
  readonly countryCode: string | null;
  readonly usageType: string | null;
  readonly isp: string | null;
  readonly domain: string | null;
  readonly hostnames: readonly string[];
  readonly isTor: boolean;
  readonly reports: {
    /** In the last 30 days. */
    readonly recent: number;
    /** In the months before. */
    readonly older: number;
  };
}
