import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMoto } from '../support/moto.ts';
import { outputOf } from '../support/process.ts';
import { runCdk } from './cdk.ts';

/** The account that moto plays. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export type AwsCall = readonly [service: string, operation: string, parameters: object];

/** An account of AWS on this machine, ready for CDK. */
export interface EmulatedAws {
  /** Options for a client of it. */
  readonly access: object;
  /** What makes a process use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** For files of the test; gone when it stops. */
  readonly folder: string;
  /** Runs the CDK CLI in the checkout against it. @throws Error with what CDK said, and moto. */
  cdk(...args: string[]): Promise<void>;
  /** Calls services whose client Node does not have here; the answers come in the same order. */
  call(calls: readonly AwsCall[]): Promise<unknown[]>;
  /** Ends everything that was started here. */
  stop(): Promise<void>;
}

/** Starts moto and bootstraps it for CDK. */
export async function startEmulatedAws(): Promise<EmulatedAws> {
  const moto = await startMoto({ cloudFormation: true });
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-deploy-'));
  const controller = new AbortController();
  const { signal } = controller;
  const environment = environmentFor(moto.endpoint);
  const cdk = async (args: string[], at?: { readonly folder: string }) => {
    try {
      await runCdk(args, { environment, home: folder, signal, ...at });
    } catch (error) {
      throw new Error(`${error}\nmoto has logged:\n${moto.log()}`);
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
    async stop() {
      controller.abort();
      await moto.stop();
      rmSync(folder, { recursive: true });
    },
  };
  try {
    // Away from cdk.json, or CDK would synthesise the stack first, without need.
    await cdk(['bootstrap', `aws://${ACCOUNT}/${REGION}`], { folder });
    return aws;
  } catch (error) {
    await aws.stop();
    throw error;
  }
}

function environmentFor(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    // CDK hands CloudFormation the address of the template, and moto finds a bucket's name in its path
    // only when the host is called localhost.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: endpoint.replace('127.0.0.1', 'localhost'),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Whoever runs the tests may have an account of his own.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // What moto cannot do stays the error that is shown, and does not become "Stack already exists".
    AWS_MAX_ATTEMPTS: '1',
  };
}
