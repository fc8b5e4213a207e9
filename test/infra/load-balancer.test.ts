import { KEEP_ALIVE_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../../app/src/http/server.ts';
import {
  CLOSE_GRACE_MS,
  DEFAULT_DRAIN_DELAY_MS,
  FORCED_EXIT_MS,
  MAX_DRAIN_DELAY_MS,
} from '../../app/src/http/shutdown.ts';
import { MODES, type SynthesizedStack, synthesize, target } from '../support/stack.ts';

interface Attributes {
  readonly LoadBalancerAttributes: readonly { readonly Key: string; readonly Value: unknown }[];
}

interface TargetGroup {
  readonly TargetGroupAttributes: readonly { readonly Key: string; readonly Value: string }[];
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';

function attributesOf(stack: SynthesizedStack): Record<string, unknown> {
  const { LoadBalancerAttributes } = stack.only<Attributes>(LOAD_BALANCER).Properties;
  return Object.fromEntries(LoadBalancerAttributes.map(({ Key, Value }) => [Key, Value]));
}

function targetAttributesOf(stack: SynthesizedStack): Record<string, string> {
  const { TargetGroupAttributes } = stack.only<TargetGroup>(TARGET_GROUP).Properties;
  return Object.fromEntries(TargetGroupAttributes.map(({ Key, Value }) => [Key, Value]));
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('the server keeps a connection for longer than the load balancer does', () => {
    const idle = Number(attributesOf(stack())['idle_timeout.timeout_seconds']) * 1000;
    expect(idle).toBeGreaterThan(0);
    expect(KEEP_ALIVE_TIMEOUT_MS).toBeGreaterThan(idle);
  });

  test('headers that are invalid are dropped, and a firewall that is away lets requests through', () => {
    expect(attributesOf(stack())).toMatchObject({
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'defensive',
      'waf.fail_open.enabled': 'true',
    });
  });

  test('it is protected from deletion', () => {
    expect(attributesOf(stack())).toMatchObject({ 'deletion_protection.enabled': 'true' });
  });

  test('requests are logged into a bucket of its own, which is private and forgets', () => {
    const attributes = attributesOf(stack());
    const bucket = stack().only<Record<string, unknown>>('AWS::S3::Bucket');
    expect(attributes).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': { Ref: bucket.id },
    });
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] },
      // The only encryption that the log delivery of load balancers can write with.
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
    });
  });

  test('the bucket takes the logs before they are turned on', () => {
    const policy = stack().only<{ Bucket: unknown; PolicyDocument: object }>(
      'AWS::S3::BucketPolicy',
    );
    expect(stack().only(LOAD_BALANCER).DependsOn).toContain(policy.id);
    expect(policy.Properties.PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Allow',
          Action: 's3:PutObject',
          // The load balancers of us-east-1.
          Principal: { AWS: 'arn:aws:iam::127311923021:root' },
        }),
      ]),
    });
  });

  test('a task gets requests while it is ready, soon after it is, and not for long after it is not', () => {
    const group = stack().only<Record<string, unknown>>(TARGET_GROUP).Properties;
    expect(group).toMatchObject({
      HealthCheckPath: '/readyz',
      Matcher: { HttpCode: '200' },
      Protocol: 'HTTP',
      TargetType: 'ip',
    });
    const seconds = Number(group.HealthCheckIntervalSeconds);
    expect(Number(group.HealthCheckTimeoutSeconds)).toBeLessThan(seconds);
    expect(seconds * Number(group.HealthyThresholdCount)).toBeLessThanOrEqual(20);
    expect(seconds * Number(group.UnhealthyThresholdCount)).toBeLessThanOrEqual(30);
  });

  /** Milliseconds until a task that is leaving is forgotten, and until a stopped one is killed. */
  const limits = () => {
    const delay = targetAttributesOf(stack())['deregistration_delay.timeout_seconds'];
    const { ContainerDefinitions } = stack().only<{
      ContainerDefinitions: readonly { StopTimeout: number }[];
    }>('AWS::ECS::TaskDefinition').Properties;
    const [container] = ContainerDefinitions;
    return { forgotten: Number(delay) * 1000, killed: Number(container?.StopTimeout) * 1000 };
  };
  /** Of a decision, with the longest deadline that can be set. */
  const longestAnswer = 2500;

  test('a task that is leaving may answer the slowest request that it can have', () => {
    expect(limits().forgotten).toBeGreaterThanOrEqual(REQUEST_TIMEOUT_MS + longestAnswer);
  });

  test('a task is let go of before it is killed', () => {
    expect(limits().killed).toBeGreaterThan(limits().forgotten);
    // Fargate's own limit.
    expect(limits().killed).toBeLessThanOrEqual(120_000);
  });

  test('a stopped task has ended by itself before it is killed, whatever it waits for', () => {
    expect(DEFAULT_DRAIN_DELAY_MS).toBeLessThanOrEqual(MAX_DRAIN_DELAY_MS);
    const answered = MAX_DRAIN_DELAY_MS + longestAnswer + CLOSE_GRACE_MS;
    // What was learned last is still written into the table.
    const longestWrite = 4000;
    expect(answered + longestWrite).toBeLessThan(FORCED_EXIT_MS);
    expect(FORCED_EXIT_MS).toBeLessThan(limits().killed);
  });

  test('a task still takes requests while the load balancer may send them', () => {
    const sendsOn = 2000;
    expect(DEFAULT_DRAIN_DELAY_MS).toBeGreaterThanOrEqual(sendsOn * 2);
  });

  test('a busy task gets fewer requests', () => {
    expect(targetAttributesOf(stack())['load_balancing.algorithm.type']).toBe(
      'least_outstanding_requests',
    );
  });

  test('it is made when the network has its gateway', () => {
    const routes = stack()
      .resources<{ GatewayId?: unknown }>('AWS::EC2::Route')
      .filter(({ Properties }) => target(Properties.GatewayId) !== undefined);
    expect(routes).toHaveLength(2);
    const attachment = stack().only('AWS::EC2::VPCGatewayAttachment').id;
    for (const route of routes) {
      expect(route.DependsOn).toContain(attachment);
      expect(stack().only(LOAD_BALANCER).DependsOn).toContain(route.id);
    }
  });
});

test('It can be deleted when that is configured', () => {
  expect(attributesOf(synthesize('no deletion protection'))).toMatchObject({
    'deletion_protection.enabled': 'false',
  });
});
