/** Networks whose country is well known, and those of the Asgardeo guide's addresses. */
export const KNOWN_COUNTRIES: readonly (readonly [cidr: string, country: string])[] = [
  ['8.8.8.0/24', 'US'],
];

/** Networks whose AS number is well known. */
export const KNOWN_NETWORKS: readonly (readonly [cidr: string, asn: number, name: string])[] = [
  ['8.8.8.0/24', 15_169, 'GOOGLE'],
];
