import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describeWithMoto } from '../support/moto.ts';
import { ROOT } from '../support/process.ts';
import { type Deployment, deploy } from './deployment.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { testEveryDeployment } from './every-deployment.ts';
import { type RunningTask, startTask } from './running-task.ts';

describeWithMoto('cdk deploy without a domain', () => {
  let aws: EmulatedAws;
  let deployment: Deployment;
  let policyFile: string;

  beforeAll(async () => {
    aws = await startEmulatedAws();
    policyFile = join(aws.folder, 'own-policy.yaml');
    writeFileSync(policyFile, ownPolicy());
    deployment = await deploy(aws, { policyFile });
  });

  afterAll(() => aws?.stop());

  testEveryDeployment(() => ({ aws, deployment, policyFile }));

  test('the endpoint has a CloudFront domain', () => {
    expect(deployment.outputs.ActionEndpoint).toMatch(
      /^https:\/\/[a-z0-9]{1,63}\.cloudfront\.net\/pre-issue-access-token$/,
    );
  });

  test('the load balancer is internal, with an HTTP listener for CloudFront', () => {
    expect(deployment.loadBalancer).toMatchObject({ Scheme: 'internal' });
    expect(deployment.listeners).toEqual([
      expect.objectContaining({
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [
          expect.objectContaining({
            Type: 'forward',
            TargetGroupArn: deployment.physicalId('AWS::ElasticLoadBalancingV2::TargetGroup'),
          }),
        ],
      }),
    ]);
  });

  describe('the service with the environment of the deployed task', () => {
    let task: RunningTask;

    beforeAll(async () => {
      task = await startTask(aws, deployment);
    });

    afterAll(() => task?.end());

    test('issues a token for an address with a low score', async () => {
      expect(await task.requestToken('205.210.31.51')).toMatchObject({
        kind: 'token',
        token: { expiresIn: 3600 },
        dropped: [],
      });
    });

    test('shortens the lifetime for an elevated score by the time of day', async () => {
      // The hour may change during the request.
      const before = lifetimeNow();
      const outcome = await task.requestToken('14.102.69.58');
      expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
      const lifetime = outcome.kind === 'token' ? outcome.token.expiresIn : undefined;
      expect([before, lifetimeNow()]).toContain(lifetime);
    });

    test('refuses a high score with the description of the deployed policy', async () => {
      expect(await task.requestToken('103.159.198.178')).toEqual({
        kind: 'refused',
        status: 400,
        error: 'access_denied',
        errorDescription: 'The policy of this deployment refuses addresses of high risk.',
      });
    });

    test('refuses a restricted country without a lookup in AbuseIPDB', async () => {
      expect(await task.requestToken('175.45.176.0')).toMatchObject({
        kind: 'refused',
        error: 'access_denied',
        errorDescription: 'Access token issuance is blocked from your region KP.',
      });
      expect(task.simulator.checks.map(({ address }) => address)).not.toContain('175.45.176.0');
    });

    test('rejects a caller without the deployed credential', async () => {
      expect(await task.statusWith('another-credential-of-some-length')).toBe(401);
    });

    test('has stored its records in the deployed table when it has exited', async () => {
      expect(await task.end()).toBe(0);
      const client = new DynamoDBClient(aws.access);
      const { Items = [] } = await client.send(
        new ScanCommand({ TableName: deployment.physicalId('AWS::DynamoDB::Table') }),
      );
      client.destroy();
      const keys = Items.map(({ address }) => address?.S).sort();
      expect(keys).toEqual([
        expect.stringContaining('103.159.198.178'),
        expect.stringContaining('14.102.69.58'),
        expect.stringContaining('205.210.31.51'),
      ]);
      const now = Date.now() / 1000;
      expect(Items.every(({ expires_at }) => Number(expires_at?.N) > now)).toBe(true);
    });
  });
});

/** Returns the default policy with one changed sentence, which the service can only have from the deployed file. */
function ownPolicy(): string {
  const text = readFileSync(resolve(ROOT, 'app/policy.yaml'), 'utf8');
  return text.replace(
    'Access token issuance is blocked due to high IP risk.',
    'The policy of this deployment refuses addresses of high risk.',
  );
}

/** Returns the lifetime in seconds for an elevated score at this hour. */
function lifetimeNow(): number {
  const hour = new Date().getUTCHours();
  return hour >= 9 && hour < 17 ? 900 : 300;
}
