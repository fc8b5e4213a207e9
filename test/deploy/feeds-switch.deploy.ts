import {
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeWithMoto } from '../support/moto.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { type DeployedResource, failures, type Stacks, stacksOf } from './stacks.ts';

const FEEDS = { feeds: 'geolite2-country,tor-exits,partners=s3://partners/list.txt' };

describeWithMoto('A stack whose feeds are switched on, and off', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;
  let s3: S3Client;
  let bucket: string;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
    s3 = new S3Client({ ...aws.access, forcePathStyle: true });
    expect(await deployVersion(aws, stacks, {}, 'create')).toBe('CREATE_COMPLETE');
    bucket = (await bucketOf())?.PhysicalResourceId ?? '';
  });

  afterAll(async () => {
    s3?.destroy();
    await aws?.stop();
  });

  /** Returns the first resource of the feeds with a type, or undefined. */
  const find = async (
    type: string,
    prefix = 'Refresher',
  ): Promise<DeployedResource | undefined> => {
    const found = Object.entries(await stacks.resources()).filter(
      ([id, { Type }]) => id.startsWith(prefix) && Type === type,
    );
    return found[0]?.[1];
  };
  const bucketOf = () => find('AWS::S3::Bucket', 'ServiceTaskDataBucket');

  async function keys(): Promise<readonly (string | undefined)[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key);
  }

  async function publish(): Promise<void> {
    for (const Key of ['feeds/tor-exits/current.json', 'quotas/maxmind.json']) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{}' }));
    }
  }

  // The order matters: each test continues with the stack of the one before.
  test('gets a refresher, and keeps its bucket', async () => {
    expect(await deployVersion(aws, stacks, FEEDS)).toBe('UPDATE_COMPLETE');
    expect(failures(await stacks.events())).toEqual([]);
    const { PhysicalResourceId, Properties } = (await bucketOf()) as DeployedResource;
    expect(PhysicalResourceId).toBe(bucket);
    expect(Properties.LifecycleConfiguration.Rules).toHaveLength(2);
  });

  test('its schedule starts the task of the refresher in the cluster of the service', async () => {
    const target = (await find('AWS::Scheduler::Schedule'))?.Properties.Target;
    const definition = await find('AWS::ECS::TaskDefinition');
    expect(target.EcsParameters.TaskDefinitionArn).toBe(definition?.PhysicalResourceId);
    const cluster = (await find('AWS::ECS::Cluster', 'Service'))?.PhysicalResourceId ?? 'none';
    expect(target.Arn.endsWith(`/${cluster}`)).toBe(true);
  });

  test('loses all of it without feeds, but not its policy', async () => {
    await publish();
    expect(await deployVersion(aws, stacks, {})).toBe('UPDATE_COMPLETE');
    expect(failures(await stacks.events())).toEqual([]);
    expect(await keys()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\/policy\.yaml$/)]);
    const ids = Object.keys(await stacks.resources());
    expect(ids.filter((id) => id.startsWith('Refresher'))).toEqual([]);
  });

  test('can be removed with feeds, together with what the refresher has written', async () => {
    expect(await deployVersion(aws, stacks, FEEDS)).toBe('UPDATE_COMPLETE');
    await publish();
    expect(await stacks.delete()).toBe('DELETE_COMPLETE');
    expect(failures(await stacks.events())).toEqual([]);
    const head = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'quotas/maxmind.json' }));
    await expect(head).rejects.toThrow();
  });
});
