/** Networks whose country is well known, and those of the Asgardeo guide's addresses. */
export const KNOWN_COUNTRIES: readonly (readonly [cidr: string, country: string])[] = [
  ['128.112.0.0/16', 'US'],
  ['128.214.0.0/16', 'FI'],
  ['129.132.0.0/16', 'CH'],
  ['129.240.0.0/16', 'NO'],
  ['130.102.0.0/16', 'AU'],
  ['131.111.0.0/16', 'GB'],
  ['131.130.0.0/16', 'AT'],
  ['133.11.0.0/16', 'JP'],
  ['141.20.0.0/16', 'DE'],
  ['143.107.0.0/16', 'BR'],
  ['8.8.8.0/24', 'US'],
];

/** Networks whose AS number is well known. */
export const KNOWN_NETWORKS: readonly (readonly [cidr: string, asn: number, name: string])[] = [
  ['8.8.8.0/24', 15_169, 'GOOGLE'],
  ['128.32.0.0/16', 25, 'UCB'],
  ['128.112.0.0/16', 88, 'PRINCETON-AS'],
  ['128.214.0.0/16', 1741, 'FUNETAS'],
  ['129.132.0.0/16', 559, 'SWITCH'],
  ['129.240.0.0/16', 224, 'SIKT'],
  ['131.111.0.0/16', 786, 'JISC'],
  ['131.130.0.0/16', 760, 'UNIVIE'],
  ['133.11.0.0/16', 2501, 'UTNET'],
  ['143.107.0.0/16', 28_571, 'USP'],
];
