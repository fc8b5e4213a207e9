/**
 * What CHECK says of one address, field by field as in AbuseIPDB's API v2. Optional fields are those
 * that answers have lacked: the last two stand in verbose answers only, the others came after 2020.
 */
export interface CheckData {
  ipAddress: string;
  isPublic: boolean;
  ipVersion: 4 | 6;
  /** `null`: the whitelists were not consulted. */
  isWhitelisted: boolean | null;
  /** A whole number from 0 to 100. */
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
  /** ISO 8601 with offset. Of all time: `maxAgeInDays` does not limit it. */
  lastReportedAt: string | null;
  countryName?: string | null;
  reports?: Report[];
}

/** One report of a verbose answer. */
export interface Report {
  reportedAt: string;
  comment: string;
  categories: number[];
  reporterId: number;
  reporterCountryCode: string | null;
  reporterCountryName: string | null;
}
