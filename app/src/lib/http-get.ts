import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Agents, isDroppedConnection } from './agents.ts';

/** Limit for all response headers together. It is Node's default, which a command-line option could raise. */
const MAX_HEADER_BYTES = 16 * 1024;

const DEFAULT_HEADERS = {
  // A client should identify itself (RFC 9110, section 10.1.5).
  'User-Agent': 'risk-gate',
  // Compression saves little for a few KB, and makes the size harder to limit.
  'Accept-Encoding': 'identity',
  // A cache must revalidate before it responds (RFC 9111, section 5.2.1.4).
  'Cache-Control': 'no-cache',
};

/** Limit for 1xx responses before the final one. */
const MAX_INTERIM_RESPONSES = 8;

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: Agents;
  readonly signal: AbortSignal;
  /** Limit for the body, both as sent and as decoded. */
  readonly maxBytes: number;
}

export interface GetResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Absent if the status is not 200, or if the body is too large or cannot be decoded. */
  readonly body?: Buffer;
}

/**
 * Sends a GET request. Sends it again on a new connection if the reused one turns out to be dropped. Does not
 * follow redirects, which would send the headers to an unknown host.
 *
 * @throws the connection's error, or the reason of the signal.
 */
export async function get(url: URL, options: GetOptions): Promise<GetResponse> {
  let response = await send(url, options);
  if (response === 'dropped') response = await send(url, options);
  if (response === 'dropped') throw new Error('The connection was dropped twice.');
  const { statusCode: status = 0, headers } = response;
  if (status === 200) {
    const body = await readBody(response, options.maxBytes);
    return body === undefined ? { status, headers } : { status, headers, body };
  }
  // The body is not needed, and an unread one would keep the connection busy.
  response.destroy();
  return { status, headers };
}

/** Status that some servers and proxies send on an idle connection before they close it (RFC 9110, section 15.5.9). */
const REQUEST_TIMEOUT = 408;

/** Resolves with the response when its headers have arrived, or with `dropped` if it may be sent again. */
function send(
  url: URL,
  { headers, agents, signal }: GetOptions,
): Promise<IncomingMessage | 'dropped'> {
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      headers: { ...headers, ...DEFAULT_HEADERS },
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    });
    let interimResponses = 0;
    request.on('information', () => {
      interimResponses += 1;
      if (interimResponses > MAX_INTERIM_RESPONSES)
        request.destroy(new Error('Too many 1xx responses.'));
    });
    request.on('response', (response) => {
      const wasClosing = request.reusedSocket && response.statusCode === REQUEST_TIMEOUT;
      if (wasClosing) response.destroy();
      resolve(wasClosing ? 'dropped' : response);
    });
    request.on('error', (error) => {
      if (isDroppedConnection(error)) resolve('dropped');
      else reject(error);
    });
    // A switch of protocols (101) yields neither a response nor an error.
    request.on('close', () => reject(new Error('The connection was closed without a response.')));
    request.end();
  });
}

/** Reads a body up to the limit; closes the connection if it is longer. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const decode = findDecoder(response.headers['content-encoding']);
  if (decode === undefined || Number(response.headers['content-length']) > maxBytes) {
    response.destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream, which closes the connection.
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return decode(Buffer.concat(chunks, bytes), { maxOutputLength: maxBytes });
  } catch {
    // Damaged, or too large: a decompression bomb is not decoded beyond the limit.
    return undefined;
  }
}

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Buffer;

/** Some servers and proxies compress in spite of `identity`. Multiple encodings are not supported. */
const DECODERS: Readonly<Record<string, Decode>> = {
  identity: (body) => body,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function findDecoder(encoding = 'identity'): Decode | undefined {
  const name = encoding.trim().toLowerCase();
  return Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
}
