/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html */
export const ZONES_WITHOUT_FARGATE: readonly string[] = ['usw1-az2', 'apne1-az3'];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html */
export const ZONES_WITHOUT_VPC_ORIGINS: readonly string[] = [
  'use1-az3',
  'usw1-az2',
  'apne1-az3',
  'cac1-az3',
];

/** Zones that new subnets are never in, also not with a domain, so that the endpoint can be changed later. */
export const EXCLUDED_ZONE_IDS: readonly string[] = [
  ...new Set([...ZONES_WITHOUT_VPC_ORIGINS, ...ZONES_WITHOUT_FARGATE]),
];

/**
 * The regions with VPC origins of CloudFront: the prefix of their zone ids, and the numbers of their zones. To refresh it,
 * copy the regions from the page of VPC origins above and the ids from
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const ZONES: Readonly<Record<string, readonly [prefix: string, ...numbers: number[]]>> = {
  'af-south-1': ['afs1', 1, 2, 3],
  'ap-east-1': ['ape1', 1, 2, 3],
  'ap-east-2': ['ape2', 1, 2, 3],
  'ap-northeast-1': ['apne1', 1, 2, 3, 4],
  'ap-northeast-2': ['apne2', 1, 2, 3, 4],
  'ap-northeast-3': ['apne3', 1, 2, 3],
  'ap-south-1': ['aps1', 1, 2, 3],
  'ap-south-2': ['aps2', 1, 2, 3],
  'ap-southeast-1': ['apse1', 1, 2, 3],
  'ap-southeast-2': ['apse2', 1, 2, 3],
  'ap-southeast-3': ['apse3', 1, 2, 3],
  'ap-southeast-4': ['apse4', 1, 2, 3],
  'ap-southeast-5': ['apse5', 1, 2, 3],
  'ap-southeast-7': ['apse7', 1, 2, 3],
  'ca-central-1': ['cac1', 1, 2, 3, 4],
  'ca-west-1': ['caw1', 1, 2, 3],
  'eu-central-1': ['euc1', 1, 2, 3],
  'eu-central-2': ['euc2', 1, 2, 3],
  'eu-north-1': ['eun1', 1, 2, 3],
  'eu-south-1': ['eus1', 1, 2, 3],
  'eu-south-2': ['eus2', 1, 2, 3],
  'eu-west-1': ['euw1', 1, 2, 3],
  'eu-west-2': ['euw2', 1, 2, 3, 4],
  'eu-west-3': ['euw3', 1, 2, 3],
  'il-central-1': ['ilc1', 1, 2, 3],
  'me-central-1': ['mec1', 1, 2, 3],
  'me-south-1': ['mes1', 1, 2, 3],
  'mx-central-1': ['mxc1', 1, 2, 3],
  'sa-east-1': ['sae1', 1, 2, 3],
  'us-east-1': ['use1', 1, 2, 3, 4, 5, 6],
  'us-east-2': ['use2', 1, 2, 3],
  'us-west-1': ['usw1', 1, 2, 3],
  'us-west-2': ['usw2', 1, 2, 3, 4],
};

/** The ids of the zones that a stack may use, by region. An account has only some of them. */
export const USABLE_ZONE_IDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(ZONES).map(([region, [prefix, ...numbers]]) => [
    region,
    numbers
      .map((number) => `${prefix}-az${number}`)
      .filter((id) => !EXCLUDED_ZONE_IDS.includes(id)),
  ]),
);

/** Returns whether a zone id belongs to a region. An unknown id may belong to any region that the table lacks. */
export function isZoneOfRegion(zoneId: string, region: string): boolean {
  const [owner] =
    Object.entries(ZONES).find(([, [prefix]]) => zoneId.startsWith(`${prefix}-`)) ?? [];
  return owner === undefined ? ZONES[region] === undefined : owner === region;
}
