/**
 * CHECK's data on one address, as in AbuseIPDB's API v2. Optional fields are not in every response: the last
 * two only in verbose ones, and the others not before 2020.
 */
export interface CheckData {
  ipAddress: string;
  isPublic: boolean;
  ipVersion: 4 | 6;
  /** `null`: the whitelists were not consulted. */
  isWhitelisted: boolean | null;
  /** An integer from 0 to 100. */
  abuseConfidenceScore: number;
  countryCode: string | null;
  usageType: string | null;
  isp: string | null;
  domain: string | null;
  hostnames?: string[];
  isTor?: boolean;
  /** Reports within `maxAgeInDays`. */
  totalReports: number;
  /** Reporters within `maxAgeInDays`. */
  numDistinctUsers?: number;
  /** ISO 8601 with offset. Not limited by `maxAgeInDays`. */
  lastReportedAt: string | null;
  countryName?: string | null;
  reports?: Report[];
}

/** A report in a verbose response. */
export interface Report {
  reportedAt: string;
  comment: string;
  categories: number[];
  reporterId: number;
  reporterCountryCode: string | null;
  reporterCountryName: string | null;
}
