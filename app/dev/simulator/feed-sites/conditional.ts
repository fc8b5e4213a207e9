import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { SimulatedResponse } from '../response.ts';
import type { SiteRequest } from './site.ts';

/** Validators and the content type of a file. */
export interface FileHeaders {
  readonly contentType: string;
  /** @default true */
  readonly etag?: boolean;
  /** Milliseconds since the epoch; no `Last-Modified` without it. */
  readonly lastModified?: number;
}

/**
 * Responds with a file as web servers do: 304 if the client has it (RFC 9110, section 13), compressed if the client
 * accepts gzip.
 */
export function fileResponse(
  request: SiteRequest,
  body: string | Buffer,
  { contentType, etag = true, lastModified }: FileHeaders,
): SimulatedResponse {
  const content = Buffer.from(body);
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  const validators: Record<string, string> = {
    ...(etag && { etag: tag }),
    ...(lastModified !== undefined && { 'last-modified': new Date(lastModified).toUTCString() }),
  };
  if (isUnchanged(request, etag ? tag : undefined, lastModified)) {
    return { status: 304, headers: validators, body: '' };
  }
  const headers = {
    'content-type': contentType,
    'cache-control': 'max-age=300',
    vary: 'Accept-Encoding',
    ...validators,
  };
  if (!/\bgzip\b/.test(`${request.headers['accept-encoding']}`)) {
    return { status: 200, headers, body: content };
  }
  const compressed = gzipSync(content, { level: 1 });
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: compressed };
}

/** `If-None-Match` takes precedence over `If-Modified-Since` (RFC 9110, section 13.2.2). */
function isUnchanged(
  { headers }: SiteRequest,
  etag: string | undefined,
  lastModified: number | undefined,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined && etag !== undefined) {
    return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return lastModified !== undefined && Math.floor(lastModified / 1000) * 1000 <= since;
}
