import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { fileCopier } from '../../../infra/functions/copy-file.ts';
import type { CustomResourceRequest } from '../../../infra/functions/custom-resource.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../support/moto.ts';

const SOURCE = { SourceBucket: 'bootstrap', SourceKey: '4711.yaml' };
const COPY = { ...SOURCE, Bucket: 'copies', Key: '4711/policy.yaml' };
const LOCATION = 's3://copies/4711/policy.yaml';

function request(
  RequestType: CustomResourceRequest['RequestType'],
  ResourceProperties: object = COPY,
): CustomResourceRequest {
  return {
    ...{ RequestType, StackId: 'stack', RequestId: '1', LogicalResourceId: 'Copy' },
    ...{ ResponseURL: 'http://127.0.0.1/', ResourceProperties: { ...ResourceProperties } },
  };
}

function clientOf(endpoint: string): S3Client {
  return new S3Client({
    ...{ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: PATIENT_CLIENT,
  });
}

describeWithMoto('A file of the deployment', () => {
  let s3: S3Client;

  beforeAll(async () => {
    s3 = clientOf(await sharedMoto());
    for (const Bucket of ['bootstrap', 'copies'])
      await s3.send(new CreateBucketCommand({ Bucket }));
    await put('bootstrap', '4711.yaml', 'version: 1');
  });

  afterAll(() => s3.destroy());

  beforeEach(async () => {
    await s3.send(new DeleteObjectCommand({ Bucket: COPY.Bucket, Key: COPY.Key }));
    await put('copies', '815/policy.yaml', 'version: 0');
  });

  const put = (Bucket: string, Key: string, Body: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  async function contents(): Promise<Record<string, string | undefined>> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'copies' }));
    const read = async (Key = '') => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'copies', Key }));
      return [Key, await Body?.transformToString()];
    };
    return Object.fromEntries(await Promise.all(Contents.map(({ Key }) => read(Key))));
  }

  const OTHER = { '815/policy.yaml': 'version: 0' };
  const COPIED = { ...OTHER, '4711/policy.yaml': 'version: 1' };

  test.each<[name: string, requests: CustomResourceRequest['RequestType'][], object]>([
    ['is copied', ['Create'], COPIED],
    ['is copied again with the same result', ['Create', 'Create'], COPIED],
    ['is copied again by an update', ['Create', 'Update'], COPIED],
    ['is deleted with its resource, and no other file', ['Create', 'Delete'], OTHER],
    ['is deleted twice without an error', ['Create', 'Delete', 'Delete'], OTHER],
    ['is deleted without an error if it was never copied', ['Delete'], OTHER],
  ])('%s', async (_, requests, expected) => {
    for (const each of requests) {
      expect(await fileCopier(s3)(request(each))).toEqual({ physicalId: LOCATION });
    }
    expect(await contents()).toEqual(expected);
  });

  test('is deleted without an error if its bucket is gone', async () => {
    const gone = request('Delete', { ...COPY, Bucket: 'gone' });
    expect(await fileCopier(s3)(gone)).toEqual({ physicalId: 's3://gone/4711/policy.yaml' });
  });

  test('that is not in the bootstrap bucket is an error with its remedy', async () => {
    const missing = request('Create', { ...COPY, SourceKey: 'gone.yaml' });
    await expect(fileCopier(s3)(missing)).rejects.toThrow(
      /^s3:\/\/bootstrap\/gone\.yaml cannot be copied to s3:\/\/copies\/4711\/policy\.yaml: .+\. Deploy with cdk deploy, which uploads the file first\.$/,
    );
    expect(await contents()).toEqual(OTHER);
  });
});

describe('S3 that denies access', () => {
  let server: Server;
  let s3: S3Client;
  let denials: number;
  let message: string;
  let calls: string[];

  beforeEach(async () => {
    calls = [];
    denials = Number.POSITIVE_INFINITY;
    message = 'Access Denied';
    server = createServer((call, response) => {
      calls.push(`${call.method} ${call.url?.split('?')[0]}`);
      call.resume();
      const isDenied = calls.length <= denials;
      const body = isDenied
        ? `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`
        : '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>';
      response.writeHead(isDenied ? 403 : 200, { 'content-type': 'application/xml' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    s3 = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(async () => {
    s3.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const copier = () => fileCopier(s3, [1, 1, 1]);

  test('is called again: a new permission takes effect within seconds', async () => {
    denials = 2;
    expect(await copier()(request('Create'))).toEqual({ physicalId: LOCATION });
    expect(calls).toEqual(Array(3).fill('PUT /copies/4711/policy.yaml'));
  });

  test.each<[name: string, type: CustomResourceRequest['RequestType'], text: string, RegExp]>([
    [
      'to the key of the bootstrap bucket',
      'Create',
      'User: arn:aws:sts::1:assumed-role/Copier is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext',
      /^s3:\/\/bootstrap\/4711\.yaml cannot be copied to s3:\S+: User: .+ kms:Decrypt .+ciphertext\. Let the key policy of the bootstrap bucket allow this function to decrypt through S3, and deploy again\.$/,
    ],
    [
      'to the asset',
      'Update',
      'Access Denied.',
      /^s3:\/\/bootstrap\/4711\.yaml cannot be copied to s3:\S+: Access Denied\. Correct the cause, and deploy again\.$/,
    ],
    [
      'to a file that is deleted',
      'Delete',
      'Access Denied',
      /^s3:\/\/copies\/4711\/policy\.yaml cannot be deleted: Access Denied\. Correct the cause, and deploy again\.$/,
    ],
  ])('%s, for good: one sentence says what to do', async (_, type, text, sentence) => {
    message = text;
    await expect(copier()(request(type))).rejects.toThrow(sentence);
    expect(calls).toHaveLength(4);
  });
});
