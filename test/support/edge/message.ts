import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** A request on its way from the identity server to the service. */
export interface EdgeRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Values by name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
  /** Address of the connection on which the present stage receives the request. */
  readonly address: string;
  /** Aborts when the previous stage no longer waits for the response. */
  readonly signal?: AbortSignal;
}

export interface EdgeResponse {
  readonly status: number;
  readonly headers: Readonly<OutgoingHttpHeaders>;
  readonly body: Buffer;
}

/** One stage: responds itself, or passes the request on. */
export type Stage = (request: EdgeRequest) => Promise<EdgeResponse>;

/** Headers that belong to a connection and not to a message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** Returns the headers without those of the connection. */
export function endToEnd<V>(headers: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** Returns the headers with one more value at the end of a comma-separated list, as a proxy writes it. */
export function appended(
  headers: EdgeRequest['headers'],
  name: string,
  value: string,
): EdgeRequest['headers'] {
  return { ...headers, [name]: [[...(headers[name] ?? []), value].join(', ')] };
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Returns a response of a stage itself. */
export function response(status: number, type = 'text/html', text = ''): EdgeResponse {
  return { status, headers: { 'content-type': type }, body: Buffer.from(text) };
}
