import type { IncomingMessage } from 'node:http';

/** How much of a body that is too large is read on, so that its sender lives to read the answer. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/** A body, or why there is none: it is larger than the limit, or its sender went away. */
export type BodyResult =
  | { readonly text: string }
  | { readonly failure: 'too-large' | 'incomplete' };

/**
 * Reads a request body as UTF-8 text of at most `limit` bytes. What is over the limit is read and thrown
 * away: a connection that is closed while its client still writes loses the answer.
 */
export function readBody(incoming: IncomingMessage, limit: number): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        if (size > MAX_DISCARDED_BYTES) resolve({ failure: 'too-large' });
      }
    });
    const fail = () => resolve({ failure: size > limit ? 'too-large' : 'incomplete' });
    incoming.on('end', () => (size <= limit ? resolve({ text: decode(chunks) }) : fail()));
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

/** Milliseconds in which the rest of a body can come, and its connection be used again. */
const DISCARD_WINDOW_MS = 500;

/**
 * Lets the rest of a body come to nothing after an answer that did not wait for it. When it takes long
 * the connection is ended from this side only: closed with something unread it would be reset, and its
 * sender would lose the answer. The server's own time limit ends what then still comes.
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
