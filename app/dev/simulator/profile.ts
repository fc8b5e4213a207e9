/** What the simulated AbuseIPDB knows of an address, whatever a request asks. */
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
    /** Of the last 30 days. */
    readonly recent: number;
    /** Of the months before. */
    readonly older: number;
  };
}
