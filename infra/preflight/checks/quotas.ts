import { paginateListDistributions } from '@aws-sdk/client-cloudfront';
import {
  DescribeAddressesCommand,
  paginateDescribeInternetGateways,
  paginateDescribeSecurityGroups,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import {
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { paginateListRoles } from '@aws-sdk/client-iam';
import { globalRegion } from '../account.ts';
import type { Check, Facts } from '../check.ts';
import type { Clients } from '../clients.ts';
import { type Quota, quotaFinding, readQuota } from './quota.ts';

interface CountedQuota extends Quota {
  /** CloudFormation's type of the counted resources. */
  readonly type: string;
  /** Counts what the account has. */
  readonly used: (clients: Clients) => Promise<number>;
  /** Whether the quota is of the account and not of the region. */
  readonly isGlobal?: boolean;
}

const OWN_NETWORK = 'use an existing network with vpcId';

/** Codes from `aws service-quotas list-aws-default-service-quotas --service-code <service>`. */
const COUNTED_QUOTAS: readonly CountedQuota[] = [
  {
    name: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    type: 'AWS::EC2::VPC',
    alternative: OWN_NETWORK,
    used: ({ ec2: client }) => count(paginateDescribeVpcs({ client }, {}), ({ Vpcs }) => Vpcs),
  },
  {
    name: 'internet gateways',
    service: 'vpc',
    code: 'L-A4707A72',
    type: 'AWS::EC2::InternetGateway',
    alternative: OWN_NETWORK,
    used: ({ ec2: client }) =>
      count(paginateDescribeInternetGateways({ client }, {}), (page) => page.InternetGateways),
  },
  {
    name: 'Elastic IP addresses',
    service: 'ec2',
    code: 'L-0263D0A3',
    type: 'AWS::EC2::EIP',
    alternative: 'release one, or set egress to public',
    used: async ({ ec2 }) =>
      (await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
  },
  {
    name: 'gateway VPC endpoints',
    service: 'vpc',
    code: 'L-1B52E74A',
    type: 'AWS::EC2::VPCEndpoint',
    alternative: OWN_NETWORK,
    used: ({ ec2: client }) => {
      const Filters = [{ Name: 'vpc-endpoint-type', Values: ['Gateway'] }];
      return count(
        paginateDescribeVpcEndpoints({ client }, { Filters }),
        (page) => page.VpcEndpoints,
      );
    },
  },
  {
    name: 'security groups',
    service: 'vpc',
    code: 'L-E79EC296',
    type: 'AWS::EC2::SecurityGroup',
    used: ({ ec2: client }) =>
      count(paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups),
  },
  {
    name: 'application load balancers',
    service: 'elasticloadbalancing',
    code: 'L-53DA6B97',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    used: ({ elb: client }) =>
      count(paginateDescribeLoadBalancers({ client }, {}), (page) =>
        page.LoadBalancers?.filter(({ Type }) => Type === 'application'),
      ),
  },
  {
    name: 'target groups',
    service: 'elasticloadbalancing',
    code: 'L-B22855CB',
    type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    used: ({ elb: client }) =>
      count(paginateDescribeTargetGroups({ client }, {}), (page) => page.TargetGroups),
  },
  {
    name: 'IAM roles',
    service: 'iam',
    code: 'L-FE177D64',
    type: 'AWS::IAM::Role',
    isGlobal: true,
    used: ({ iam: client }) => count(paginateListRoles({ client }, {}), (page) => page.Roles),
  },
  {
    name: 'CloudFront distributions',
    service: 'cloudfront',
    code: 'L-24B04930',
    type: 'AWS::CloudFront::Distribution',
    isGlobal: true,
    used: ({ cloudFront: client }) =>
      count(paginateListDistributions({ client }, {}), (page) => page.DistributionList?.Items),
  },
];

/** One check for each quota on the number of resources. */
export const quotaChecks: readonly Check[] = COUNTED_QUOTAS.map((quota) => ({
  name: `quota of ${quota.name}`,
  async run(facts) {
    const needed = await countNew(facts, quota.type);
    if (needed === 0) return [];
    const { account } = facts;
    const region = quota.isGlobal ? globalRegion(account.region) : account.region;
    const clients = account.clientsIn(region);
    const [limit, used] = await Promise.all([
      readQuota(clients.quotas, quota),
      quota.used(clients),
    ]);
    const place = quota.isGlobal ? 'in the account' : `in ${region}`;
    return [quotaFinding(quota, { limit, used, needed }, place, region)];
  },
}));

/** Counts the resources of a type that the template has and the stack does not have yet. */
export async function countNew({ stack, template }: Facts, type: string): Promise<number> {
  const [existing, { Resources }] = await Promise.all([stack(), template()]);
  return Object.entries(Resources).filter(
    ([id, { Type }]) => Type === type && !existing?.resources.has(id),
  ).length;
}

async function count<Page>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly unknown[] | undefined,
): Promise<number> {
  let sum = 0;
  for await (const page of pages) sum += items(page)?.length ?? 0;
  return sum;
}
