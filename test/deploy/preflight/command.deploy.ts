import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { describeWithMoto } from '../../support/moto.ts';
import { startNode } from '../../support/process.ts';
import { bootstrap } from './bootstrap.ts';
import { ACCOUNT_ID, account } from './facts.ts';
import { useAws } from './use-aws.ts';

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-preflight-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWithMoto('npm run preflight', () => {
  const aws = useAws();

  beforeAll(async () => {
    const docker = join(folder, 'docker');
    writeFileSync(docker, '#!/bin/sh\necho 28.1.0\n');
    chmodSync(docker, 0o755);
  });

  async function run(args: readonly string[], environment = {}) {
    const command = startNode(['--import', 'tsx', 'infra/preflight/main.ts', ...args], {
      PATH: [folder, process.env.PATH].join(delimiter),
      // Without the operator's own profiles.
      HOME: folder,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
      ...environment,
    });
    return { status: await command.exited, stdout: command.stdout(), stderr: command.stderr() };
  }

  const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing' };

  /** Prepares an account that lacks nothing, and answers for the APIs that moto lacks. */
  async function prepareAccount(): Promise<void> {
    const it = await account();
    await bootstrap(it);
    await it.clients.iam.send(
      new CreateRoleCommand({ RoleName: 'AWSServiceRoleForECS', AssumeRolePolicyDocument: '{}' }),
    );
    await it.clients.cloudFront.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: '1',
          Comment: '',
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'o',
                DomainName: 'example.com',
                CustomOriginConfig: {
                  HTTPPort: 80,
                  HTTPSPort: 443,
                  OriginProtocolPolicy: 'https-only',
                },
              },
            ],
          },
          DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only' },
        },
      }),
    );
    aws.answer('servicequotas GetServiceQuota', { body: { Quota: { Value: 100 } } });
    aws.answer('monitoring DescribeInsightRules', { body: { InsightRules: [] } });
    const empty = '<MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity>';
    aws.answer('cloudfront GET /2020-05-31/vpc-origin', {
      body: `<VpcOriginList>${empty}</VpcOriginList>`,
    });
    aws.answer('cloudfront GET /2020-05-31/function', {
      body: `<FunctionList>${empty}</FunctionList>`,
    });
  }

  test('finds nothing wrong with an account that lacks nothing, and changes nothing in it', async () => {
    await prepareAccount();
    const before = aws.requests.length;
    const { status, stdout, stderr } = await run(['--json'], CREDENTIALS);
    const { findings, ...deployment } = JSON.parse(stdout);
    expect(findings.filter(({ level }: { level: string }) => level !== 'ok')).toEqual([]);
    const checks = new Set(findings.map(({ check }: { check: string }) => check));
    expect(checks.size).toBeGreaterThan(18);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/Error/) });
    expect(deployment).toEqual({
      account: ACCOUNT_ID,
      region: 'us-east-1',
      stackName: 'RiskGate',
    });
    const changing = aws.requests
      .slice(before)
      .filter((request) => !/ (?:Describe|Get|List|BatchGet|GET|HEAD)/.test(request));
    expect(changing).toEqual([]);
  });

  test('reports every error of an empty account as one line, and fails', async () => {
    const { status, stdout } = await run([], {
      ...CREDENTIALS,
      AWS_REGION: '',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`ok       credentials: Account ${ACCOUNT_ID}, as user/moto.`);
    expect(lines).toContain(
      `error    CDK bootstrap: eu-west-1 has no CDK bootstrap in this account: run npx cdk bootstrap aws://${ACCOUNT_ID}/eu-west-1.`,
    );
    expect(lines.slice(0, lines.indexOf(''))).toEqual(
      lines
        .slice(0, lines.indexOf(''))
        .map(() => expect.stringMatching(/^(?:ok|warning|error) .*[.)]$/)),
    );
    expect(stdout).not.toContain('\u001b');
    expect(status).toBe(1);
  });

  test('without credentials and with a wrong policy, still checks what it can', async () => {
    const policyFile = join(folder, 'policy.yaml');
    writeFileSync(policyFile, 'version: 1\nrules: none\n');
    const { status, stdout } = await run(['-c', `policyFile=${policyFile}`]);
    expect(stdout).toMatch(/^error {4}credentials: No AWS credentials were found: /);
    expect(stdout).toMatch(/^error {4}policy and template: .*policy\.yaml:2/m);
    expect(stdout).toMatch(/^ok {7}Docker: docker 28\.1\.0 is running\.$/m);
    expect(stdout).toMatch(
      /^warning {2}account: The account was not checked: correct the credentials and run the command again\.$/m,
    );
    expect(status).toBe(1);
  });

  test('with invalid options, reports all of them and nothing that depends on them', async () => {
    const { status, stdout } = await run(['-c', 'minTasks=3', '-c', 'alarmEmail=ops'], CREDENTIALS);
    expect(stdout.split('\n').slice(2)).toEqual([
      expect.stringMatching(/^error {4}options: alarmEmail must be/),
      expect.stringMatching(/^error {4}options: minTasks is not an option/),
      'warning  account: Everything else was not checked: correct the options and run the command again.',
      '',
      '2 errors and 1 warning: correct the errors before you deploy.',
      '',
    ]);
    expect(status).toBe(1);
  });

  test('prints its usage when it does not understand the arguments', async () => {
    const { status, stdout, stderr } = await run(['--unknown']);
    expect(stderr).toMatch(/--unknown.*Usage: npm run preflight/s);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
