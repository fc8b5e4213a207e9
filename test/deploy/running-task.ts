import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { parseCredential } from '../../app/src/credential/credential.ts';
import type { Outcome } from '../../app/tools/identity-server/index.ts';
import { outcomeOf } from '../support/outcome.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startNode, startScript } from '../support/process.ts';
import type { Deployment } from './deployment.ts';
import type { EmulatedAws } from './emulated-aws.ts';
import { containerEnvironment } from './every-deployment.ts';
import { readSecret, writeSecret } from './secrets.ts';

export const ABUSEIPDB_KEY = 'the-key-of-the-operator';

/** The service as a process with the environment of the deployed task. */
export interface RunningTask {
  readonly process: RunningProcess;
  readonly simulator: Simulator;
  /** Sends a request with an address and the deployed credential. @returns what the OAuth client gets. */
  requestToken(address: string): Promise<Outcome>;
  /** Returns the status of a request with another credential. */
  statusWith(secret: string): Promise<number>;
  /** Stops the process as ECS does. @returns its exit code. */
  end(): Promise<number | string>;
}

export interface TaskOptions {
  /** The folder with the built service. @default runs the sources */
  readonly build?: string;
  /** A simulated AbuseIPDB with `ABUSEIPDB_KEY`, which `end` closes. @default a new one */
  readonly simulator?: Simulator;
  /** Settings besides the deployed ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Stores the AbuseIPDB key in its secret, as an operator does, and starts the service. */
export async function startTask(
  aws: EmulatedAws,
  deployment: Deployment,
  options: TaskOptions = {},
): Promise<RunningTask> {
  const { AbuseIpdbSecretArn, ActionCredentialSecretArn } = deployment.outputs;
  await writeSecret(aws, AbuseIpdbSecretArn, ABUSEIPDB_KEY);
  const credential = parseCredential(
    await readSecret(aws, ActionCredentialSecretArn),
    'The deployed credential',
  );
  if (credential.scheme !== 'api-key') throw new Error(`The scheme is ${credential.scheme}.`);
  const { build, simulator = await startSimulator({ key: ABUSEIPDB_KEY }), settings } = options;
  const process = start(build, {
    ...containerEnvironment(deployment),
    ...aws.environment,
    ABUSEIPDB_BASE_URL: simulator.url,
    // Port 3000 may be in use on this machine.
    PORT: '0',
    // moto is slower than DynamoDB.
    DYNAMODB_TIMEOUT_MS: '1000',
    DECISION_DEADLINE_MS: '2500',
    ...settings,
  });
  const end = async () => {
    await simulator.close();
    return process.end();
  };
  const [, port] = await process
    .waitForOutput(/"event":"ready","port":(\d+)/)
    .catch(async (error) => {
      await end();
      throw error;
    });
  const { pathname } = new URL(deployment.outputs.ActionEndpoint ?? '');
  const post = (body: string, secret: string) =>
    fetch(`http://127.0.0.1:${port}${pathname}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [credential.header]: secret },
      body,
    });
  return {
    process,
    simulator,
    end,
    statusWith: async (secret) => (await post(payloadFrom('205.210.31.51'), secret)).status,
    async requestToken(address) {
      const body = payloadFrom(address);
      const response = await post(body, credential.secret);
      return outcomeOf(body, response);
    },
  };
}

function start(build: string | undefined, environment: Readonly<Record<string, string>>) {
  return build === undefined
    ? startScript('app/src/main.ts', environment)
    : startNode(['main.mjs'], environment, { folder: join(build, 'dist') });
}
