import { KEEP_ALIVE_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../../app/src/http/server.ts';
import {
  CLOSE_GRACE_MS,
  DEFAULT_DRAIN_DELAY_MS,
  FORCED_EXIT_MS,
  MAX_DRAIN_DELAY_MS,
} from '../../app/src/http/shutdown.ts';
import {
  type Configuration,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

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

  test('the server keeps idle connections longer than the load balancer does', () => {
    const idle = Number(attributesOf(stack())['idle_timeout.timeout_seconds']) * 1000;
    expect(idle).toBeGreaterThan(0);
    expect(KEEP_ALIVE_TIMEOUT_MS).toBeGreaterThan(idle);
  });

  test('drops invalid headers, and admits requests if the firewall is unavailable', () => {
    expect(attributesOf(stack())).toMatchObject({
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'defensive',
      'waf.fail_open.enabled': 'true',
    });
  });

  test('can be deleted by the rollback of a failed first creation, and keeps its protection in an update', () => {
    expect(attributesOf(stack())).not.toHaveProperty(['deletion_protection.enabled']);
  });

  test('writes access logs to a private bucket with an expiration', () => {
    const attributes = attributesOf(stack());
    const bucket = stack()
      .resources<Record<string, unknown>>('AWS::S3::Bucket')
      .find(({ id }) => id.startsWith('LoadBalancerAccessLogs'));
    if (bucket === undefined) throw new Error('There is no bucket for access logs.');
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
      // The only encryption that the log delivery of load balancers supports.
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
    });
  });

  test('the bucket policy exists before access logs are enabled', () => {
    const policy = stack()
      .resources<{ Bucket: unknown; PolicyDocument: object }>('AWS::S3::BucketPolicy')
      .find(({ id }) => id.startsWith('LoadBalancerAccessLogs'));
    expect(stack().only(LOAD_BALANCER).DependsOn).toContain(policy?.id);
    expect(policy?.Properties.PolicyDocument).toMatchObject({
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

  test('detects within seconds whether a task is ready', () => {
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

  /** Milliseconds until a stopping task is deregistered and until it is killed. */
  const limits = () => {
    const delay = targetAttributesOf(stack())['deregistration_delay.timeout_seconds'];
    const { ContainerDefinitions } = stack().only<{
      ContainerDefinitions: readonly { StopTimeout: number }[];
    }>('AWS::ECS::TaskDefinition').Properties;
    const [container] = ContainerDefinitions;
    return {
      deregisteredMs: Number(delay) * 1000,
      killedMs: Number(container?.StopTimeout) * 1000,
    };
  };
  /** The maximum of DECISION_DEADLINE_MS. */
  const maxDecisionMs = 2500;

  test('a stopping task can complete the slowest possible request', () => {
    expect(limits().deregisteredMs).toBeGreaterThanOrEqual(REQUEST_TIMEOUT_MS + maxDecisionMs);
  });

  test('a task is deregistered before it is killed', () => {
    expect(limits().killedMs).toBeGreaterThan(limits().deregisteredMs);
    // Fargate's limit.
    expect(limits().killedMs).toBeLessThanOrEqual(120_000);
  });

  test('a stopping task exits before it is killed, even with a pending request and pending cache writes', () => {
    expect(DEFAULT_DRAIN_DELAY_MS).toBeLessThanOrEqual(MAX_DRAIN_DELAY_MS);
    const drainedMs = MAX_DRAIN_DELAY_MS + maxDecisionMs + CLOSE_GRACE_MS;
    // Pending cache writes are completed.
    const maxWriteMs = 4000;
    expect(drainedMs + maxWriteMs).toBeLessThan(FORCED_EXIT_MS);
    expect(FORCED_EXIT_MS).toBeLessThan(limits().killedMs);
  });

  test('a stopping task accepts requests until the load balancer has stopped sending them', () => {
    const deregistrationLagMs = 2000;
    expect(DEFAULT_DRAIN_DELAY_MS).toBeGreaterThanOrEqual(deregistrationLagMs * 2);
  });

  test('sends fewer requests to busy tasks', () => {
    expect(targetAttributesOf(stack())['load_balancing.algorithm.type']).toBe(
      'least_outstanding_requests',
    );
  });

  test('is created after the internet gateway', () => {
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

test.each<[configuration: Configuration, enabled: string]>([
  ['deletion protection', 'true'],
  ['no deletion protection', 'false'],
])('With %s, the attribute of the load balancer is %s', (configuration, enabled) => {
  expect(attributesOf(synthesize(configuration))).toMatchObject({
    'deletion_protection.enabled': enabled,
  });
});
