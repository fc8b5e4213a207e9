import {
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { type AgentFactory, directAgents } from '../lib/agents.ts';
import { limitResponseSize, RESPONSE_SIZE_STEP } from '../lib/response-size.ts';

/** Secrets Manager limits a secret to 64 KiB, and JSON escapes can make it six times as long. */
const MAX_RESPONSE_BYTES = 512 * 1024;

/** Times are in milliseconds. The SDK resolves options that are omitted: region, endpoint, credentials. */
export interface SecretsClientOptions
  extends Pick<SecretsManagerClientConfig, 'region' | 'endpoint' | 'credentials'> {
  /** @default 1000 */
  readonly connectionTimeout?: number;
  /** From the request to its response. @default 2000 */
  readonly requestTimeout?: number;
  /** Attempts, including the first. @default 3 */
  readonly maxAttempts?: number;
  /** @default connects directly */
  readonly agents?: AgentFactory;
}

/** Creates a client of Secrets Manager with timeouts. The caller closes it with `destroy()`. */
export function createSecretsClient(options: SecretsClientOptions = {}): SecretsManagerClient {
  const {
    connectionTimeout = 1000,
    requestTimeout = 2000,
    maxAttempts = 3,
    agents = directAgents,
    ...clientConfig
  } = options;
  const client = new SecretsManagerClient({
    ...clientConfig,
    maxAttempts,
    // Without throwOnRequestTimeout the SDK only logs a warning, and continues to wait.
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      throwOnRequestTimeout: true,
      ...agents(),
    },
  });
  client.middlewareStack.add(limitResponseSize(MAX_RESPONSE_BYTES), RESPONSE_SIZE_STEP);
  return client;
}
