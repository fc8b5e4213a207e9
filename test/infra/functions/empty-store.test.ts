import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { CustomResourceRequest } from '../../../infra/functions/custom-resource.ts';
import { storeEmptier } from '../../../infra/functions/empty-store.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../support/moto.ts';

const FOLDERS = { Bucket: 'emptied', Prefixes: ['feeds/', 'quotas/'] };

const request = (
  RequestType: CustomResourceRequest['RequestType'],
  ResourceProperties: object = FOLDERS,
): CustomResourceRequest => ({
  ...{ RequestType, StackId: 'stack', RequestId: '1', LogicalResourceId: 'Objects' },
  ...{ ResponseURL: 'http://127.0.0.1/', ResourceProperties: { ...ResourceProperties } },
});

describeWithMoto('The folders of the feeds', () => {
  let s3: S3Client;

  beforeAll(async () => {
    s3 = new S3Client({
      ...{
        endpoint: await sharedMoto(),
        region: 'us-east-1',
        forcePathStyle: true,
        maxAttempts: 1,
      },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: PATIENT_CLIENT,
    });
  });

  afterAll(() => s3.destroy());

  beforeEach(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'emptied' }));
    for (const Key of [...OWN, ...OTHERS]) {
      await s3.send(new PutObjectCommand({ Bucket: 'emptied', Key, Body: Key }));
    }
  });

  const OWN = ['feeds/a/1', 'feeds/a/current.json', 'feeds/b/2', 'quotas/maxmind.json'];
  const OTHERS = ['0123/policy.yaml', 'feed', 'other/feeds/a'];

  async function keys(): Promise<(string | undefined)[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'emptied' }));
    return Contents.map(({ Key }) => Key);
  }

  test.each<[RequestType: CustomResourceRequest['RequestType'], left: readonly string[]]>([
    ['Create', [...OTHERS, ...OWN]],
    ['Update', [...OTHERS, ...OWN]],
    ['Delete', OTHERS],
  ])('%s: the bucket then contains %j', async (type, left) => {
    expect(await storeEmptier(s3)(request(type))).toEqual({ physicalId: 's3://emptied' });
    expect(await keys()).toEqual([...left].sort());
  });

  test('are deleted twice without an error, and with a bucket that is gone', async () => {
    await storeEmptier(s3)(request('Delete'));
    await storeEmptier(s3)(request('Delete'));
    await storeEmptier(s3)(request('Delete', { ...FOLDERS, Bucket: 'gone' }));
    expect(await keys()).toEqual([...OTHERS].sort());
  });
});

describe('The folders of the feeds that cannot be deleted', () => {
  const failing = (send: (command: object) => Promise<object>) => ({ send }) as unknown as S3Client;
  const DENIED = Object.assign(new Error('Access Denied.'), { name: 'AccessDenied' });

  test.each<[what: string, s3: S3Client, reason: string]>([
    ['as S3 denies the list', failing(() => Promise.reject(DENIED)), 'Access Denied'],
    [
      'as S3 denies one object',
      failing(async (command) =>
        command instanceof ListObjectsV2Command
          ? { Contents: [{ Key: 'feeds/a/1' }] }
          : { Errors: [{ Key: 'feeds/a/1', Code: 'AccessDenied' }] },
      ),
      'feeds/a/1: AccessDenied',
    ],
  ])('%s: the error says why', async (_, s3, reason) => {
    await expect(storeEmptier(s3)(request('Delete'))).rejects.toThrow(
      `s3://emptied/feeds/ cannot be emptied: ${reason}. Correct the cause, and delete the stack again.`,
    );
  });
});
