import { readFileSync } from 'node:fs';
import { describeWithMoto } from '../support/moto.ts';
import { publishFunctionOf010, type Template010 } from './assets.ts';
import { contextArguments } from './cdk.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { type Event, failures, type Stacks, stacksOf } from './stacks.ts';

/** Types that are created late, when most of the stack exists. */
const LATE = ['AWS::CloudWatch::CompositeAlarm', 'AWS::ECS::Service'];

const REASON = 'The account has reached a quota.';

describeWithMoto('a first deployment that fails', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
  });

  afterAll(() => aws?.stop());

  const fail = (type: string) =>
    aws.control('faults', { type, operation: 'create', reason: REASON });
  const recover = (type: string) => aws.control('faults', { type, operation: 'create' });

  describe.each(LATE)('at %s', (type) => {
    afterAll(async () => {
      await recover(type);
      await stacks.delete();
    });

    test('rolls back, and leaves only the bucket of the access logs', async () => {
      await fail(type);
      expect(await deployVersion(aws, stacks, {}, 'create')).toBe('ROLLBACK_COMPLETE');
      const events = await stacks.events();
      expect(failures(events)).toEqual([
        expect.stringContaining(` CREATE_FAILED: ${REASON}`),
        expect.stringContaining('RiskGate ROLLBACK_IN_PROGRESS: The following resource(s) failed'),
        'RiskGate ROLLBACK_COMPLETE: undefined',
      ]);
      expect(leftBehind(events)).toEqual(['AWS::S3::Bucket LoadBalancerAccessLogsB27DFC85']);
    });
  });

  test('can be repeated with cdk deploy, which shows the reason of the failure', async () => {
    const type = 'AWS::CloudFront::Distribution';
    const deploy = () =>
      aws.cdk(
        'deploy',
        '--require-approval=never',
        `--output=${aws.folder}/cdk.out`,
        ...contextArguments({}),
      );
    await fail(type);
    await expect(deploy()).rejects.toThrow(REASON);
    expect(await stacks.status()).toBe('ROLLBACK_COMPLETE');
    await recover(type);
    await deploy();
    expect(await stacks.status()).toBe('CREATE_COMPLETE');
  });
});

describeWithMoto('a first deployment of 0.1.0 that fails', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
  });

  afterAll(() => aws?.stop());

  test('cannot be rolled back, nor updated: its load balancer is protected', async () => {
    const text = readFileSync(new URL('data/0.1.0/cloudfront.json', import.meta.url), 'utf8');
    const template: Template010 = JSON.parse(text);
    await publishFunctionOf010(aws, template);
    const fault = { type: 'AWS::ECS::Service', operation: 'create', reason: REASON };
    await aws.control('faults', fault);
    expect(await stacks.create(template)).toBe('ROLLBACK_FAILED');
    expect(failures(await stacks.events())).toContainEqual(
      expect.stringMatching(/^LoadBalancer\w+ DELETE_FAILED: .*deletion protection is enabled/),
    );
    await expect(deployVersion(aws, stacks, { deletionProtection: 'false' })).rejects.toThrow(
      'is in ROLLBACK_FAILED state and can not be updated',
    );
  });
});

/** Returns the resources that were created and not deleted, with their types. */
function leftBehind(events: readonly Event[]): readonly string[] {
  const left = new Map<string, string>();
  for (const { id, type, status, physicalId } of events) {
    if (type === 'AWS::CloudFormation::Stack') continue;
    if (status === 'CREATE_COMPLETE') left.set(physicalId, `${type} ${id}`);
    if (status === 'DELETE_COMPLETE') left.delete(physicalId);
  }
  return [...left.values()];
}
