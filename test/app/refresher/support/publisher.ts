import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Mirror } from '../../../../app/src/refresher/http/mirrors.ts';

/** A request that the publisher received. */
export interface ReceivedRequest {
  readonly method: string;
  /** Of the URL that the client meant. */
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export type Respond = (response: ServerResponse, request: ReceivedRequest) => void;

/** A server in place of several publishers, which mirrors lead to. */
export interface Publisher {
  readonly mirrors: readonly Mirror[];
  readonly requests: ReceivedRequest[];
  /** Sets what a host responds. */
  on(host: string, respond: Respond): void;
  close(): Promise<void>;
}

export async function startPublisher(hosts: readonly string[]): Promise<Publisher> {
  const requests: ReceivedRequest[] = [];
  const handlers = new Map<string, Respond>();
  const server = createServer((incoming, response) => {
    const [, host = '', path = ''] = /^\/([^/]+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const { method = '', headers } = incoming;
    const request = { method, host, path, headers };
    requests.push(request);
    (handlers.get(host) ?? notFound)(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    mirrors: hosts.map((host) => ({
      from: `https://${host}/`,
      to: `http://127.0.0.1:${port}/${host}/`,
    })),
    requests,
    on: (host, respond) => void handlers.set(host, respond),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const notFound: Respond = (response) => response.writeHead(404).end();
