import { Agent } from 'node:https';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { REPUTATION_DEFAULTS } from './options.ts';

export interface DynamoDbClientOptions
  extends Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'> {
  /** Milliseconds until the headers of an answer, for a call that brings no limit of its own; those of the table do. */
  readonly timeout?: number;
  /** Milliseconds to connect, TLS excluded. */
  readonly connectTimeout?: number;
}

/**
 * A client for a cache on the critical path: one attempt (a second one comes too late to help), and
 * limits that really end a call. Left to itself the SDK makes four attempts, and its
 * `requestTimeout` only prints a warning unless `throwOnRequestTimeout` is set.
 * What is left out (region, endpoint, credentials) the SDK finds by its own rules.
 */
export function createDynamoDbClient(options: DynamoDbClientOptions = {}): DynamoDBClient {
  const { timeout, connectTimeout, ...rest } = options;
  return new DynamoDBClient({
    ...rest,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeout ?? REPUTATION_DEFAULTS.tableWriteTimeout,
      requestTimeout: timeout ?? REPUTATION_DEFAULTS.tableTimeout,
      throwOnRequestTimeout: true,
      // An idle connection may wait for the next login; each call has its limit already.
      socketTimeout: 0,
      httpsAgent: new Agent({ keepAlive: true, maxSockets: 128 }),
    },
  });
}
