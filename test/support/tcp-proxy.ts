import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What the line to a server does. Times in milliseconds. */
export type Line =
  | { readonly kind: 'pass' }
  /** Each piece of an answer comes later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers come byte by byte. */
  | { readonly kind: 'drip'; readonly ms: number }
  /** An answer ends in its middle, with FIN. */
  | { readonly kind: 'cut' }
  /** An answer ends in its middle, with RST. */
  | { readonly kind: 'reset' }
  /** Connections are accepted, and whatever is sent is lost. */
  | { readonly kind: 'black-hole' }
  /** Nobody listens. */
  | { readonly kind: 'refuse' };

/** A line of TCP to a port of this machine, which can be disturbed while it is in use. */
export interface TcpProxy {
  readonly port: number;
  /** From now on, for open connections too. `refuse` ends them. */
  set(line: Line): Promise<void>;
  /** Ends every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/** Time for a client to read the first half: a reset that comes with data looks like a regular end. */
const READING_MS = 20;

interface Joint {
  readonly client: Socket;
  readonly target: Socket;
  /** Something that was sent on it never arrived, so that it cannot go on. */
  lossy: boolean;
}

/** Opens a line from a free port of this machine to `targetPort`. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let line: Line = { kind: 'pass' };
  const joints = new Set<Joint>();
  const server = createServer((client) => {
    const joint = { client, target: connect(targetPort, '127.0.0.1'), lossy: false };
    joints.add(joint);
    join(
      joint,
      () => line,
      () => joints.delete(joint),
    );
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const drop = (which: (joint: Joint) => boolean = () => true) => {
    for (const joint of joints) if (which(joint)) joint.client.destroy();
  };
  const silence = async () => {
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
      if (next.kind === 'refuse') return silence();
      if (next.kind !== 'black-hole') drop(({ lossy }) => lossy);
      if (!server.listening) await listen(port);
    },
    drop: () => drop(),
    close: silence,
  };
}

/** Carries both ways until either side ends. */
function join(joint: Joint, line: () => Line, onEnd: () => void): void {
  const { client, target } = joint;
  for (const socket of [client, target]) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      client.destroy();
      target.destroy();
      onEnd();
    });
  }
  client.on('data', (piece) => {
    if (line().kind === 'black-hole') joint.lossy = true;
    else target.write(piece);
  });
  client.on('end', () => target.end());
  let carried: Promise<unknown> = Promise.resolve();
  target.on('data', (piece: Buffer) => {
    target.pause();
    carried = carry(piece, joint, line).then(() => target.resume());
  });
  target.on('end', () => void carried.then(() => client.end()));
}

/** Brings one piece of an answer to the client, in the manner of the line. */
async function carry(piece: Buffer, joint: Joint, line: () => Line): Promise<void> {
  const { client } = joint;
  const now = line();
  const half = piece.subarray(0, piece.length / 2);
  switch (now.kind) {
    case 'delay':
      await wait(now.ms);
      client.write(piece);
      return;
    case 'drip':
      return drip(piece, client, now.ms);
    case 'cut':
      client.end(half);
      return;
    case 'reset':
      client.write(half);
      await wait(READING_MS);
      client.resetAndDestroy();
      return;
    case 'black-hole':
      joint.lossy = true;
      return;
    default:
      client.write(piece);
  }
}

async function drip(piece: Buffer, client: Socket, ms: number): Promise<void> {
  for (const byte of piece) {
    await wait(ms);
    if (client.destroyed) return;
    client.write(Buffer.of(byte));
  }
}
