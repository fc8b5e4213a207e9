import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents } from '../../src/lib/agents.ts';
import { proxyAgents } from '../../src/lib/proxy/agents.ts';
import { readProxySettings } from '../../src/lib/proxy/settings.ts';
import { withTimeLimit } from '../../src/lib/timeout.ts';
import { UsageError } from '../errors.ts';

/** A request whose answer is small. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** In seconds, if the header `Retry-After` is a number. */
  readonly retryAfterS: number | undefined;
  readonly body: string;
}

/** Sends requests, without following redirects. */
export interface HttpClient {
  /** @throws ConnectionError if there is no complete answer. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** There is no answer. The message is a part of a sentence: the reason and the remedy. */
export class ConnectionError extends Error {}

const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** Limit for one request, from the connection to the end of the answer. */
export const REQUEST_TIMEOUT_MS = 15_000;

export interface HttpClientOptions {
  /** For `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. @default 15000 */
  readonly timeoutMs?: number;
  /** Whether each request has a connection of its own, so that it may reach another task. @default false */
  readonly isFresh?: boolean;
}

/** Creates a client. @throws UsageError if a proxy variable is malformed. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { environment, timeoutMs = REQUEST_TIMEOUT_MS, isFresh = false } = options;
  const settings = readProxySettings(environment, (issue) => {
    throw new UsageError(issue);
  });
  const create = proxyAgents(settings);
  const agents = create();
  return {
    async send(request) {
      const own = isFresh ? create() : agents;
      try {
        return await withTimeLimit(timeoutMs, (signal) => exchange(request, own, signal));
      } catch (error) {
        throw new ConnectionError(describeConnectionError(error, timeoutMs));
      } finally {
        if (isFresh) destroy(own);
      }
    },
    close: () => destroy(agents),
  };
}

function destroy({ httpAgent, httpsAgent }: Agents): void {
  httpAgent.destroy();
  httpsAgent.destroy();
}

function exchange(
  { method, url, headers = {}, body = '' }: HttpRequest,
  { httpAgent, httpsAgent }: Agents,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const isTls = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method,
      agent: isTls ? httpsAgent : httpAgent,
      signal,
      headers: {
        'user-agent': 'risk-gate',
        accept: 'application/json',
        ...(method !== 'GET' && { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_BODY_BYTES) request.destroy(new Error('too large'));
      });
      response.on('error', reject);
      response.on('end', () => {
        const retryAfter = response.headers['retry-after'] ?? '';
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          retryAfterS: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.end(body);
  });
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'its name cannot be resolved: check the spelling and the DNS'],
  [
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    'no connection is possible: check the port, the firewall and HTTPS_PROXY',
  ],
  [/^(?:ECONNRESET|EPIPE)$/, 'the connection was closed: run the command again'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/,
    'its certificate is not trusted: set NODE_EXTRA_CA_CERTS to the file of your certificate authority, or correct the name',
  ],
  [/SSL|TLS|EPROTO/, 'TLS failed: check that the port speaks https'],
];

/** Uses only the code: the texts of some errors contain the URL. */
function describeConnectionError(error: unknown, timeoutMs: number): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'TimeoutError') {
    return `it did not answer within ${timeoutMs / 1000} s: check the network, and run the command again`;
  }
  if (name === 'ProxyError') {
    return 'the proxy of HTTPS_PROXY did not open a connection: check the proxy, or set NO_PROXY';
  }
  const reason = REASONS.find(([pattern]) => pattern.test(String(code)))?.[1];
  return reason ?? 'the connection failed: check the network, and run the command again';
}
