import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';

/** Why there is no response. */
export type ConnectionFailure =
  /** The name has no address, or its lookup takes too long. */
  | 'dns'
  /** There is no TCP connection: refused, unreachable or too slow. */
  | 'connect'
  /** There is no TLS connection: an expired or untrusted certificate, another name, or too slow. */
  | 'tls'
  /** The response is not complete in time. */
  | 'timeout'
  /** The connection ends before the response is complete. */
  | 'disconnected'
  /** The response is far larger than a decision. */
  | 'too-large';

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  /** Headers, with names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type PostResult =
  | { readonly response: HttpResponse; readonly ms: number }
  | { readonly failure: ConnectionFailure; readonly detail: string; readonly ms: number };

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds for DNS, TCP and TLS together. The identity server waits 2 s. @default 2000 */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from the connection to the end of the response. Asgardeo waits 3 s. @default 3000 */
  readonly responseTimeoutMs?: number;
  /** Trusted certificate authorities in PEM. @default those of Node.js */
  readonly ca?: string | undefined;
  /** Keeps connections open between requests. @default a new connection for each request */
  readonly agent?: Agent | undefined;
}

const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Posts a body. Without an agent the connection is new, so that DNS and the certificate are checked each time. Does not
 * follow redirects, like the identity server. Never rejects.
 */
export function post(url: string, options: PostOptions): Promise<PostResult> {
  const { headers, body, connectTimeoutMs = 2000, responseTimeoutMs = 3000, ca, agent } = options;
  const { protocol, hostname } = new URL(url);
  const isTls = protocol === 'https:';
  const start = performance.now();
  return new Promise((resolve) => {
    let phase: ConnectionFailure = isIP(hostname) === 0 ? 'dns' : 'connect';
    let timer: NodeJS.Timeout | undefined;
    const settle = (result: PostOutcome) => {
      clearTimeout(timer);
      resolve({ ...result, ms: performance.now() - start });
      // Otherwise the agent keeps the connection.
      if (agent === undefined || 'failure' in result) request.destroy();
    };
    const fail = (failure: ConnectionFailure, detail: string) => settle({ failure, detail });
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: agent ?? false,
      ...(ca !== undefined && { ca }),
    });
    timer = setTimeout(
      () => fail(phase, `no connection in ${connectTimeoutMs} ms`),
      connectTimeoutMs,
    );
    const awaitResponse = () => {
      phase = 'disconnected';
      clearTimeout(timer);
      timer = setTimeout(
        () => fail('timeout', `no response in ${responseTimeoutMs} ms`),
        responseTimeoutMs,
      );
    };
    request.on('socket', (socket: Socket) => {
      if (!socket.connecting) {
        awaitResponse();
        return;
      }
      socket.on('lookup', (error) => {
        if (!error) phase = 'connect';
      });
      socket.on('connect', () => {
        phase = 'tls';
      });
      socket.on(isTls ? 'secureConnect' : 'connect', awaitResponse);
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(phase, error.code ?? error.name));
    request.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_RESPONSE_BYTES) fail('too-large', `more than ${MAX_RESPONSE_BYTES} bytes`);
      });
      incoming.on('end', () =>
        settle({
          response: {
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers['content-type'] ?? '',
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          },
        }),
      );
      incoming.on('error', (error: NodeJS.ErrnoException) => fail(phase, error.code ?? error.name));
    });
    request.end(body);
  });
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'ms'> : never;
type PostOutcome = WithoutTime<PostResult>;
