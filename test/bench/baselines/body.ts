import type { IncomingMessage } from 'node:http';

/** Gives the whole body as text, in the cheapest way that Node has. */
export function readText(request: IncomingMessage, then: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')));
}
