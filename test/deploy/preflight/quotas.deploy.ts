import { AllocateAddressCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import { fargateQuotaCheck } from '../../../infra/preflight/checks/fargate-quota.ts';
import { quotaChecks } from '../../../infra/preflight/checks/quotas.ts';
import { securityGroupRulesCheck } from '../../../infra/preflight/checks/security-group-rules.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import { describeWithMoto } from '../../support/moto.ts';
import type { Context } from '../../support/stack.ts';
import { failure } from './aws.ts';
import { account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

const GET = 'servicequotas GetServiceQuota';
const GET_DEFAULT = 'servicequotas GetAWSDefaultServiceQuota';

describeWithMoto('Quotas', () => {
  const aws = useAws();

  /** Sets the account's value of a quota; other quotas have AWS's default only. */
  function setQuota(code: string, value: number, defaultValue = 1000): void {
    aws.answer(GET, (body) =>
      JSON.parse(body).QuotaCode === code
        ? { body: { Quota: { QuotaCode: code, Value: value } } }
        : failure(GET, 400, 'NoSuchResourceException'),
    );
    aws.answer(GET_DEFAULT, { body: { Quota: { Value: defaultValue } } });
  }

  const quotaCheck = (name: string) => {
    const check = quotaChecks.find((each) => each.name === `quota of ${name}`);
    if (check === undefined) throw new Error(`There is no check of ${name}.`);
    return check;
  };
  const templateWith = (type: string, number = 1) => ({
    Resources: Object.fromEntries(
      Array.from({ length: number }, (_, index) => [`R${index}`, { Type: type }]),
    ),
  });
  const increase = (service: string, code: string, value: number, region = 'us-east-1') =>
    `request more with aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value} --region ${region}`;

  test.each<[name: string, type: string, service: string, code: string, used: number, or: string]>([
    ['VPCs', 'AWS::EC2::VPC', 'vpc', 'L-F678F1CE', 1, ', or use an existing network with vpcId'],
    [
      'internet gateways',
      'AWS::EC2::InternetGateway',
      'vpc',
      'L-A4707A72',
      0,
      ', or use an existing network with vpcId',
    ],
    [
      'Elastic IP addresses',
      'AWS::EC2::EIP',
      'ec2',
      'L-0263D0A3',
      0,
      ', or release one, or set egress to public',
    ],
    [
      'gateway VPC endpoints',
      'AWS::EC2::VPCEndpoint',
      'vpc',
      'L-1B52E74A',
      0,
      ', or use an existing network with vpcId',
    ],
    ['security groups', 'AWS::EC2::SecurityGroup', 'vpc', 'L-E79EC296', 1, ''],
    [
      'application load balancers',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'elasticloadbalancing',
      'L-53DA6B97',
      0,
      '',
    ],
    [
      'target groups',
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'elasticloadbalancing',
      'L-B22855CB',
      0,
      '',
    ],
  ])(
    '%s: the last ones fit, and one more does not',
    async (name, type, service, code, used, or) => {
      const template = templateWith(type, 2);
      setQuota(code, used + 2);
      expect(await findingsOf(quotaCheck(name), { template })).toEqual([
        `ok: 2 of ${used + 2} ${name} are left in us-east-1; 2 needed.`,
      ]);
      setQuota(code, used + 1);
      expect(await findingsOf(quotaCheck(name), { template })).toEqual([
        `error: Only 1 of ${used + 1} ${name} are left in us-east-1, but the stack needs 2: ${increase(service, code, used + 2)}${or}.`,
      ]);
    },
  );

  test.each<[name: string, type: string, service: string, code: string]>([
    ['IAM roles', 'AWS::IAM::Role', 'iam', 'L-FE177D64'],
    ['CloudFront distributions', 'AWS::CloudFront::Distribution', 'cloudfront', 'L-24B04930'],
  ])(
    '%s are counted in the account, and raised in us-east-1',
    async (name, type, service, code) => {
      setQuota(code, 0);
      const situation = { template: templateWith(type), account: await account('eu-west-1') };
      expect(await findingsOf(quotaCheck(name), situation)).toEqual([
        `error: Only 0 of 0 ${name} are left in the account, but the stack needs 1: ${increase(service, code, 1)}.`,
      ]);
    },
  );

  test('what the account has is counted, and what the stack has already needs no more', async () => {
    const { clients } = await account();
    await clients.ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
    await clients.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    setQuota('none', 0, 2);
    const template = templateWith('AWS::EC2::VPC');
    expect(await findingsOf(quotaCheck('VPCs'), { template })).toEqual([
      expect.stringMatching(/^error: Only 0 of 2 VPCs are left/),
    ]);
    expect(
      await findingsOf(quotaCheck('Elastic IP addresses'), {
        template: templateWith('AWS::EC2::EIP'),
      }),
    ).toEqual(['ok: 1 of 2 Elastic IP addresses are left in us-east-1; 1 needed.']);
    const own = { type: 'AWS::EC2::VPC', physicalId: 'vpc-1', status: 'CREATE_COMPLETE' };
    expect(await findingsOf(quotaCheck('VPCs'), { template, stack: stackWith(own) })).toEqual([]);
  });

  test('a missing permission names its action', async () => {
    aws.deny(GET);
    expect(
      await findingsOf(quotaCheck('VPCs'), { template: templateWith('AWS::EC2::VPC') }),
    ).toEqual([
      'warning: Not checked, because the credentials do not allow servicequotas:GetServiceQuota: allow it, or check this yourself.',
    ]);
  });

  const stackWith = (resource: {
    type: string;
    physicalId: string;
    status: string;
  }): StackState => ({
    status: 'CREATE_COMPLETE',
    description: '',
    terminationProtection: false,
    resources: new Map([['R0', resource]]),
  });

  // Two to ten tasks of half a vCPU.
  test.each<[limit: number, used: number, isDeployed: boolean, finding: string]>([
    [10, 0, false, 'ok: 10 of 10 Fargate vCPUs are left in us-east-1; 10 needed at most.'],
    [14, 4, false, 'ok: 10 of 14 Fargate vCPUs are left in us-east-1; 10 needed at most.'],
    [
      6,
      0,
      false,
      `warning: Only 6 of 6 Fargate vCPUs are left in us-east-1, but 10 tasks need 5, and twice as many during a deployment: ${increase('fargate', 'L-3032A538', 10)}, or lower maximumTasks.`,
    ],
    [
      6,
      4.5,
      false,
      `warning: Only 1.5 of 6 Fargate vCPUs are left in us-east-1, but a deployment needs 2, because it starts the new tasks first: ${increase('fargate', 'L-3032A538', 15)}.`,
    ],
    [
      6,
      5.5,
      false,
      `error: Only 0.5 of 6 Fargate vCPUs are left in us-east-1, but 2 tasks need 1: ${increase('fargate', 'L-3032A538', 16)}.`,
    ],
    [
      0,
      0,
      false,
      `error: Only 0 of 0 Fargate vCPUs are left in us-east-1, but 2 tasks need 1: ${increase('fargate', 'L-3032A538', 10)}.`,
    ],
    // The tasks of the stack are replaced and not added.
    [11, 1, true, 'ok: 11 of 11 Fargate vCPUs are left in us-east-1; 10 needed at most.'],
  ])('%d vCPUs, %d used, deployed: %s', async (limit, used, isDeployed, finding) => {
    setQuota('L-3032A538', limit);
    aws.answer('monitoring GetMetricStatistics', (body) => {
      const { Namespace, Dimensions } = JSON.parse(body);
      expect(Namespace).toBe('AWS/Usage');
      expect(Dimensions).toContainEqual({ Name: 'Service', Value: 'Fargate' });
      const Datapoints = [used, used / 2].filter((each) => each > 0);
      return { body: { Datapoints: Datapoints.map((Maximum) => ({ Maximum })) } };
    });
    const own = { type: 'AWS::ECS::Service', physicalId: 's', status: 'CREATE_COMPLETE' };
    const situation = isDeployed ? { stack: stackWith(own) } : {};
    expect(await findingsOf(fargateQuotaCheck, situation)).toEqual([finding]);
  });

  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1';

  test.each<
    [name: string, limit: number, maxEntries: number, options: Context, findings: string[]]
  >([
    ['fits', 60, 55, {}, ["ok: CloudFront's prefix list counts as 55 of 60 rules."]],
    [
      'does not fit',
      50,
      55,
      {},
      [
        `error: CloudFront's prefix list counts as 55 rules, but a security group may have 50: ${increase('vpc', 'L-0EA8095F', 55)}.`,
      ],
    ],
    [
      'of an option',
      60,
      55,
      { cloudFrontPrefixListId: 'pl-3b927c52' },
      ["ok: CloudFront's prefix list counts as 55 of 60 rules."],
    ],
    ['is not used', 50, 55, { domainName: 'gate.example.com', certificateArn }, []],
  ])('a prefix list that %s', async (_, limit, maxEntries, options, findings) => {
    setQuota('L-0EA8095F', limit);
    aws.answer('ec2 DescribeManagedPrefixLists', (body) => {
      expect(decodeURIComponent(body)).toMatch(/origin-facing|PrefixListId\.1=pl-3b927c52/);
      return {
        body: `<DescribeManagedPrefixListsResponse><prefixListSet><item><prefixListId>pl-3b927c52</prefixListId><maxEntries>${maxEntries}</maxEntries></item></prefixListSet></DescribeManagedPrefixListsResponse>`,
      };
    });
    expect(await findingsOf(securityGroupRulesCheck, { options })).toEqual(findings);
  });
});
