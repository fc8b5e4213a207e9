import { describeWithMoto } from '../support/moto.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, REGION, startEmulatedAws } from './emulated-aws.ts';
import { type Stacks, stacksOf } from './stacks.ts';

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

describeWithMoto('the deployed canary', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
    expect(await deployVersion(aws, stacks, {}, 'create')).toBe('CREATE_COMPLETE');
  });

  afterAll(() => aws?.stop());

  /** Fires the schedule whose logical id has this prefix, and returns the lines that the function writes. */
  async function fire(prefix: string) {
    const [, schedule] =
      Object.entries(await stacks.resources()).find(
        ([id, { Type }]) => id.startsWith(prefix) && Type === 'AWS::Scheduler::Schedule',
      ) ?? [];
    const run = (await aws.control('schedules', {
      region: REGION,
      name: schedule?.PhysicalResourceId,
    })) as Run;
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    return run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  test('queries the log of the service when the schedule of the daily status fires', async () => {
    expect(await fire('CanaryStatusSchedule')).toEqual([
      expect.objectContaining({ event: 'status', outcome: 'ok', StatusFailures: 0 }),
    ]);
  });

  test('writes metrics of the stack when its schedule fires, and the unreachable endpoint is a failure', async () => {
    const lines = await fire('CanarySchedule');
    const metrics = lines.find((line) => line._aws !== undefined);
    // The endpoint has never succeeded, so that it counts as pending.
    expect(metrics).toMatchObject({ Service: 'RiskGate', CanaryPending: 1 });
    expect(metrics._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'RiskGate' });
  });
});
