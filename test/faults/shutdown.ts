import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Load } from '../support/load.ts';
import { head, openConnection } from '../support/raw-http.ts';
import type { ServiceProcess } from './service.ts';

/** Sends a signal, and waits until the service has handled it. */
export async function sendSignal({ process }: ServiceProcess, name: NodeJS.Signals): Promise<void> {
  process.child.kill(name);
  await process.waitForOutput(/"event":"draining"/);
}

/** Returns the requests that got no response, and the responses without a decision. */
export function failuresOf({ responses, lost }: Load): unknown[] {
  return [...lost, ...responses.filter(({ status, decided }) => status !== 200 || !decided)];
}

/** Counts the decision records of a process, all or those after the first match of a pattern. */
export function decisionCount({ process }: ServiceProcess, since = /^/): number {
  const output = process.stdout();
  return output.slice(output.search(since)).split('"event":"decision"').length - 1;
}

/** Splits a request with this body into two parts, of which the second completes the body. */
export function splitRequest(body: string): readonly [string, string] {
  const request = head(`Content-Length: ${Buffer.byteLength(body)}`) + body;
  return [request.slice(0, -10), request.slice(-10)];
}

/** Returns a kept-alive connection on which one request was answered. */
export async function idleConnection({ port }: ServiceProcess, body: string): Promise<Socket> {
  const connection = await openConnection(port);
  connection.write(splitRequest(body).join(''));
  await once(connection, 'data');
  return connection;
}

/** A response with a decision, after which the server closes the connection. */
export const CLOSING_RESPONSE = /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*connection: close\r\n/i;
