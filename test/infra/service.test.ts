import { existsSync, readFileSync } from 'node:fs';
import { readSettings } from '../../app/src/config/settings.ts';
import {
  type Configuration,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
  readonly HealthCheck: { readonly Command: readonly string[]; readonly Timeout: number };
  readonly PortMappings: readonly { readonly ContainerPort: number }[];
  readonly StopTimeout: number;
}

interface Task {
  readonly ContainerDefinitions: readonly Container[];
  readonly Cpu: string;
  readonly Memory: string;
}

function containerOf(stack: SynthesizedStack): Container {
  const { ContainerDefinitions } = stack.only<Task>('AWS::ECS::TaskDefinition').Properties;
  const [container] = ContainerDefinitions;
  if (container === undefined || ContainerDefinitions.length > 1) throw new Error('one container');
  return container;
}

/** The environment as the task gets it; references and secrets are filled with something. */
function environmentOf(stack: SynthesizedStack): Record<string, string> {
  const { Environment, Secrets = [] } = containerOf(stack);
  return Object.fromEntries(
    [...Environment, ...Secrets.map(({ Name }) => ({ Name, Value: undefined }))].map(
      ({ Name, Value }) => [Name, typeof Value === 'string' ? Value : `value-of-${Name}`],
    ),
  );
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);
  const service = () => stack().only<Record<string, unknown>>('AWS::ECS::Service');

  test('a deployment adds tasks before it takes any, and goes back when it fails', () => {
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

  test('a deployment leaves the number of tasks as scaling has chosen it', () => {
    expect(service().Properties).not.toHaveProperty('DesiredCount');
  });

  test('the service waits for the listener, without which its target group has no load balancer', () => {
    const listener = stack().only('AWS::ElasticLoadBalancingV2::Listener');
    expect(service().DependsOn).toContain(listener.id);
  });

  test('the target group sends to the port that the container listens on', () => {
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

  test('two tasks at least, more with requests and CPU: out fast, in slowly', () => {
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

  test('the service understands the environment that it is given', () => {
    const settings = readSettings(environmentOf(stack()));
    expect(settings).toMatchObject({
      ...{ port: 3000, logLevel: 'info', trustedProxyHops: 0 },
      credentialPreviousTtl: 24 * 3_600_000,
      telemetry: { issuedSamplePercent: 100, address: { form: 'whole' } },
    });
    // Whatever else there is would be a name that the service does not read.
    const known =
      /^(PORT|POLICY_FILE|ACTION_CREDENTIAL_SECRET_ARN|ABUSEIPDB_SECRET_ARN|REPUTATION_TABLE|ADDRESS_HEADERS|TRUSTED_PROXY_HOPS|LOG_LEVEL|SERVICE_NAME|DECISION_LOG_ISSUED_PERCENT|DECISION_LOG_ADDRESS)$/;
    expect(Object.keys(environmentOf(stack())).filter((name) => !known.test(name))).toEqual([]);
  });
});

describe('The container', () => {
  const stack = () => synthesize();

  test('can write nothing, is not root and has no capability', () => {
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

  test('is checked without a shell, by a file that the build makes', () => {
    const { Command } = containerOf(stack()).HealthCheck;
    expect(Command).toEqual(['CMD', 'node', expect.stringMatching(/^[\w-]+\.mjs$/)]);
    const source = `app/src/${Command[2]?.replace(/\.mjs$/, '.ts')}`;
    expect(existsSync(new URL(`../../${source}`, import.meta.url))).toBe(true);
  });

  test('gives the health check more time than its own request timeout', () => {
    const source = readFileSync(new URL('../../app/src/health-check.ts', import.meta.url), 'utf8');
    const [, timeoutMs] = /timeout\w*\D{1,9}(\d[\d_]*)/i.exec(source) ?? [];
    const { Timeout } = containerOf(stack()).HealthCheck;
    expect(Number(timeoutMs?.replaceAll('_', ''))).toBeLessThan(Timeout * 1000);
  });

  test('does not wait for a log that is slow', () => {
    expect(containerOf(stack())).toMatchObject({
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
    });
  });

  test('gets what the configuration says of addresses and logs', () => {
    const environment = environmentOf(synthesize('settings of the service'));
    expect(readSettings(environment)).toMatchObject({
      addressHeaders: ['x-edge-ip'],
      trustedProxyHops: 2,
      logLevel: 'debug',
      credentialPreviousTtl: 90 * 60_000,
      telemetry: { issuedSamplePercent: 25, address: { form: 'truncated' } },
    });
  });

  test('gets the key of hashed addresses as a secret, which the service takes', () => {
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

test('The number of tasks follows the configuration', () => {
  const stack = synthesize('three to forty tasks');
  expect(stack.only('AWS::ApplicationAutoScaling::ScalableTarget').Properties).toMatchObject({
    MinCapacity: 3,
    MaxCapacity: 40,
  });
});
