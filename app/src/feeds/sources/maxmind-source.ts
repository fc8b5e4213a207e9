/** An edition of MaxMind's databases, as both protocols need it. */
export interface MaxmindSource {
  readonly feedId: string;
  readonly edition: string;
  readonly authorization: string;
  /** Limit for the .mmdb file. */
  readonly maxBytes: number;
}

/** Where MaxMind's downloads redirect to: https://dev.maxmind.com/geoip/updating-databases */
export const MAXMIND_REDIRECT_HOSTS = [
  'mm-prod-geoip-databases.a2649acb697e2c09b632799562c076f2.r2.cloudflarestorage.com',
] as const;
