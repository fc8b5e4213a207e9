import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Agents, isDroppedConnection } from './agents.ts';

/** Bytes of all header lines together; Node's own default, which a command-line option can raise. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Names the client, as a request should (RFC 9110, section 10.1.5). */
const USER_AGENT = 'risk-gate';

const OWN_HEADERS = {
  'User-Agent': USER_AGENT,
  // A response that is compressed costs more to bound, and saves little of a few KB.
  'Accept-Encoding': 'identity',
  // A cache on the way must ask the server before it responds (RFC 9111, 5.2.1.4).
  'Cache-Control': 'no-cache',
};

/** Responses 1xx before the real one. */
const MAX_INTERIM_RESPONSES = 8;

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: Agents;
  readonly signal: AbortSignal;
  /** Bytes of a body, as sent and as decoded. */
  readonly maxBytes: number;
}

export interface GetResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Absent when the status is not 200, and when the body is too large or cannot be decoded. */
  readonly body?: Buffer;
}

/**
 * Sends one GET; once more on a new connection when the one that was kept open turns out to be dropped.
 * Follows no redirect: it would carry the headers to a host that we do not know.
 *
 * @throws what the connection or the signal throws.
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
  // The status says it all, and a body that nobody reads would keep the connection.
  response.destroy();
  return { status, headers };
}

/** What some servers and proxies write on an idle connection before they close it (RFC 9110, 15.5.9). */
const REQUEST_TIMEOUT = 408;

/** Resolves with the response as soon as its headers are there, or with `dropped` when it may be sent again. */
function send(
  url: URL,
  { headers, agents, signal }: GetOptions,
): Promise<IncomingMessage | 'dropped'> {
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      headers: { ...headers, ...OWN_HEADERS },
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    });
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > MAX_INTERIM_RESPONSES) request.destroy(new Error('Too many 1xx responses.'));
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
    // After a switch of protocols there is neither a response nor an error.
    request.on('close', () => reject(new Error('The connection was closed without a response.')));
    request.end();
  });
}

/** Reads a body, but no more of it than may be; ends the connection when it is longer. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const decode = decoderOf(response.headers['content-encoding']);
  if (decode === undefined || Number(response.headers['content-length']) > maxBytes) {
    response.destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // Leaving the loop ends the stream, and with it the connection.
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return decode(Buffer.concat(chunks, bytes), { maxOutputLength: maxBytes });
  } catch {
    // Damaged, or longer than it may be: of a bomb nothing beyond the limit is unpacked.
    return undefined;
  }
}

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Buffer;

/** For whoever compresses although nobody asked for it, a proxy for instance. Never several layers. */
const DECODERS: Readonly<Record<string, Decode>> = {
  identity: (body) => body,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

function decoderOf(encoding = 'identity'): Decode | undefined {
  const name = encoding.trim().toLowerCase();
  return Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
}
