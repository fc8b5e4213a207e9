import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { PLAIN_SUCCESS } from '../action/response.ts';
import { discardRest } from './body.ts';
import type { Bindings, Reply } from './env.ts';
import { JSON_TYPE } from './respond.ts';

/**
 * Writes a response of `respond` to the connection, with its status and every header that middleware has set,
 * before or after the handler. Returns any other response for Hono's adapter to write. While the service
 * drains, the connection is closed after either.
 */
export function writeResponse(response: Response, bindings: Bindings): Response {
  const { incoming, outgoing, reply } = bindings;
  if (bindings.isDraining?.() === true) outgoing.shouldKeepAlive = false;
  // Middleware that replaces the response gives it a body of its own.
  const isReply = reply !== undefined && response.body === null;
  if (isReply) writeReply(outgoing, response, reply);
  discardRest(incoming);
  return isReply ? RESPONSE_ALREADY_SENT : response;
}

function writeReply(
  outgoing: Bindings['outgoing'],
  { status, headers }: Response,
  { body, header }: Reply,
): void {
  const length = body === PLAIN_SUCCESS ? PLAIN_SUCCESS.length : Buffer.byteLength(body);
  // A list: Node is slow to read the properties of an object that was just built.
  const all = ['content-type', JSON_TYPE, 'content-length', String(length)];
  if (header !== undefined) all.push(header.name, header.value);
  for (const [name, value] of headers) {
    if (name !== 'content-type' && name !== 'content-length') all.push(name, value);
  }
  outgoing.writeHead(status, all);
  // end(body) would pass the socket two pieces, the second one empty. Uncorked here, head and body are one
  // write, and end() has nothing left to send. Without a socket, end() does it all.
  outgoing.write(body);
  outgoing.socket?.uncork();
  outgoing.end();
}
