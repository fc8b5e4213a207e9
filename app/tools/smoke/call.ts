import type { Agent } from 'node:http';
import { API_VERSION_HEADER } from '../../src/http/api-version.ts';
import { TEST_HEADER } from '../../src/http/test-request.ts';
import type { TestReport } from '../../src/telemetry/test-report.ts';
import { type ConnectionFailure, type HttpResponse, post } from '../http/post.ts';
import { readReport } from './read-report.ts';
import type { SmokeTarget } from './target.ts';

/** A response to a test request, or why there is none. */
export type CallResult =
  | {
      readonly response: HttpResponse;
      readonly report: TestReport | undefined;
      readonly ms: number;
    }
  | { readonly failure: ConnectionFailure; readonly detail: string };

export interface CallOptions {
  /** @default the target's credential */
  readonly credential?: SmokeTarget['credential'];
  /** Keeps the connection. @default a new connection */
  readonly agent?: Agent;
}

/** Posts a request of the action that is marked as a smoke test. */
export async function call(
  { endpoint, credential, ca }: SmokeTarget,
  request: object,
  options: CallOptions = {},
): Promise<CallResult> {
  const result = await post(endpoint, {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'risk-gate',
      [TEST_HEADER]: 'smoke',
      [API_VERSION_HEADER]: 'v1',
      ...(options.credential ?? credential),
    },
    body: JSON.stringify(request),
    ca,
    agent: options.agent,
  });
  if ('failure' in result) return result;
  return { ...result, report: readReport(result.response.headers) };
}

const FAILURES: Readonly<Record<ConnectionFailure, string>> = {
  dns: 'its name cannot be resolved: check the name and its DNS records',
  connect: 'it accepts no connection: check the network, which must not need a proxy',
  tls: 'there is no TLS connection: check the certificate and its name',
  timeout: 'it does not respond in time: look at the alarms and the tasks of the service',
  disconnected: 'it ends the connection: look at the alarms and the tasks of the service',
  'too-large': 'its response is too large for a decision: check the URL',
};

/** Completes "The endpoint cannot be called, because …", without the full stop. */
export function describeFailure(failure: ConnectionFailure, detail: string): string {
  return `${FAILURES[failure]} (${detail})`;
}
