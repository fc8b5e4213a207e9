import { describeWithMoto } from '../support/moto.ts';
import { contextArguments } from './cdk.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { protectionOf } from './protection.ts';
import { failures, type Stacks, stacksOf } from './stacks.ts';

describeWithMoto('the protection of a stack', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
    expect(await deployVersion(aws, stacks, { retainLogs: 'true' }, 'create')).toBe(
      'CREATE_COMPLETE',
    );
  });

  afterAll(() => aws?.stop());

  const cdk = (command: 'deploy' | 'destroy', context: Record<string, string>) =>
    aws.cdk(
      command,
      command === 'deploy' ? '--require-approval=never' : '--force',
      `--output=${aws.folder}/cdk.out`,
      ...contextArguments(context),
    );

  // The order matters: these are the steps of docs/deploy.md.
  test('the second step protects stack and load balancer, and cdk destroy is refused', async () => {
    const protectedContext = { retainLogs: 'true', deletionProtection: 'true' };
    expect(await protectionOf(aws, stacks)).toBe('false');
    await cdk('deploy', protectedContext);
    expect(await protectionOf(aws, stacks)).toBe('true');
    await expect(cdk('destroy', protectedContext)).rejects.toThrow(/TerminationProtection/);
    expect(await stacks.status()).toBe('UPDATE_COMPLETE');
  });

  test('without protection the stack is removed, except for what docs/deploy.md lists', async () => {
    const context = { retainLogs: 'true', deletionProtection: 'false' };
    await cdk('deploy', context);
    expect(await protectionOf(aws, stacks)).toBe('false');
    await cdk('destroy', context);
    const events = await stacks.events();
    expect(failures(events)).toEqual([]);
    const skipped = events.filter(({ status }) => status === 'DELETE_SKIPPED');
    expect(skipped.map(({ id }) => id).sort()).toEqual([
      'FirewallLogs7FB06776',
      'LoadBalancerAccessLogsB27DFC85',
      'ServiceLogs205D48C6',
    ]);
  });
});
