import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { type Certificates, createCertificates } from './certificates.ts';

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTPS endpoint that the canary calls. */
export interface TestEndpoint {
  /** The URL of the action. */
  readonly url: string;
  readonly ca: string;
  /** Sets what responds. */
  respondWith(respond: Respond): void;
  /** Sets the certificate of new connections. */
  present(certificate: Exclude<keyof Certificates, 'ca'>): void;
  close(): Promise<void>;
}

/** Starts an endpoint on a free port. Until `respondWith` is called, it never responds. */
export async function startEndpoint(): Promise<TestEndpoint> {
  const certificates = createCertificates();
  let respond: Respond = () => undefined;
  const server = createServer(certificates.valid, (incoming, response) =>
    respond(incoming, response),
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}${ACTION_PATH}`,
    ca: certificates.ca,
    respondWith(next) {
      respond = next;
    },
    present: (certificate) => server.setSecureContext(certificates[certificate]),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Forwards each request to an origin, unchanged, and its response. */
export function forwardTo(origin: string): Respond {
  return (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const forwarded = request(`${origin}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    incoming.pipe(forwarded);
  };
}

/** Responds with a status and a body. */
export function responding(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Respond {
  return (_, response) => response.writeHead(status, headers).end(body);
}
