import type { IncomingMessage } from 'node:http';

/** Reads the body as a string in the cheapest way that Node offers. */
export function readBody(request: IncomingMessage, then: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')));
}
