import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type AgentFactory, directAgents, isDroppedConnection } from '../../../lib/agents.ts';
import { BOUND_STEP, boundResponse } from '../../../lib/bound-response.ts';
import { REPUTATION_DEFAULTS } from '../options.ts';

export interface DynamoDbClientOptions
  extends Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'> {
  /** Milliseconds until the headers of an answer, for a call that brings no limit of its own; those of the table do. */
  readonly timeout?: number;
  /** Milliseconds to connect, TLS excluded. */
  readonly connectTimeout?: number;
  /** @default connects directly */
  readonly agents?: AgentFactory;
}

const MAX_SOCKETS = 128;

/** An item has 400 KB at most, and one of ours less than 2 KB. */
const MAX_RESPONSE_BYTES = 512 * 1024;

/**
 * Returns a client for a cache on the critical path: one attempt (a second one comes too late to help,
 * except for a connection that was dropped while it was idle, which shows at once), and
 * limits that really end a call. Left to itself the SDK makes four attempts, and its
 * `requestTimeout` only prints a warning unless `throwOnRequestTimeout` is set.
 * What is left out (region, endpoint, credentials) the SDK finds by its own rules.
 */
export function createDynamoDbClient(options: DynamoDbClientOptions = {}): DynamoDBClient {
  const { timeout, connectTimeout, agents = directAgents, ...rest } = options;
  const client = new DynamoDBClient({
    ...rest,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeout ?? REPUTATION_DEFAULTS.cacheWriteTimeout,
      requestTimeout: timeout ?? REPUTATION_DEFAULTS.cacheReadTimeout,
      throwOnRequestTimeout: true,
      // An idle connection may wait for the next login; each call has its limit already.
      socketTimeout: 0,
      ...agents({ maxSockets: MAX_SOCKETS }),
    },
  });
  client.middlewareStack.add(boundResponse(MAX_RESPONSE_BYTES), BOUND_STEP);
  client.middlewareStack.add(
    (send) => async (call) => {
      try {
        return await send(call);
      } catch (error) {
        if (isDroppedConnection(error)) return send(call);
        throw error;
      }
    },
    // The innermost step: what is sent again is the same signed request.
    { step: 'deserialize', priority: 'low', name: 'sendAgainOnNewConnection' },
  );
  return client;
}
