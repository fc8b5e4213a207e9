import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Behaviour of the connections to a server. Times are in milliseconds. */
export type Line =
  | { readonly kind: 'pass' }
  /** Delays each chunk of a response. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Sends responses byte by byte. */
  | { readonly kind: 'drip'; readonly ms: number }
  /** Ends a response in the middle with FIN. */
  | { readonly kind: 'cut' }
  /** Ends a response in the middle with RST. */
  | { readonly kind: 'reset' }
  /** Accepts connections, and drops all data. */
  | { readonly kind: 'black-hole' }
  /** Refuses connections. */
  | { readonly kind: 'refuse' };

/** A TCP proxy to a port of this machine, whose behaviour can be changed while it is in use. */
export interface TcpProxy {
  readonly port: number;
  /** Changes the behaviour, of open connections, too. `refuse` closes them. */
  set(line: Line): Promise<void>;
  /** Closes every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/** Time for a client to read the first half, because a reset together with data looks like a regular end. */
const READ_MS = 20;

interface Connection {
  readonly client: Socket;
  readonly target: Socket;
  /** Whether data was lost, so that the connection cannot continue. */
  lossy: boolean;
}

/** Starts a proxy on a free port that connects to `targetPort`. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let line: Line = { kind: 'pass' };
  const connections = new Set<Connection>();
  const server = createServer((client) => {
    const connection = { client, target: connect(targetPort, '127.0.0.1'), lossy: false };
    connections.add(connection);
    forward(
      connection,
      () => line,
      () => connections.delete(connection),
    );
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const drop = (which: (connection: Connection) => boolean = () => true) => {
    for (const connection of connections) if (which(connection)) connection.client.destroy();
  };
  const stopListening = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    drop();
    await closed;
  };
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    async set(next) {
      line = next;
      if (next.kind === 'refuse') return stopListening();
      if (next.kind !== 'black-hole') drop(({ lossy }) => lossy);
      if (!server.listening) await listen(port);
    },
    drop: () => drop(),
    close: stopListening,
  };
}

/** Forwards data both ways until either side closes. */
function forward(connection: Connection, line: () => Line, onEnd: () => void): void {
  const { client, target } = connection;
  for (const socket of [client, target]) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      client.destroy();
      target.destroy();
      onEnd();
    });
  }
  client.on('data', (chunk) => {
    if (line().kind === 'black-hole') connection.lossy = true;
    else target.write(chunk);
  });
  client.on('end', () => target.end());
  let sent: Promise<unknown> = Promise.resolve();
  target.on('data', (chunk: Buffer) => {
    target.pause();
    sent = sendChunk(chunk, connection, line).then(() => target.resume());
  });
  target.on('end', () => void sent.then(() => client.end()));
}

/** Sends one chunk of a response to the client. */
async function sendChunk(chunk: Buffer, connection: Connection, line: () => Line): Promise<void> {
  const { client } = connection;
  const current = line();
  const half = chunk.subarray(0, chunk.length / 2);
  switch (current.kind) {
    case 'delay':
      await wait(current.ms);
      client.write(chunk);
      return;
    case 'drip':
      return sendByteByByte(chunk, client, current.ms);
    case 'cut':
      client.end(half);
      return;
    case 'reset':
      client.write(half);
      await wait(READ_MS);
      client.resetAndDestroy();
      return;
    case 'black-hole':
      connection.lossy = true;
      return;
    default:
      client.write(chunk);
  }
}

async function sendByteByByte(chunk: Buffer, client: Socket, ms: number): Promise<void> {
  for (const byte of chunk) {
    await wait(ms);
    if (client.destroyed) return;
    client.write(Buffer.of(byte));
  }
}
