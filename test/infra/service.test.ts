import { existsSync, readFileSync } from 'node:fs';
import { SETTINGS } from '../../app/src/config/setting-table.ts';
import { readSettings } from '../../app/src/config/settings.ts';
import { containerOf, variableOf } from '../support/container.ts';
import {
  type Configuration,
  CREDENTIAL_ARN,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

interface Task {
  readonly Cpu: string;
  readonly Memory: string;
}

/** A value for a variable that refers to a resource. */
const placeholder = (name: string) =>
  name.endsWith('_SECRET_ARN') ? CREDENTIAL_ARN : `value-of-${name}`;

/** The environment of the task, with placeholders for references and secrets. */
function environmentOf(stack: SynthesizedStack): Record<string, string> {
  const { Environment, Secrets = [] } = containerOf(stack);
  return Object.fromEntries(
    [...Environment, ...Secrets.map(({ Name }) => ({ Name, Value: undefined }))].map(
      ({ Name, Value }) => [Name, typeof Value === 'string' ? Value : placeholder(Name)],
    ),
  );
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);
  const service = () => stack().only<Record<string, unknown>>('AWS::ECS::Service');

  test('a deployment starts new tasks before it stops old ones, and rolls back if it fails', () => {
    expect(service().Properties).toMatchObject({
      LaunchType: 'FARGATE',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        Alarms: { Enable: true, Rollback: true },
      },
    });
  });

  test('a deployment keeps the number of tasks that scaling has chosen', () => {
    expect(service().Properties).not.toHaveProperty('DesiredCount');
  });

  test('the service is created after the listener, which attaches the target group to the load balancer', () => {
    const listener = stack().only('AWS::ElasticLoadBalancingV2::Listener');
    expect(service().DependsOn).toContain(listener.id);
  });

  test('the target group uses the port of the container', () => {
    const { Name, PortMappings } = containerOf(stack());
    const group = stack().only<{ Port: number }>('AWS::ElasticLoadBalancingV2::TargetGroup');
    const ports = PortMappings.map(({ ContainerPort }) => ContainerPort);
    expect(service().Properties).toMatchObject({
      LoadBalancers: [
        { ContainerName: Name, ContainerPort: ports[0], TargetGroupArn: { Ref: group.id } },
      ],
    });
    expect([group.Properties.Port, Number(environmentOf(stack()).PORT)]).toEqual([
      ports[0],
      ports[0],
    ]);
  });

  test('at least two tasks, scaled on requests and CPU: out quickly, in slowly', () => {
    const scaling = stack().only('AWS::ApplicationAutoScaling::ScalableTarget');
    expect(scaling.Properties).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 10,
      ScalableDimension: 'ecs:service:DesiredCount',
    });
    const policies = stack().resources<{
      ScalingTargetId: unknown;
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: string; ResourceLabel?: unknown };
        TargetValue: number;
        ScaleInCooldown: number;
        ScaleOutCooldown: number;
      };
    }>('AWS::ApplicationAutoScaling::ScalingPolicy');
    const metrics = policies.map(
      ({ Properties: { TargetTrackingScalingPolicyConfiguration: it } }) => {
        expect(it.TargetValue).toBeGreaterThan(0);
        expect(it.ScaleOutCooldown).toBeLessThan(it.ScaleInCooldown);
        return it.PredefinedMetricSpecification.PredefinedMetricType;
      },
    );
    expect(metrics.sort()).toEqual(['ALBRequestCountPerTarget', 'ECSServiceAverageCPUUtilization']);
    expect(policies.map(({ Properties }) => target(Properties.ScalingTargetId))).toEqual([
      scaling.id,
      scaling.id,
    ]);
  });

  test('the service accepts its environment', () => {
    const settings = readSettings(environmentOf(stack()));
    expect(settings).toMatchObject({
      ...{ port: 3000, logLevel: 'info', trustedProxyHops: 0 },
      credentialPreviousTtl: 24 * 3_600_000,
      telemetry: { issuedSamplePercent: 100, address: { form: 'whole' } },
    });
    // The service ignores unknown names, so a misspelled one would have no effect.
    const known = [...Object.keys(SETTINGS), 'AWS_REGION'];
    expect(Object.keys(environmentOf(stack())).filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('The container', () => {
  const stack = () => synthesize();

  test.each<[Configuration, region: string]>([
    ['cloudfront, egress nat', 'us-east-1'],
    ['in eu-central-1', 'eu-central-1'],
  ])('has the region of the stack, for the AWS SDK: %s', (configuration, region) => {
    expect(variableOf(synthesize(configuration), 'AWS_REGION')).toBe(region);
  });

  test('has a read-only file system, no root user and no capabilities', () => {
    expect(containerOf(stack())).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: expect.stringMatching(/^[1-9]\d*(:[1-9]\d*)?$/),
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
    expect(containerOf(stack())).not.toHaveProperty('Privileged');
    expect(stack().only('AWS::ECS::Service').Properties).not.toHaveProperty('EnableExecuteCommand');
  });

  test('runs on ARM with the CPU and memory of the configuration', () => {
    const task = (configuration?: Configuration) =>
      synthesize(configuration).only<Task>('AWS::ECS::TaskDefinition').Properties;
    expect(task()).toMatchObject({
      Cpu: '512',
      Memory: '1024',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    expect(task('large tasks')).toMatchObject({
      Cpu: '1024',
      Memory: '4096',
    });
  });

  test('has a health check without a shell, from a file that the build creates', () => {
    const { Command } = containerOf(stack()).HealthCheck;
    expect(Command).toEqual(['CMD', 'node', expect.stringMatching(/^[\w-]+\.mjs$/)]);
    const source = `app/src/${Command[2]?.replace(/\.mjs$/, '.ts')}`;
    expect(existsSync(new URL(`../../${source}`, import.meta.url))).toBe(true);
  });

  test("has a health check timeout above that of the check's own request", () => {
    const source = readFileSync(new URL('../../app/src/health-check.ts', import.meta.url), 'utf8');
    const [, timeoutMs] = /timeout\w*\D{1,9}(\d[\d_]*)/i.exec(source) ?? [];
    const { Timeout } = containerOf(stack()).HealthCheck;
    expect(Number(timeoutMs?.replaceAll('_', ''))).toBeLessThan(Timeout * 1000);
  });

  test('does not block on slow logs', () => {
    expect(containerOf(stack())).toMatchObject({
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
    });
  });

  test('receives the configured settings', () => {
    const environment = environmentOf(synthesize('settings of the service'));
    expect(readSettings(environment)).toMatchObject({
      addressHeaders: ['x-edge-ip'],
      trustedProxyHops: 2,
      logLevel: 'debug',
      credentialPreviousTtl: 90 * 60_000,
      reputation: {
        budgets: { user: 1, client: 60_000, network: 100, subnet: 8 },
        highScoreMemory: 90 * 24 * 3_600_000,
        checkBlock: true,
      },
      telemetry: { issuedSamplePercent: 25, address: { form: 'truncated' } },
    });
  });

  test('receives the key of hashed addresses as a secret, which the service accepts', () => {
    const stack = synthesize('hashed addresses');
    expect(containerOf(stack).Secrets).toEqual([
      {
        Name: 'DECISION_LOG_HASH_KEY',
        ValueFrom: stack.outputs.AddressHashKeySecretArn,
      },
    ]);
    expect(readSettings(environmentOf(stack)).telemetry.address).toEqual({
      form: 'hashed',
      key: 'value-of-DECISION_LOG_HASH_KEY',
    });
  });
});

test('The number of tasks is configurable', () => {
  const stack = synthesize('three to forty tasks');
  expect(stack.only('AWS::ApplicationAutoScaling::ScalableTarget').Properties).toMatchObject({
    MinCapacity: 3,
    MaxCapacity: 40,
  });
});
