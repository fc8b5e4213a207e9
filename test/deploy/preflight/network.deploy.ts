import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { networkCheck } from '../../../infra/preflight/checks/network.ts';
import { describeWithMoto } from '../../support/moto.ts';
import { ACCOUNT_ID, account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

interface SubnetPlan {
  /** Where the default route leads. @default a NAT gateway */
  readonly route?: 'internet' | 'nat' | 'none';
  /** @default another zone for each subnet */
  readonly zoneId?: string;
  readonly prefix?: number;
}

interface NetworkPlan {
  readonly tasks?: readonly SubnetPlan[];
  /** @default the subnets of the tasks */
  readonly loadBalancer?: readonly SubnetPlan[];
  /** @default true */
  readonly hasInternetGateway?: boolean;
}

const PRIVATE: readonly SubnetPlan[] = [{}, {}];
const PUBLIC: readonly SubnetPlan[] = [{ route: 'internet' }, { route: 'internet' }];
const PUBLIC_TASKS = { egress: 'public' };
const DOMAIN = {
  domainName: 'gate.example.com',
  certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT_ID}:certificate/1`,
};

describeWithMoto('An existing network', () => {
  const aws = useAws();
  let blocks: number;

  beforeEach(() => {
    blocks = 0;
  });

  const client = async () => (await account()).clients.ec2;

  async function createVpc({ hasInternetGateway = true }: NetworkPlan) {
    const ec2 = await client();
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const VpcId = Vpc?.VpcId ?? '';
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const gateway = InternetGateway?.InternetGatewayId ?? '';
    if (hasInternetGateway) {
      await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: gateway }));
    }
    return { VpcId, gateway };
  }

  async function createSubnets(
    { VpcId, gateway }: { VpcId: string; gateway: string },
    plans: readonly SubnetPlan[],
  ): Promise<string[]> {
    const ec2 = await client();
    const ids: string[] = [];
    for (const [index, { route = 'nat', zoneId, prefix = 24 }] of plans.entries()) {
      const CidrBlock = `10.9.${blocks++}.0/${prefix}`;
      const AvailabilityZoneId = zoneId ?? ['use1-az1', 'use1-az2'][index];
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZoneId }),
      );
      const SubnetId = Subnet?.SubnetId ?? '';
      ids.push(SubnetId);
      const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
      const RouteTableId = RouteTable?.RouteTableId ?? '';
      await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
      if (route === 'none') continue;
      const target =
        route === 'internet'
          ? { GatewayId: gateway }
          : {
              NatGatewayId: (await ec2.send(new CreateNatGatewayCommand({ SubnetId }))).NatGateway
                ?.NatGatewayId,
            };
      await ec2.send(
        new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', ...target }),
      );
    }
    return ids;
  }

  /** Creates a network and returns its ids and the findings about it. */
  async function check(plan: NetworkPlan, options: object = {}) {
    const vpc = await createVpc(plan);
    const tasks = await createSubnets(vpc, plan.tasks ?? PRIVATE);
    const balancer = plan.loadBalancer ? await createSubnets(vpc, plan.loadBalancer) : tasks;
    const ids = { vpcId: vpc.VpcId, taskSubnetIds: tasks, loadBalancerSubnetIds: balancer };
    return { ids, findings: await findingsOf(networkCheck, { options: { ...ids, ...options } }) };
  }

  type Ids = Awaited<ReturnType<typeof check>>['ids'];

  test.each<[name: string, plan: NetworkPlan, options: object, findings: (ids: Ids) => string[]]>([
    ['private', {}, {}, ({ vpcId }) => [`ok: The VPC ${vpcId} can be used.`]],
    [
      'private with a public load balancer',
      { loadBalancer: PUBLIC },
      DOMAIN,
      ({ vpcId }) => [`ok: The VPC ${vpcId} can be used.`],
    ],
    [
      'public',
      { tasks: PUBLIC },
      PUBLIC_TASKS,
      ({ vpcId }) => [`ok: The VPC ${vpcId} can be used.`],
    ],
    [
      'without an internet gateway',
      { hasInternetGateway: false },
      {},
      ({ vpcId }) => [
        `error: CloudFront's VPC origins require an internet gateway at ${vpcId}: attach one, even if no route uses it, or set domainName.`,
      ],
    ],
    [
      'without a default route',
      { tasks: [{}, { route: 'none' }], loadBalancer: PRIVATE },
      {},
      ({ taskSubnetIds }) => [
        `error: The subnet ${taskSubnetIds[1]} of taskSubnetIds has no working default route, so that its tasks reach neither AWS nor AbuseIPDB: add a route to a NAT or transit gateway, or use another subnet.`,
      ],
    ],
    [
      'with a public subnet for private tasks',
      { tasks: [{}, { route: 'internet' }] },
      {},
      ({ taskSubnetIds }) => [
        `error: The subnet ${taskSubnetIds[1]} of taskSubnetIds is public, but tasks with egress nat have no public address: use a private subnet behind NAT, or set egress to public.`,
      ],
    ],
    [
      'with a private subnet for public tasks',
      { tasks: [{ route: 'internet' }, {}] },
      PUBLIC_TASKS,
      ({ taskSubnetIds }) => [
        `error: The subnet ${taskSubnetIds[1]} of taskSubnetIds has no route to an internet gateway, which egress public needs: use a public subnet, or set egress to nat.`,
      ],
    ],
    [
      'with a private subnet for a public load balancer',
      { loadBalancer: [{ route: 'internet' }, {}] },
      DOMAIN,
      ({ loadBalancerSubnetIds }) => [
        `error: The subnet ${loadBalancerSubnetIds[1]} of loadBalancerSubnetIds has no route to an internet gateway, which a load balancer with a domain needs: use a public subnet.`,
      ],
    ],
    [
      'in one zone',
      { tasks: [{ zoneId: 'use1-az1' }, { zoneId: 'use1-az1' }], loadBalancer: PRIVATE },
      {},
      () => [
        'error: The subnets of taskSubnetIds are all in use1-az1: use subnets in two zones or more.',
      ],
    ],
    [
      'with a load balancer in a zone without VPC origins',
      { loadBalancer: [{}, { zoneId: 'use1-az3' }] },
      {},
      ({ loadBalancerSubnetIds }) => [
        `error: The subnet ${loadBalancerSubnetIds[1]} of loadBalancerSubnetIds is in use1-az3, which has no VPC origins: use one in another zone.`,
      ],
    ],
    [
      'with tasks in a zone without VPC origins, but with Fargate',
      { tasks: [{}, { zoneId: 'use1-az3' }], loadBalancer: PRIVATE },
      {},
      ({ vpcId }) => [`ok: The VPC ${vpcId} can be used.`],
    ],
    [
      'with a domain, in a zone without VPC origins',
      { loadBalancer: [{ route: 'internet' }, { route: 'internet', zoneId: 'use1-az3' }] },
      DOMAIN,
      ({ vpcId }) => [`ok: The VPC ${vpcId} can be used.`],
    ],
    [
      'with few addresses for tasks',
      { tasks: [{ prefix: 28 }, { prefix: 28 }], loadBalancer: PRIVATE },
      { maximumTasks: 20 },
      () => [
        expect.stringMatching(
          /^warning: The subnets of taskSubnetIds have 2\d free addresses, but 20 tasks need 40 during a deployment: use larger subnets\.$/,
        ),
      ],
    ],
    [
      'with too few addresses for tasks',
      { tasks: [{ prefix: 28 }, { prefix: 28 }], loadBalancer: PRIVATE },
      { minimumTasks: 20, maximumTasks: 20 },
      () => [
        expect.stringMatching(
          /^error: The subnets of taskSubnetIds have 2\d free addresses, but 20 tasks need 40/,
        ),
      ],
    ],
  ])('%s', async (_, plan, options, findings) => {
    const result = await check(plan, options);
    expect(result.findings).toEqual(findings(result.ids));
  });

  test('a load balancer in a subnet that is almost full', async () => {
    const { ids } = await check({});
    aws.answer('ec2 DescribeSubnets', () => ({
      body: `<DescribeSubnetsResponse><subnetSet>${ids.taskSubnetIds
        .map(
          (id, index) =>
            `<item><subnetId>${id}</subnetId><vpcId>${ids.vpcId}</vpcId><availabilityZoneId>use1-az${index + 1}</availabilityZoneId><availableIpAddressCount>${[7, 100][index]}</availableIpAddressCount></item>`,
        )
        .join('')}</subnetSet></DescribeSubnetsResponse>`,
    }));
    expect(await findingsOf(networkCheck, { options: ids })).toEqual([
      `error: The subnet ${ids.taskSubnetIds[0]} of loadBalancerSubnetIds has 7 free addresses, but the load balancer needs 8: use a larger subnet.`,
    ]);
  });

  test('a VPC and a subnet that do not exist, and a subnet of another VPC', async () => {
    const { ids } = await check({});
    const { ids: others } = await check({});
    const vpcId = 'vpc-0123456789abcdef0';
    expect(await findingsOf(networkCheck, { options: { ...ids, vpcId } })).toEqual([
      `error: The VPC ${vpcId} does not exist in us-east-1: correct vpcId.`,
    ]);
    const missing = 'subnet-0123456789abcdef0';
    const [foreign = ''] = others.taskSubnetIds;
    const options = { ...ids, taskSubnetIds: [missing, foreign] };
    expect(await findingsOf(networkCheck, { options })).toEqual([
      `error: The subnet ${missing} does not exist: correct its id.`,
      `error: The subnet ${foreign} is in ${others.vpcId} and not in ${ids.vpcId}: correct its id.`,
    ]);
  });

  test('a VPC that does not resolve names', async () => {
    const { ids } = await check({});
    const EnableDnsSupport = { Value: false };
    await (await client()).send(
      new ModifyVpcAttributeCommand({ VpcId: ids.vpcId, EnableDnsSupport }),
    );
    expect(await findingsOf(networkCheck, { options: ids })).toEqual([
      `error: The VPC ${ids.vpcId} does not resolve DNS names, which the tasks need: run aws ec2 modify-vpc-attribute --vpc-id ${ids.vpcId} --enable-dns-support.`,
    ]);
  });

  describe('a VPC whose gateway the account does not see', () => {
    const hidden = (vpcId: string) =>
      `warning: CloudFront's VPC origins require an internet gateway at ${vpcId}: attach one, even if no route uses it, or set domainName. This account does not see whether it has one.`;

    test('because another account shares it', async () => {
      const { ids } = await check({ hasInternetGateway: false });
      aws.answer('ec2 DescribeVpcs', {
        body: `<DescribeVpcsResponse><vpcSet><item><vpcId>${ids.vpcId}</vpcId><ownerId>999999999999</ownerId></item></vpcSet></DescribeVpcsResponse>`,
      });
      aws.deny('ec2 DescribeVpcAttribute');
      expect(await findingsOf(networkCheck, { options: ids })).toEqual([hidden(ids.vpcId)]);
    });

    test('for lack of a permission', async () => {
      const { ids } = await check({});
      aws.deny('ec2 DescribeInternetGateways');
      expect(await findingsOf(networkCheck, { options: ids })).toEqual([hidden(ids.vpcId)]);
    });
  });
});
