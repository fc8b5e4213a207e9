import { connect, type Socket } from 'node:net';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { SECRET } from './running-service.ts';

/** Returns the head of an authorized request to the action, with further header lines. */
export function head(...lines: readonly string[]): string {
  const all = [`POST ${ACTION_PATH} HTTP/1.1`, 'Host: localhost', `X-API-Key: ${SECRET}`, ...lines];
  return `${all.join('\r\n')}\r\n\r\n`;
}

/** Opens a connection to a server on this machine. */
export function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Returns everything that arrives until the server closes the connection. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset is also an end.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Writes pieces one after the other, and reads until the server closes the connection. */
export async function exchange(
  port: number,
  pieces: readonly (string | Buffer)[],
): Promise<string> {
  const socket = await openConnection(port);
  const response = readToEnd(socket);
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
  }
  return response;
}

/** Returns the status of each response in the received data. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
}
