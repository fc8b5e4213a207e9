import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that, unlike the real ones, repeats in its failures every secret that it was sent or keeps. */
export interface Telltale {
  readonly url: string;
  /** How it answers from now on. */
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void;
  /** Requests so far. */
  readonly asked: () => number;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startTelltale(answer: Telltale['answer']): Promise<Telltale> {
  let asked = 0;
  const telltale = { answer };
  const server = createServer((request, response) => {
    asked += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (part) => {
      body += part;
    });
    request.on('end', () => telltale.answer(request, body, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(telltale, {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  });
}

/** The headers of a request in one line. */
const headersOf = (request: IncomingMessage) => request.rawHeaders.join(' ');

/** AbuseIPDB's failures, each with the key in it. */
export const UPSTREAM_FAILURES: Readonly<Record<string, Telltale['answer']>> = {
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
  'a page of HTML': (request, _, response) => {
    response.end(`<html>${headersOf(request)}</html>`);
  },
  'JSON that ends too soon': (request, _, response) => {
    response.end(`{"data":{"abuseConfidenceScore":"${request.headers.key}`);
  },
  'a score that is none': (request, _, response) => {
    const score = request.headers.key;
    response.end(JSON.stringify({ data: { ipAddress: score, abuseConfidenceScore: score } }));
  },
  'no HTTP': (request, _, response) => {
    response.socket?.end(`${request.headers.key}\r\n\r\n`);
  },
  'a reset': (_, __, response) => response.socket?.resetAndDestroy(),
};

/** Failures of a service of AWS, each with `secret` and what it was sent in it. */
export function awsFailures(secret: () => string): Readonly<Record<string, Telltale['answer']>> {
  const failed = (status: number, type: string): Telltale['answer'] => {
    return (request, body, response) => {
      // The real service explains a wrong signature so, with the session's token in its lines.
      const message = `It failed.\n\nThe canonical string: ${headersOf(request)}\n${body}\n${secret()}`;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: type, message }));
    };
  };
  return {
    'a wrong signature': failed(400, 'InvalidSignatureException'),
    'access denied': failed(400, 'AccessDeniedException'),
    'a failure inside': failed(500, 'InternalServiceError'),
    'a page of HTML': (request, _, response) => {
      response.end(`<html>${headersOf(request)} ${secret()}</html>`);
    },
    'JSON that ends too soon': (_, __, response) => {
      response.end(`{"SecretString":${JSON.stringify(secret()).slice(0, -2)}`);
    },
  };
}
