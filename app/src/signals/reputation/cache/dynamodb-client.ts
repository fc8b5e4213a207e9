import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type AgentFactory, directAgents, isDroppedConnection } from '../../../lib/agents.ts';
import { limitResponseSize, RESPONSE_SIZE_STEP } from '../../../lib/response-size.ts';
import { REPUTATION_DEFAULTS } from '../limits.ts';

export interface DynamoDbClientOptions
  extends Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'> {
  /**
   * Milliseconds until the headers of a response arrive, for calls without a timeout of their own; those of
   * `DynamoDbCache` have one.
   */
  readonly timeout?: number;
  /** Milliseconds to connect, without the TLS handshake. */
  readonly connectTimeout?: number;
  /** @default connects directly */
  readonly agents?: AgentFactory;
}

const MAX_SOCKETS = 128;

/** DynamoDB limits an item to 400 KB; ours have less than 2 KB. */
const MAX_RESPONSE_BYTES = 512 * 1024;

/**
 * Creates a client for a cache on the critical path. It makes one attempt, because a second one would come
 * too late, except after a connection that was dropped while idle, which fails at once. Its timeouts end the
 * call. By default the SDK makes four attempts, and its `requestTimeout` only prints a warning unless
 * `throwOnRequestTimeout` is set. The SDK resolves options that are omitted (region, endpoint, credentials).
 */
export function createDynamoDbClient(options: DynamoDbClientOptions = {}): DynamoDBClient {
  const { timeout, connectTimeout, agents = directAgents, ...clientConfig } = options;
  const client = new DynamoDBClient({
    ...clientConfig,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeout ?? REPUTATION_DEFAULTS.cacheWriteTimeout,
      requestTimeout: timeout ?? REPUTATION_DEFAULTS.cacheReadTimeout,
      throwOnRequestTimeout: true,
      // An idle connection may wait for the next login; each call has a timeout already.
      socketTimeout: 0,
      ...agents({ maxSockets: MAX_SOCKETS }),
    },
  });
  client.middlewareStack.add(limitResponseSize(MAX_RESPONSE_BYTES), RESPONSE_SIZE_STEP);
  client.middlewareStack.add(
    (send) => async (call) => {
      try {
        return await send(call);
      } catch (error) {
        if (isDroppedConnection(error)) return send(call);
        throw error;
      }
    },
    // The innermost step, so that the same signed request is sent again.
    { step: 'deserialize', priority: 'low', name: 'retryOnNewConnection' },
  );
  return client;
}
