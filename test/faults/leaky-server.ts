import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server whose error responses contain the secrets that it received or stores, unlike the real ones. */
export interface LeakyServer {
  readonly url: string;
  respond: (request: IncomingMessage, body: string, response: ServerResponse) => void;
  readonly requestCount: () => number;
  close(): Promise<void>;
}

export async function startLeakyServer(respond: LeakyServer['respond']): Promise<LeakyServer> {
  let requests = 0;
  const leaky = { respond };
  const server = createServer((request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => leaky.respond(request, body, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(leaky, {
    url: `http://127.0.0.1:${port}`,
    requestCount: () => requests,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  });
}

/** Returns the headers of a request in one line. */
const headersOf = (request: IncomingMessage) => request.rawHeaders.join(' ');

/** Error responses of AbuseIPDB that contain the key. */
export const UPSTREAM_FAILURES: Readonly<Record<string, LeakyServer['respond']>> = {
  ...Object.fromEntries(
    [401, 402, 403, 422, 500, 503].map((status) => [
      `status ${status}`,
      (request, _, response) => {
        const errors = [{ detail: `Refused: ${headersOf(request)}`, status }];
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors }));
      },
    ]),
  ),
  'status 429': (request, _, response) => {
    response.writeHead(429, { 'retry-after': String(request.headers.key) }).end('{}');
  },
  'a redirect': (request, _, response) => {
    response.writeHead(302, { location: `http://${request.headers.key}.invalid/` }).end();
  },
  'an HTML page': (request, _, response) => {
    response.end(`<html>${headersOf(request)}</html>`);
  },
  'truncated JSON': (request, _, response) => {
    response.end(`{"data":{"abuseConfidenceScore":"${request.headers.key}`);
  },
  'an invalid score': (request, _, response) => {
    const score = request.headers.key;
    response.end(JSON.stringify({ data: { ipAddress: score, abuseConfidenceScore: score } }));
  },
  'a response that is not HTTP': (request, _, response) => {
    response.socket?.end(`${request.headers.key}\r\n\r\n`);
  },
  'a connection reset': (_, __, response) => response.socket?.resetAndDestroy(),
};

/** Returns error responses of an AWS service that contain `secret` and the request. */
export function awsFailures(
  secret: () => string,
): Readonly<Record<string, LeakyServer['respond']>> {
  const failed = (status: number, type: string): LeakyServer['respond'] => {
    return (request, body, response) => {
      // AWS explains a wrong signature like this; the session token is in the canonical string.
      const message = `The request failed.\n\nThe canonical string: ${headersOf(request)}\n${body}\n${secret()}`;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: type, message }));
    };
  };
  return {
    'a wrong signature': failed(400, 'InvalidSignatureException'),
    'access denied': failed(400, 'AccessDeniedException'),
    'an internal error': failed(500, 'InternalServiceError'),
    'an HTML page': (request, _, response) => {
      response.end(`<html>${headersOf(request)} ${secret()}</html>`);
    },
    'truncated JSON': (_, __, response) => {
      response.end(`{"SecretString":${JSON.stringify(secret()).slice(0, -2)}`);
    },
  };
}
