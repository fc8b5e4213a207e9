import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ROOT } from '../support/process.ts';
import { ACCOUNT, type EmulatedAws } from './emulated-aws.ts';

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string; readonly packaging: 'file' | 'zip' };
        readonly destinations: Readonly<
          Record<string, { readonly bucketName: string; readonly objectKey: string }>
        >;
      }
    >
  >;
}

/** Uploads the files of a cloud assembly, as `cdk deploy` does before it deploys. */
export async function publishAssets(aws: EmulatedAws, directory: string): Promise<void> {
  const text = readFileSync(join(directory, 'RiskGate.assets.json'), 'utf8');
  const { files }: AssetManifest = JSON.parse(text);
  const client = new S3Client({ ...aws.access, forcePathStyle: true });
  for (const { source, destinations } of Object.values(files)) {
    const path = join(directory, source.path);
    for (const { bucketName, objectKey } of Object.values(destinations)) {
      const bucket = bucketName.replace(`\${AWS::AccountId}`, ACCOUNT);
      if (source.packaging === 'zip') {
        await aws.control('archives', { bucket, key: objectKey, files: filesIn(path) });
      } else {
        const Body = readFileSync(path);
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey, Body }));
      }
    }
  }
  client.destroy();
}

function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

const HANDLERS = join(ROOT, 'node_modules/aws-cdk-lib/custom-resource-handlers/dist');

/** Uploads the code of the only function of 0.1.0: CDK's own for the default security group. */
export async function publishFunctionOf010(aws: EmulatedAws, template: Template010) {
  const [code] = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => (Properties as { readonly Code: { readonly S3Key: string } }).Code);
  const read = (path: string) => readFileSync(join(HANDLERS, path, 'index.js'), 'utf8');
  await aws.control('archives', {
    bucket: `cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`,
    key: code?.S3Key,
    files: {
      'index.js': read('aws-ec2/restrict-default-security-group-handler'),
      '__entrypoint__.js': read('core/nodejs-entrypoint-handler'),
    },
  });
}

export interface Template010 {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: unknown }>
  >;
}
