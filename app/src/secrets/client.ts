import {
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { type AgentFactory, directAgents } from '../lib/agents.ts';
import { BOUND_STEP, boundResponse } from '../lib/bound-response.ts';

/** A secret has 64 KiB at most, which JSON can make six times as long. */
const MAX_RESPONSE_BYTES = 512 * 1024;

/** Times in milliseconds. What is left out is found by the SDK: region, endpoint, the task's role. */
export interface SecretsClientOptions
  extends Pick<SecretsManagerClientConfig, 'region' | 'endpoint' | 'credentials'> {
  /** @default 1000 */
  readonly connectionTimeout?: number;
  /** From the request to its answer. @default 2000 */
  readonly requestTimeout?: number;
  /** Tries in all, the first one included. @default 3 */
  readonly maxAttempts?: number;
  /** @default connects directly */
  readonly agents?: AgentFactory;
}

/** A client of Secrets Manager that gives up in time. Whoever makes it ends it with `destroy()`. */
export function createSecretsClient(options: SecretsClientOptions = {}): SecretsManagerClient {
  const {
    connectionTimeout = 1000,
    requestTimeout = 2000,
    maxAttempts = 3,
    agents = directAgents,
    ...rest
  } = options;
  const client = new SecretsManagerClient({
    ...rest,
    maxAttempts,
    // Without throwOnRequestTimeout the SDK merely warns when the time is over, and goes on waiting.
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      throwOnRequestTimeout: true,
      ...agents(),
    },
  });
  client.middlewareStack.add(boundResponse(MAX_RESPONSE_BYTES), BOUND_STEP);
  return client;
}
