import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ACCOUNT, type EmulatedAws, REGION, startEmulatedAws } from './emulated-aws.ts';

const APP = 'node --import tsx test/deploy/data-file-app.ts';
const BOOTSTRAP = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;

describe('a file of the tasks', () => {
  let aws: EmulatedAws;
  let s3: S3Client;
  let bucket: string;

  beforeAll(async () => {
    aws = await startEmulatedAws();
    s3 = new S3Client({ ...aws.access, forcePathStyle: true });
  });

  afterAll(async () => {
    s3.destroy();
    await aws.stop();
  });

  function cdk(command: 'deploy' | 'destroy', text: string, ...more: string[]): Promise<void> {
    const path = join(aws.folder, 'policy.yaml');
    writeFileSync(path, text);
    const confirmed = command === 'deploy' ? ['--require-approval=never'] : ['--force'];
    return aws.cdk(command, '--app', APP, '-c', `file=${path}`, ...confirmed, ...more);
  }

  /** Texts of the files in the bucket of the stack. */
  async function files(): Promise<(string | undefined)[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Promise.all(
      Contents.map(async ({ Key }) => {
        expect(Key).toMatch(/^[0-9a-f]{64}\/policy\.yaml$/);
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return Body?.transformToString();
      }),
    );
  }

  async function stackStatus(): Promise<unknown> {
    const [response] = (await aws.call([
      ['cloudformation', 'describe_stacks', { StackName: 'DataFiles' }],
    ])) as [{ Stacks: readonly { StackStatus: string }[] }];
    return response.Stacks[0]?.StackStatus;
  }

  test('is copied into the bucket of the stack', async () => {
    await cdk('deploy', 'version: 1');
    const [resources] = (await aws.call([
      ['cloudformation', 'describe_stack_resources', { StackName: 'DataFiles' }],
    ])) as [{ StackResources: readonly { ResourceType: string; PhysicalResourceId: string }[] }];
    const buckets = resources.StackResources.filter(
      ({ ResourceType }) => ResourceType === 'AWS::S3::Bucket',
    );
    bucket = buckets[0]?.PhysicalResourceId ?? '';
    expect(bucket).not.toBe(BOOTSTRAP);
    expect(await files()).toEqual(['version: 1']);
  });

  test('is kept, and its new version deleted, when the deployment rolls back', async () => {
    await expect(cdk('deploy', 'version: 2', '-c', 'fails=true')).rejects.toThrow(
      /s3:\/\/no-such-bucket\/x cannot be copied to s3:\/\/no-such-bucket\/y/,
    );
    expect(await stackStatus()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await files()).toEqual(['version: 1']);
  });

  test('is replaced by its new version after a successful deployment', async () => {
    await cdk('deploy', 'version: 2');
    expect(await stackStatus()).toBe('UPDATE_COMPLETE');
    expect(await files()).toEqual(['version: 2']);
  });

  test('is deleted with the stack, and so is its bucket', async () => {
    await cdk('destroy', 'version: 2');
    const [response] = (await aws.call([['s3', 'list_buckets', {}]])) as [
      { Buckets: readonly { Name: string }[] },
    ];
    expect(response.Buckets.map(({ Name }) => Name)).toEqual([BOOTSTRAP]);
  });
});
