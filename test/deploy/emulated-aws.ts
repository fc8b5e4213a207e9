import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startMoto } from '../support/moto.ts';
import { outputOf } from '../support/process.ts';
import { runCdk } from './cdk.ts';

/** The account id of moto. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export type AwsCall = readonly [service: string, operation: string, parameters: object];

/** An emulated AWS account, bootstrapped for CDK. */
export interface EmulatedAws {
  /** Options for AWS clients. */
  readonly access: object;
  /** The environment with which a process uses it. */
  readonly environment: Readonly<Record<string, string>>;
  /** For files of the test; removed by `stop`. */
  readonly folder: string;
  /** Runs the CDK CLI in the project. @throws Error with the output of CDK and the log of moto. */
  cdk(...args: string[]): Promise<void>;
  /** Calls services without a Node client in this project. @returns the responses in the same order. */
  call(calls: readonly AwsCall[]): Promise<unknown[]>;
  /** Asks the emulator itself: see test/support/emulator/cloudformation/control.py. */
  control(path: string, body?: object): Promise<unknown>;
  /** Ends moto and all running commands. */
  stop(): Promise<void>;
}

/** The version of CDK's bootstrap template that the tests pretend to have. */
const BOOTSTRAP_VERSION = '30';

export interface EmulatedAwsOptions {
  /**
   * `cdk`: bootstraps with the CLI. `fast`: only creates what a deployment reads, the bucket and the version.
   * @default cdk
   */
  readonly bootstrap?: 'cdk' | 'fast';
  /** @default us-east-1 */
  readonly regions?: readonly string[];
}

/** Starts moto and bootstraps it for CDK. */
export async function startEmulatedAws({
  bootstrap = 'cdk',
  regions = [REGION],
}: EmulatedAwsOptions = {}): Promise<EmulatedAws> {
  const moto = await startMoto({ cloudFormation: true });
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-deploy-'));
  const controller = new AbortController();
  const { signal } = controller;
  const environment = environmentFor(moto.endpoint);
  const cdk = async (args: string[], at?: { readonly folder: string }) => {
    try {
      await runCdk(args, { environment, home: folder, signal, ...at });
    } catch (error) {
      throw new Error(`${error}\nLog of moto:\n${moto.log()}`);
    }
  };
  const aws: EmulatedAws = {
    environment,
    folder,
    access: {
      endpoint: moto.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    cdk: (...args) => cdk(args),
    async call(calls) {
      const script = fileURLToPath(new URL('aws_calls.py', import.meta.url));
      const input = JSON.stringify(calls);
      return JSON.parse(await outputOf('python3', [script], { environment, input, signal }));
    },
    async control(path, body) {
      const response = await fetch(`${moto.endpoint}/moto-api/emulator/${path}`, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status}\n${moto.log()}`);
      return response.json();
    },
    async stop() {
      controller.abort();
      await moto.stop();
      rmSync(folder, { recursive: true });
    },
  };
  try {
    const targets = regions.map((region) => `aws://${ACCOUNT}/${region}`);
    // In a folder without cdk.json, or CDK would synthesise the stack first.
    if (bootstrap === 'cdk') await cdk(['bootstrap', ...targets], { folder });
    else for (const region of regions) await bootstrapRegion(aws, region);
    return aws;
  } catch (error) {
    await aws.stop();
    throw error;
  }
}

async function bootstrapRegion({ access }: EmulatedAws, region: string): Promise<void> {
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: `cdk-hnb659fds-assets-${ACCOUNT}-${region}` }));
  const ssm = new SSMClient({ ...access, region });
  const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: BOOTSTRAP_VERSION };
  await ssm.send(new PutParameterCommand({ ...version, Type: 'String' }));
  for (const client of [s3, ssm]) client.destroy();
}

function environmentFor(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    // CDK passes the URL of the template to CloudFormation, and moto looks for the bucket in its path only
    // if the host is localhost.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: endpoint.replace('127.0.0.1', 'localhost'),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Ignores the developer's own AWS configuration.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // A retry would replace moto's error by "Stack already exists".
    AWS_MAX_ATTEMPTS: '1',
  };
}
