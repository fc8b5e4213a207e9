import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../../app/src/credential/credential.ts';
import { API_VERSION_HEADER } from '../../../app/src/http/api-version.ts';
import { TEST_HEADER } from '../../../app/src/http/test-request.ts';
import { type ConnectionFailure, type PostOptions, post } from '../../../app/tools/http/post.ts';
import { checkResponse } from './check-response.ts';
import { cloudFrontErrorRate } from './cloudfront-errors.ts';
import { CredentialSecret, headersOf } from './credential.ts';
import { hasSucceeded } from './history.ts';
import { logLine, type MetricValues, metricLine } from './metrics.ts';
import { canaryRequest } from './request.ts';

export interface CanaryOptions {
  /** The URL of the action. */
  readonly endpoint: string;
  readonly secretArn: string;
  /** The header from which the service reads the client address. */
  readonly addressHeader: string;
  /** The value of the dimension of the metrics. */
  readonly service: string;
  /** The distribution in front of the service, if there is one. */
  readonly distributionId: string | undefined;
  readonly secrets: SecretsManagerClient;
  readonly cloudWatch: CloudWatchClient;
  /** A client of us-east-1. */
  readonly cloudWatchOfCloudFront: CloudWatchClient;
  /** Receives log lines, each with its line feed. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  readonly connection?: Pick<PostOptions, 'ca' | 'connectTimeoutMs' | 'responseTimeoutMs'>;
}

/** Why a run has no valid response. */
export type Cause =
  | ConnectionFailure
  | 'unauthorized'
  | 'firewall'
  | 'invalid-response'
  /** `status-404`, `status-502` and so on. */
  | `status-${number}`;

/** The result of a run. */
type Result =
  | { readonly outcome: 'ok'; readonly ms: number }
  | { readonly outcome: 'failed'; readonly cause: Cause; readonly detail?: string }
  /** The run says nothing about the path. */
  | {
      readonly outcome: 'inconclusive';
      readonly cause: 'secret' | 'firewall';
      readonly detail?: string;
    };

/** Minutes between two reads of CloudFront's metrics, which cost more than the canary itself. */
const CLOUDFRONT_MINUTES = 5;

/**
 * Creates the canary: each run posts one request of the action and writes one log line, from which CloudWatch makes
 * its metrics. A run never rejects because of what it finds.
 */
export function createCanary(options: CanaryOptions): () => Promise<void> {
  const { endpoint, addressHeader, service, distributionId, write } = options;
  const { now = Date.now, connection = {} } = options;
  const secret = new CredentialSecret(options.secrets, options.secretArn, now);
  const body = canaryRequest(addressHeader);
  const dimensions = { service, endpoint: new URL(endpoint).hostname };

  async function attempt(credential: Credential): Promise<Result> {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'risk-gate-canary',
      // Marks the decision as a test.
      [TEST_HEADER]: 'canary',
      [API_VERSION_HEADER]: 'v1',
      ...headersOf(credential),
    };
    const posted = await post(endpoint, { headers, body, ...connection });
    if ('failure' in posted) {
      return { outcome: 'failed', cause: posted.failure, detail: posted.detail };
    }
    const { response, ms } = posted;
    const verdict = checkResponse(response);
    const lacksSecret = credential.scheme === 'oauth2';
    if (verdict === 'decision' || (lacksSecret && verdict === 'unauthorized')) {
      return { outcome: 'ok', ms };
    }
    // Outsiders can exhaust the limit of calls without a credential, and must not be able to page anybody.
    if (lacksSecret && verdict === 'firewall')
      return { outcome: 'inconclusive', cause: 'firewall' };
    const cause: Cause = verdict === 'status' ? `status-${response.status}` : verdict;
    return { outcome: 'failed', cause };
  }

  /** Tries another version of the secret if the service rejects one, as a rotation can come in between. */
  async function check(): Promise<Result> {
    try {
      const [first] = await secret.credentials();
      if (first === undefined) throw new Error('The secret contains no credential.');
      const result = await attempt(first);
      if (!isUnauthorized(result)) return result;
      for (const credential of await secret.read()) {
        if (isSame(credential, first)) continue;
        const other = await attempt(credential);
        if (!isUnauthorized(other)) return other;
      }
      return result;
    } catch (error) {
      // The service continues with its last value, and so do logins.
      const detail = error instanceof Error ? error.message : String(error);
      return { outcome: 'inconclusive', cause: 'secret', detail };
    }
  }

  /** Returns whether a failure is one before the first success. If that is unknown, it is a failure like any other. */
  async function isPending(): Promise<boolean> {
    try {
      return !(await hasSucceeded(options.cloudWatch, dimensions, now()));
    } catch (error) {
      write(logLine({ event: 'canary-history-unreadable', detail: nameOf(error) }));
      return false;
    }
  }

  async function errorRate(): Promise<number | undefined> {
    if (distributionId === undefined) return undefined;
    if (Math.floor(now() / 60_000) % CLOUDFRONT_MINUTES !== 0) return undefined;
    try {
      return await cloudFrontErrorRate(options.cloudWatchOfCloudFront, distributionId, now());
    } catch (error) {
      write(logLine({ event: 'cloudfront-metrics-unreadable', detail: nameOf(error) }));
      return undefined;
    }
  }

  return async function runCanary() {
    const [result, rate] = await Promise.all([check(), errorRate()]);
    const failed = result.outcome === 'failed';
    const pending = failed && (await isPending());
    const metrics: MetricValues = {
      // A run that says nothing has no data point: CanarySilent notices if all are like that.
      ...(result.outcome !== 'inconclusive' && {
        CanaryFailures: Number(failed && !pending),
        CanaryPending: Number(pending),
      }),
      ...(result.outcome === 'ok' && { CanaryLatency: result.ms }),
      ...(rate !== undefined && { CloudFrontErrorRate: rate }),
    };
    const fields = { event: 'canary', ...result, ...(pending && { outcome: 'pending' }) };
    write(metricLine(fields, metrics, dimensions, now()));
  };
}

const isUnauthorized = (result: Result) =>
  result.outcome === 'failed' && result.cause === 'unauthorized';

const isSame = (one: Credential, other: Credential) =>
  JSON.stringify(one) === JSON.stringify(other);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
