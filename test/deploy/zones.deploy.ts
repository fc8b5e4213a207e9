import type { Context } from '../support/app.ts';
import { describeWithMoto } from '../support/moto.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, REGION, startEmulatedAws } from './emulated-aws.ts';
import { type DeployedResource, failures, type Stacks, stacksOf } from './stacks.ts';

/** The zones a, b, c … of an account whose first zone has no VPC origins. */
const ZONES = ['use1-az3', 'use1-az5', 'use1-az1', 'use1-az6', 'use1-az2', 'use1-az4'];

describeWithMoto('the zones of a stack', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
    await aws.control('zones', { region: REGION, ids: ZONES });
  });

  afterAll(() => aws?.stop());

  /** Returns the ids of the zones in which the load balancer has subnets. */
  async function zonesOf(resources: Readonly<Record<string, DeployedResource>>): Promise<string[]> {
    const all = Object.values(resources);
    const [balancer] = all.filter(({ Type }) => Type.endsWith('V2::LoadBalancer'));
    const [response] = await aws.call([
      ['ec2', 'describe_subnets', { SubnetIds: balancer?.Properties.Subnets }],
    ]);
    const { Subnets } = response as { Subnets: { AvailabilityZoneId: string }[] };
    return Subnets.map(({ AvailabilityZoneId }) => AvailabilityZoneId).sort();
  }

  const keptOf = (resources: Readonly<Record<string, DeployedResource>>) =>
    Object.values(resources)
      .filter(({ Type }) => /::(LoadBalancer|VPC|Table|Secret|Service|Distribution)$/.test(Type))
      .map(({ PhysicalResourceId }) => PhysicalResourceId)
      .sort();

  // Each row changes the stack of the row before.
  test.each<[what: string, Context, zones: RegExp]>([
    ['a new stack avoids a zone without VPC origins', {}, /^use1-az[12456],use1-az[12456]$/],
    ['zoneIds moves it to other zones', { zoneIds: 'use1-az4,use1-az5' }, /^use1-az4,use1-az5$/],
    ['zoneIds replaces one zone', { zoneIds: 'use1-az5,use1-az6' }, /^use1-az5,use1-az6$/],
    [
      'zoneIds adds a zone',
      { zoneIds: 'use1-az2,use1-az5,use1-az6' },
      /^use1-az2,use1-az5,use1-az6$/,
    ],
  ])('%s', async (_, context, zones) => {
    const isNew = context.zoneIds === undefined;
    const before = isNew ? undefined : keptOf(await stacks.resources());
    const status = await deployVersion(aws, stacks, context, isNew ? 'create' : 'update');
    expect(failures(await stacks.events())).toEqual([]);
    expect(status).toBe(isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE');
    const after = await stacks.resources();
    expect((await zonesOf(after)).join()).toMatch(zones);
    if (before !== undefined) expect(keptOf(after)).toEqual(before);
  });
});
