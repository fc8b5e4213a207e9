import type { Profile } from './profile.ts';

const COMMON = { isWhitelisted: false, hostnames: [], isTor: false } as const;

/**
 * The addresses of the Asgardeo guide, one for each outcome of its policy, and two resolvers that AbuseIPDB
 * whitelists: their score is 0 whatever is reported.
 */
export const GUIDE_PROFILES: ReadonlyMap<string, Profile> = new Map<string, Profile>([
  [
    '205.210.31.51',
    {
      ...COMMON,
      score: 12,
      countryCode: 'US',
      usageType: 'Data Center/Web Hosting/Transit',
      isp: 'Example Scanning',
      domain: 'scanning.example',
      hostnames: ['probe-51.scanning.example'],
      reports: { recent: 6, older: 3 },
    },
  ],
  [
    '14.102.69.58',
    {
      ...COMMON,
      score: 48,
      countryCode: 'IN',
      usageType: 'Fixed Line ISP',
      isp: 'Example Broadband',
      domain: 'broadband.example',
      reports: { recent: 51, older: 13 },
    },
  ],
  [
    '103.159.198.178',
    {
      ...COMMON,
      score: 100,
      countryCode: 'ID',
      usageType: 'Data Center/Web Hosting/Transit',
      isp: 'Example Hosting',
      domain: 'hosting.example',
      reports: { recent: 217, older: 93 },
    },
  ],
  [
    '175.45.176.0',
    {
      ...COMMON,
      score: 0,
      countryCode: 'KP',
      usageType: null,
      isp: null,
      domain: null,
      reports: { recent: 0, older: 2 },
    },
  ],
  ['8.8.8.8', resolver('Google LLC', 'google.com', 'dns.google', 53)],
  ['1.1.1.1', resolver('Cloudflare, Inc.', 'cloudflare.com', 'one.one.one.one', 42)],
]);

function resolver(isp: string, domain: string, hostname: string, reports: number): Profile {
  return {
    ...COMMON,
    isWhitelisted: true,
    score: 0,
    countryCode: 'US',
    usageType: 'Content Delivery Network',
    isp,
    domain,
    hostnames: [hostname],
    reports: { recent: reports, older: 20 },
  };
}
