import type { Context } from '../support/app.ts';
import { describeWithMoto } from '../support/moto.ts';
import { deployVersion, locationOf } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { type Stacks, stacksOf } from './stacks.ts';

/** Two environments in one region, and one of the same name in another. */
const ENVIRONMENTS: readonly Context[] = [
  {},
  { stackName: 'RiskGate-staging' },
  { region: 'eu-central-1' },
];

describeWithMoto('several environments in one account', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast', regions: ['us-east-1', 'eu-central-1'] });
    stacks = stacksOf(aws);
  });

  afterAll(() => aws?.stop());

  test('are deployed side by side, and no resource has the name of another', async () => {
    for (const context of ENVIRONMENTS) {
      expect(await deployVersion(aws, stacks, context, 'create')).toBe('CREATE_COMPLETE');
    }
  });

  test('one is removed without a change of the others', async () => {
    const others = ENVIRONMENTS.filter(({ stackName }) => stackName === undefined);
    const read = () => Promise.all(others.map((context) => stacks.resources(locationOf(context))));
    const before = await read();
    expect(await stacks.delete({ name: 'RiskGate-staging' })).toBe('DELETE_COMPLETE');
    expect(await read()).toEqual(before);
  });
});
