import { readFileSync } from 'node:fs';
import { dashboardOf } from '../../support/dashboard.ts';
import {
  type Configuration,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../../support/stack.ts';
import { amountsOf, PAGE } from './cost-table.ts';

/** The columns of the table. */
const SIZES: readonly Configuration[] = [
  'the smallest stack',
  'cloudfront, egress nat',
  'a highly available stack',
];

const HOURS = 730;

/** Returns the minimum number of tasks. */
const tasksOf = (stack: SynthesizedStack) =>
  stack.only<{ MinCapacity: number }>('AWS::ApplicationAutoScaling::ScalableTarget').Properties
    .MinCapacity;

/** Returns the public addresses: of NAT gateways, of the load balancer in each zone, and of tasks. */
function publicAddressesOf(stack: SynthesizedStack): number {
  const balancer = stack.only<{ Scheme: string; Subnets: readonly unknown[] }>(
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
  ).Properties;
  const { NetworkConfiguration } = stack.only<{
    NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: string } };
  }>('AWS::ECS::Service').Properties;
  const areTasksPublic = NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp === 'ENABLED';
  return (
    stack.resources('AWS::EC2::EIP').length +
    (balancer.Scheme === 'internet-facing' ? balancer.Subnets.length : 0) +
    (areTasksPublic ? tasksOf(stack) : 0)
  );
}

describe('docs/costs.md has the cost of', () => {
  test.each<[item: string, cost: (stack: SynthesizedStack) => number]>([
    [
      'Fargate ARM64',
      (stack) => {
        const { Cpu, Memory } = stack.only<{ Cpu: string; Memory: string }>(
          'AWS::ECS::TaskDefinition',
        ).Properties;
        const perHour = (Number(Cpu) / 1024) * 0.03238 + (Number(Memory) / 1024) * 0.00356;
        return tasksOf(stack) * perHour * HOURS;
      },
    ],
    [
      'load balancer',
      (stack) =>
        stack.resources('AWS::ElasticLoadBalancingV2::LoadBalancer').length *
        (0.0225 + 0.008) *
        HOURS,
    ],
    [
      'public IPv4 addresses of load balancer, tasks or NAT',
      (stack) => publicAddressesOf(stack) * 0.005 * HOURS,
    ],
    ['NAT', (stack) => stack.resources('AWS::EC2::NatGateway').length * 0.045 * HOURS],
    ['logs', (stack) => (7.2 + tasksOf(stack) * 0.75) * 0.5],
    [
      'daily status',
      // Each day of a month it reads the log of half a month.
      (stack) => 30 * ((7.2 + tasksOf(stack) * 0.75) / 2) * 0.005,
    ],
    ['dashboard', (stack) => stack.resources('AWS::CloudWatch::Dashboard').length * 3],
  ])('%s, in each size', (item, cost) => {
    const expected = SIZES.map((size) => Number(cost(synthesize(size)).toFixed(2)));
    expect(amountsOf(item)).toEqual(expected);
  });

  test('a dashboard with more than 50 metrics, which is not free', () => {
    const metrics = dashboardOf(synthesize()).widgets.flatMap(
      ({ properties }) => properties.metrics ?? [],
    );
    expect(metrics.length).toBeGreaterThan(50);
  });
});

/** Resources that cost nothing by themselves. */
const FREE =
  /^AWS::(IAM|ApplicationAutoScaling|Logs::(QueryDefinition|MetricFilter)|EC2::(Subnet|Route|SecurityGroup|InternetGateway|VPCGatewayAttachment|VPCEndpoint$|VPC$)|S3::BucketPolicy|SNS::(Subscription|TopicPolicy)|ECS::(Cluster|Service)$|ElasticLoadBalancingV2::(Listener|TargetGroup)|WAFv2::(IPSet|WebACLAssociation|LoggingConfiguration)|CertificateManager|Scheduler|Lambda::(Permission|EventInvokeConfig)|CloudFront::(VpcOrigin|OriginRequestPolicy|CachePolicy))|^Custom::/;

/** What the page says about each other type. */
const PRICED: Readonly<Record<string, RegExp>> = {
  'AWS::CloudFront::Distribution': /^- CloudFront: /m,
  'AWS::CloudFront::Function': /^\| CloudFront \|/m,
  'AWS::CloudWatch::Alarm': /^\| alarms \|/m,
  'AWS::CloudWatch::CompositeAlarm': /^\| alarms \|/m,
  'AWS::CloudWatch::Dashboard': /^\| dashboard \|/m,
  'AWS::CloudWatch::InsightRule': /^- Contributor Insights: /m,
  'AWS::DynamoDB::Table': /^\| DynamoDB \|/m,
  'AWS::EC2::EIP': /^\| public IPv4 addresses /m,
  'AWS::EC2::FlowLog': /^- .*VPC flow logs/m,
  'AWS::EC2::NatGateway': /^\| NAT \|/m,
  'AWS::ECS::TaskDefinition': /^\| Fargate ARM64 \|/m,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': /^\| load balancer \|/m,
  'AWS::Lambda::Function': /^- Lambda functions /m,
  'AWS::Logs::LogGroup': /^\| logs \|/m,
  'AWS::Route53::RecordSet': /^- Your domain: /m,
  'AWS::S3::Bucket': /^- Storage: /m,
  'AWS::SNS::Topic': /^- E-mails of SNS: /m,
  'AWS::SecretsManager::Secret': /^\| secrets \|/m,
  'AWS::WAFv2::WebACL': /^\| WAF \|/m,
};

const EVERYTHING: readonly Configuration[] = [...MODES, 'everything at once', 'retained logs'];

test('docs/costs.md names every kind of resource that has a price', () => {
  const types = new Set(
    EVERYTHING.flatMap((name) => synthesize(name).resources()).map(({ Type }) => Type),
  );
  const priced = [...types].filter((type) => !FREE.test(type));
  expect({
    'types that are neither free nor priced: add them to this test and to docs/costs.md':
      priced.filter((type) => !(type in PRICED)),
    'types that docs/costs.md does not name': priced.filter(
      (type) => PRICED[type]?.test(PAGE) === false,
    ),
  }).toEqual({
    'types that are neither free nor priced: add them to this test and to docs/costs.md': [],
    'types that docs/costs.md does not name': [],
  });
});

test('A function that does not run only during a deployment has a row in docs/costs.md', () => {
  const stack = synthesize();
  const tokens = stack
    .resources<{ ServiceToken?: unknown }>()
    .map(({ Properties }) => target(Properties.ServiceToken));
  const others = stack.resources('AWS::Lambda::Function').filter(({ id }) => !tokens.includes(id));
  const withoutRow = others.filter(({ id }) => {
    const [, name = id] = /^(?:Monitoring)?([A-Z][a-z]+)/.exec(id) ?? [];
    return amountsOf(name.toLowerCase()).length !== SIZES.length;
  });
  expect(withoutRow.map(({ id }) => id)).toEqual([]);
});

test('Container Insights, which is not in the table, is off in each size', () => {
  for (const size of SIZES) {
    expect(synthesize(size).only('AWS::ECS::Cluster').Properties).toMatchObject({
      ClusterSettings: [{ Name: 'containerInsights', Value: 'disabled' }],
    });
  }
  expect(PAGE).toMatch(/^\| `containerInsights=true` \| costs about \d+ a month/m);
});

test('README.md has the sum of the default, to five dollars', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, about = ''] = /\[about (\d+) US dollars a month\]\(docs\/costs\.md\)/.exec(readme) ?? [];
  const [, sum = ''] = /^\| \*\*sum\*\* \|(?:[^|]+\|){2} \*\*([\d.]+)\*\*/m.exec(PAGE) ?? [];
  expect(about).not.toBe('');
  expect(Math.abs(Number(about) - Number(sum))).toBeLessThanOrEqual(5);
});
