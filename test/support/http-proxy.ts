import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

const readTlsFile = (name: string) => readFileSync(new URL(`../data/tls/${name}`, import.meta.url));

/** Certificate of upstream.test, dynamodb.test and secretsmanager.test. Its key is used in tests only. */
export const CERTIFICATE = readTlsFile('certificate.pem');

/** A request that the proxy received. */
export interface ProxiedRequest {
  readonly method: string;
  /** `host:port` of a tunnel, or the URL of a request. */
  readonly target: string;
  readonly authorization: string | undefined;
}

export interface HttpProxy {
  readonly port: number;
  readonly requests: ProxiedRequest[];
  /** Makes the proxy refuse every request with a status. */
  refuse(status: number): void;
  /** Resets every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/** Starts a proxy that forwards requests for any host to `port` of this machine. */
export async function startHttpProxy(port: number): Promise<HttpProxy> {
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  let refusalStatus: number | undefined;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, target: url, authorization: headers['proxy-authorization'] });
    if (refusalStatus !== undefined) {
      response.writeHead(refusalStatus, { 'retry-after': '3600' }).end('<html>');
      return;
    }
    const { pathname, search } = new URL(url);
    const { 'proxy-authorization': _, ...forwarded } = headers;
    const options = { port, host: '127.0.0.1', method, path: pathname + search };
    const upstream = httpRequest({ ...options, headers: forwarded }, (received) => {
      response.writeHead(received.statusCode ?? 0, received.headers);
      received.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  server.on('connection', track);
  server.on('connect', ({ url = '', headers }, client: Socket, head: Buffer) => {
    requests.push({
      method: 'CONNECT',
      target: url,
      authorization: headers['proxy-authorization'],
    });
    if (refusalStatus !== undefined) {
      client.end(
        `HTTP/1.1 ${refusalStatus} Refused\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n`,
      );
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    track(target);
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
      refusalStatus = status;
    },
    drop,
    async close() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts an https server with `CERTIFICATE`. */
export async function startHttpsServer(listener: RequestListener) {
  const server = createHttpsServer({ cert: CERTIFICATE, key: readTlsFile('key.pem') }, listener);
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
