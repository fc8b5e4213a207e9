import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseCredential } from '../../app/src/credential/credential.ts';
import { KEEP_ALIVE_TIMEOUT_MS } from '../../app/src/http/server.ts';
import { ROOT } from '../support/process.ts';
import { runCanary } from './canary-run.ts';
import { IMAGE } from './cdk.ts';
import type { ContainerDefinition, Deployment } from './deployment.ts';
import { ACCOUNT, type EmulatedAws, REGION } from './emulated-aws.ts';
import { readSecret } from './secrets.ts';

/** What the tests inspect, once the deployment is done. */
export interface Deployed {
  readonly aws: EmulatedAws;
  readonly deployment: Deployment;
  /** Relative to the project, or absolute. */
  readonly policyFile: string;
}

/** Returns the log group of the container. */
function logGroupOf({ taskDefinition }: Deployment): unknown {
  const [{ logConfiguration }] = taskDefinition.containerDefinitions;
  return logConfiguration.options['awslogs-group'];
}

/** Returns the environment of the service's container. */
export function containerEnvironment({ taskDefinition }: Deployment): Record<string, string> {
  return environmentOf(taskDefinition.containerDefinitions[0]);
}

export function environmentOf({ environment }: ContainerDefinition): Record<string, string> {
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]));
}

/** Tests what does not depend on the kind of endpoint. */
export function testEveryDeployment(deployed: () => Deployed): void {
  test('the stack has every resource of its template', () => {
    const { stack, template, physicalIds } = deployed().deployment;
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    expect(Object.keys(physicalIds).sort()).toEqual(Object.keys(template.Resources).sort());
  });

  test('the outputs contain the endpoint, both secrets, the log group and the dashboard', () => {
    const { outputs, stack } = deployed().deployment;
    const secret = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:`;
    expect(outputs).toMatchObject({
      ActionEndpoint: expect.stringMatching(/^https:\/\/[a-z0-9.-]+\/pre-issue-access-token$/),
      ActionCredentialSecretArn: expect.stringMatching(RegExp(`^${secret}\\S+-[A-Za-z0-9]{6}$`)),
      AbuseIpdbSecretArn: expect.stringMatching(RegExp(`^${secret}\\S+-[A-Za-z0-9]{6}$`)),
      ActionAllowedHeaders: expect.stringMatching(/^[a-z0-9.,-]+$/),
      PagesTopicArn: expect.stringMatching(/^arn:aws:sns:/),
      TicketsTopicArn: expect.stringMatching(/^arn:aws:sns:/),
      LogGroupName: logGroupOf(deployed().deployment),
      DashboardUrl: `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${deployed().deployment.physicalId('AWS::CloudWatch::Dashboard')}`,
    });
    const described = Object.entries(outputs).map(([OutputKey, OutputValue]) =>
      expect.objectContaining({ OutputKey, OutputValue }),
    );
    expect(stack).toMatchObject({ Outputs: expect.arrayContaining(described) });
  });

  test('the credential is valid for the service and not in the template', async () => {
    const { aws, deployment } = deployed();
    const json = await readSecret(aws, deployment.outputs.ActionCredentialSecretArn);
    const credential = parseCredential(json, 'the secret');
    expect(credential).toEqual({
      scheme: 'api-key',
      header: 'x-api-key',
      secret: expect.stringMatching(/^[A-Za-z0-9]{48}$/),
    });
    const { secret } = credential as { readonly secret: string };
    expect(JSON.stringify(deployment.template)).not.toContain(secret);
  });

  test('the table has the key address, on-demand billing and a TTL', async () => {
    const { aws, deployment } = deployed();
    const client = new DynamoDBClient(aws.access);
    const table = { TableName: deployment.physicalId('AWS::DynamoDB::Table') };
    expect((await client.send(new DescribeTableCommand(table))).Table).toMatchObject({
      KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand(table));
    expect(TimeToLiveDescription).toEqual({
      AttributeName: 'expires_at',
      TimeToLiveStatus: 'ENABLED',
    });
    client.destroy();
  });

  test('the environment of the container contains the table, both secrets and the policy', () => {
    const { deployment } = deployed();
    expect(containerEnvironment(deployment)).toMatchObject({
      PORT: '3000',
      REPUTATION_TABLE: deployment.physicalId('AWS::DynamoDB::Table'),
      ACTION_CREDENTIAL_SECRET_ARN: deployment.outputs.ActionCredentialSecretArn,
      ABUSEIPDB_SECRET_ARN: deployment.outputs.AbuseIpdbSecretArn,
      POLICY_FILE: expect.stringMatching(/^s3:\/\/(?!cdk-)[^/]+\/[0-9a-f]{64}\/policy\.yaml$/),
    });
    expect(containerEnvironment(deployment)).not.toHaveProperty('ACTION_CREDENTIAL');
    expect(deployment.taskDefinition).toMatchObject({
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      containerDefinitions: [{ name: 'RiskGate', image: IMAGE, readonlyRootFilesystem: true }],
    });
  });

  test('the policy in S3 is that of the file', async () => {
    const { aws, deployment, policyFile } = deployed();
    const location = new URL(containerEnvironment(deployment).POLICY_FILE ?? '');
    const client = new S3Client(aws.access);
    const command = new GetObjectCommand({
      Bucket: location.hostname,
      Key: location.pathname.slice(1),
    });
    const { Body } = await client.send(command);
    expect(await Body?.transformToString()).toBe(readFileSync(resolve(ROOT, policyFile), 'utf8'));
    client.destroy();
  });

  test('the service runs on Fargate without a public address, in the target group', () => {
    const { service, physicalId } = deployed().deployment;
    expect(service).toMatchObject({
      status: 'ACTIVE',
      launchType: 'FARGATE',
      taskDefinition: physicalId('AWS::ECS::TaskDefinition'),
      networkConfiguration: { awsvpcConfiguration: { assignPublicIp: 'DISABLED' } },
      loadBalancers: [
        {
          containerName: 'RiskGate',
          containerPort: 3000,
          targetGroupArn: physicalId('AWS::ElasticLoadBalancingV2::TargetGroup'),
        },
      ],
    });
  });

  test('the target group checks readiness, and waits 15 s when it deregisters a task', () => {
    const { targetGroup, targetGroupAttributes } = deployed().deployment;
    expect(targetGroup).toMatchObject({
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 3000,
      HealthCheckPath: '/readyz',
      Matcher: { HttpCode: '200' },
    });
    expect(targetGroupAttributes).toMatchObject({
      'deregistration_delay.timeout_seconds': '15',
      'load_balancing.algorithm.type': 'least_outstanding_requests',
    });
  });

  test('the load balancer fails open without its firewall, and logs to a bucket of the stack', () => {
    const { loadBalancerAttributes, physicalIds } = deployed().deployment;
    const [, bucket] =
      Object.entries(physicalIds).find(([id]) => id.startsWith('LoadBalancerAccessLogs')) ?? [];
    expect(loadBalancerAttributes).toMatchObject({
      'waf.fail_open.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': bucket,
    });
  });

  test('the load balancer closes idle connections before the service does', () => {
    const idle = Number(
      deployed().deployment.loadBalancerAttributes['idle_timeout.timeout_seconds'],
    );
    expect(idle).toBeGreaterThan(0);
    expect(idle * 1000).toBeLessThan(KEEP_ALIVE_TIMEOUT_MS);
  });

  test('the schedule runs the canary, which gets a decision with the generated credential', async () => {
    const { aws, deployment } = deployed();
    const { endpoint, lines, decisions } = await runCanary(aws, deployment);
    expect(endpoint).toBe(deployment.outputs.ActionEndpoint);
    expect(lines).toEqual([
      expect.objectContaining({ event: 'canary', outcome: 'ok', Service: 'RiskGate' }),
    ]);
    expect(decisions).toEqual([expect.objectContaining({ test: 'canary' })]);
  });
}
