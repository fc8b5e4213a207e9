import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Load } from '../support/load.ts';
import { head, openConnection } from '../support/raw-http.ts';
import { DEADLINE } from './fleet.ts';
import type { ServiceProcess } from './service.ts';

/** Milliseconds beyond the drain delay until the service has ended, with room for a busy machine. */
export const CLOSING = DEADLINE + 1_000 + 5_000;

/** Sends a signal, and resolves when the service has taken it. */
export async function signal({ process }: ServiceProcess, name: NodeJS.Signals): Promise<void> {
  process.child.kill(name);
  await process.waitForOutput(/"event":"draining"/);
}

/** What was not answered with a decision. */
export function flaws({ answers, lost }: Load): unknown[] {
  return [...lost, ...answers.filter(({ status, decided }) => status !== 200 || !decided)];
}

/** How many decisions a process has recorded, in all or since it said something. */
export function decisions({ process }: ServiceProcess, since = /^/): number {
  const said = process.stdout();
  return said.slice(said.search(since)).split('"event":"decision"').length - 1;
}

/** A request in pieces: all but its end, and its end. */
export function pieces(body: string): readonly [string, string] {
  const whole = head(`Content-Length: ${Buffer.byteLength(body)}`) + body;
  return [whole.slice(0, -10), whole.slice(-10)];
}

/** A connection that has had the answer to a body, and is kept alive. */
export async function idleConnection({ port }: ServiceProcess, body: string): Promise<Socket> {
  const connection = await openConnection(port);
  connection.write(pieces(body).join(''));
  await once(connection, 'data');
  return connection;
}

/** An answer with a decision, after which the connection is ended. */
export const CLOSES = /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*connection: close\r\n/i;
