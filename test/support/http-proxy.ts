import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

const data = (name: string) => readFileSync(new URL(`../data/tls/${name}`, import.meta.url));

/** For upstream.test, dynamodb.test and secretsmanager.test. The key protects nothing but tests. */
export const CERTIFICATE = data('certificate.pem');

/** What reached the proxy. */
export interface Proxied {
  readonly method: string;
  /** `host:port` of a tunnel, the URL of a request. */
  readonly target: string;
  readonly authorization: string | undefined;
}

export interface HttpProxy {
  readonly port: number;
  readonly requests: Proxied[];
  /** Refuses whatever comes with a status. */
  refuse(status: number): void;
  /** Ends every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/** Starts a proxy that finds every name at `port` of this machine. */
export async function startHttpProxy(port: number): Promise<HttpProxy> {
  const requests: Proxied[] = [];
  const sockets = new Set<Socket>();
  let refused: number | undefined;
  const note = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, target: url, authorization: headers['proxy-authorization'] });
    if (refused !== undefined) {
      response.writeHead(refused, { 'retry-after': '3600' }).end('<html>');
      return;
    }
    const { pathname, search } = new URL(url);
    const { 'proxy-authorization': _, ...forwarded } = headers;
    const options = { port, host: '127.0.0.1', method, path: pathname + search };
    const onward = httpRequest({ ...options, headers: forwarded }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connection', note);
  server.on('connect', ({ url = '', headers }, client: Socket, head: Buffer) => {
    requests.push({
      method: 'CONNECT',
      target: url,
      authorization: headers['proxy-authorization'],
    });
    if (refused !== undefined) {
      client.end(`HTTP/1.1 ${refused} Refused\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    note(target);
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    refuse: (status) => {
      refused = status;
    },
    drop,
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts an https server with the certificate above. */
export async function startHttpsServer(listener: RequestListener) {
  const server = createHttpsServer({ cert: CERTIFICATE, key: data('key.pem') }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
