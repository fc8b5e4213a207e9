import { connect, type Socket } from 'node:net';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { SECRET } from './running-service.ts';

/** The head of a request to the action, with the right credential. Lines go in as they are. */
export function head(...lines: readonly string[]): string {
  const all = [`POST ${ACTION_PATH} HTTP/1.1`, 'Host: localhost', `X-API-Key: ${SECRET}`, ...lines];
  return `${all.join('\r\n')}\r\n\r\n`;
}

/** Opens a connection to a server of this machine. */
export function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Everything that comes until the server ends the connection. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    // A reset is an end as well.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(Buffer.concat(parts).toString('latin1')));
  });
}

/** Writes pieces one after the other, and reads until the server ends the connection. */
export async function exchange(
  port: number,
  pieces: readonly (string | Buffer)[],
): Promise<string> {
  const socket = await openConnection(port);
  const answer = readToEnd(socket);
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
  }
  return answer;
}

/** The status of each answer in what was read. */
export function statusesOf(read: string): number[] {
  return [...read.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
}
