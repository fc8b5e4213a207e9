import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { type Agents, isDroppedConnection } from '../../lib/agents.ts';

export interface ExchangeOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: Agents;
  readonly signal: AbortSignal;
  /** Limit for the body, both as sent and as decoded. */
  readonly maxBytes: number;
}

export interface ExchangeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Present if the status is 200 and the method is GET. */
  readonly body?: Buffer;
}

/** A response whose body cannot be used. Its message completes "The response …". */
export class BodyError extends Error {}

/** Limit for all response headers together. */
const MAX_HEADER_BYTES = 32 * 1024;

const DEFAULT_HEADERS = {
  // A client should identify itself (RFC 9110, section 10.1.5).
  'user-agent': 'risk-gate',
  // CrowdSec cuts uncompressed lists, and compression makes most lists a third as large.
  'accept-encoding': 'gzip',
};

/**
 * Sends one request and reads the response. Sends it again if a reused connection turns out to be dropped. Follows no
 * redirects.
 *
 * @throws BodyError, the connection's error, or the reason of the signal.
 */
export async function exchange(url: URL, options: ExchangeOptions): Promise<ExchangeResponse> {
  const response = await send(url, options).catch((error: unknown) => {
    if (!isDroppedConnection(error)) throw error;
    return send(url, options);
  });
  const { statusCode: status = 0 } = response;
  const headers = singleHeaders(response);
  if (status !== 200 || options.method === 'HEAD') {
    // Nothing reads an error's body, which may repeat the request.
    response.destroy();
    return { status, headers };
  }
  return { status, headers, body: await readBody(response, options.maxBytes) };
}

function send(url: URL, options: ExchangeOptions): Promise<IncomingMessage> {
  const { method, headers, agents, signal } = options;
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...DEFAULT_HEADERS, ...withLowerCaseNames(headers) },
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    });
    request.on('response', resolve);
    request.on('error', reject);
    // A switch of protocols (101) yields neither a response nor an error.
    request.on('close', () => reject(new Error('The connection was closed without a response.')));
    request.end();
  });
}

/** Reads a body. Node reports one that is shorter than its `Content-Length`, or whose chunks have no end. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const decode = findDecoder(response.headers['content-encoding']);
  const isTooLarge = Number(response.headers['content-length']) > maxBytes;
  if (decode === undefined || isTooLarge) {
    response.destroy();
    throw new BodyError(isTooLarge ? tooLarge(maxBytes) : 'has an unknown content encoding');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream, which closes the connection.
    if (bytes > maxBytes) throw new BodyError(tooLarge(maxBytes));
    chunks.push(chunk);
  }
  try {
    return await decode(Buffer.concat(chunks, bytes), { maxOutputLength: maxBytes });
  } catch (error) {
    const isBomb = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new BodyError(isBomb ? tooLarge(maxBytes) : 'is damaged: it cannot be decompressed');
  }
}

function tooLarge(maxBytes: number): string {
  return `is larger than ${maxBytes} bytes`;
}

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Multiple encodings are not supported. */
const DECODERS: Readonly<Record<string, Decode>> = {
  identity: async (body) => body,
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

function findDecoder(encoding = 'identity'): Decode | undefined {
  const name = encoding.trim().toLowerCase();
  return Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
}

function withLowerCaseNames(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}
