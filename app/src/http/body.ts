import type { IncomingMessage } from 'node:http';

/** How much of a body is discarded after a response, so that its sender can read the response. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/** How long the rest of a body may take to arrive before its connection is ended. */
const DISCARD_WINDOW_MS = 500;

/** A body, or the reason why there is none: it exceeds the limit, or its sender closed the connection. */
export type BodyResult =
  | { readonly text: string }
  | { readonly failure: 'too-large' | 'incomplete' };

/**
 * Reads a request body of at most `maxBytes` as UTF-8. The rest of a larger one is read and discarded: a
 * client that still writes when its connection is closed loses the response.
 *
 * @throws Error when something else has read the body.
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  return new Promise((resolve, reject) => {
    // Neither of these emits any more events.
    if (incoming.readableEnded) return reject(new Error('Middleware has read the body.'));
    if (incoming.destroyed) return resolve({ failure: 'incomplete' });
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        if (size > MAX_DISCARDED_BYTES) resolve({ failure: 'too-large' });
      }
    });
    const fail = () => resolve({ failure: size > maxBytes ? 'too-large' : 'incomplete' });
    incoming.on('end', () => (size <= maxBytes ? resolve({ text: decode(chunks) }) : fail()));
    incoming.on('error', fail);
    incoming.on('close', fail);
  });
}

function decode(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined
    ? only.toString('utf8')
    : Buffer.concat(chunks).toString('utf8');
}

/**
 * Discards the rest of a body after a response that did not wait for it. If the rest does not arrive in time,
 * only this side of the connection is ended: closed with unread data it would be reset, and the sender would
 * lose the response. The server's request timeout ends what still arrives then.
 */
export function discardRest(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) return;
  let size = 0;
  const timer = setTimeout(() => incoming.socket.end(), DISCARD_WINDOW_MS);
  timer.unref();
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) incoming.destroy();
  });
  for (const end of ['end', 'close']) incoming.on(end, () => clearTimeout(timer));
  incoming.on('error', () => undefined);
}
