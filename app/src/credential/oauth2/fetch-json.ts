import type { Agents } from '../../lib/agents.ts';
import { errorName } from '../../lib/error-name.ts';
import { type GetResponse, get } from '../../lib/http-get.ts';

/** A discovery document has about 5 KB; a key set with certificates has about 2 KB for each key. */
const MAX_DOCUMENT_BYTES = 64 * 1024;

/** A document of the issuer cannot be used. The message completes a sentence that begins with its URL. */
export class DocumentError extends Error {}

/**
 * Fetches a JSON object. Does not follow redirects, which could lead to a host that is not configured.
 *
 * @throws DocumentError, whose message does not repeat the response, because its origin is not trusted.
 */
export async function fetchJson(
  url: string,
  agents: Agents,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await fetchBody(url, agents, signal);
  if (status !== 200) throw new DocumentError(`has the status ${status}`);
  if (body === undefined) {
    throw new DocumentError(`is larger than ${MAX_DOCUMENT_BYTES} bytes, or cannot be decoded`);
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new DocumentError('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DocumentError('is not a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}

async function fetchBody(url: string, agents: Agents, signal: AbortSignal): Promise<GetResponse> {
  try {
    const headers = { Accept: 'application/json' };
    return await get(new URL(url), { headers, agents, signal, maxBytes: MAX_DOCUMENT_BYTES });
  } catch (error) {
    if (signal.aborted) throw new DocumentError('did not arrive in time');
    throw new DocumentError(`cannot be fetched (${errorCode(error)})`);
  }
}

/** Returns the system's error code, such as ECONNREFUSED, or the name of the error. */
function errorCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return errorName(code ?? name) ?? 'unknown error';
}
