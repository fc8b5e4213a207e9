import type { Agents } from '../../lib/agents.ts';
import { type GetResponse, get } from '../../lib/http-get.ts';

/** A discovery document has about 5 KB, a key set with certificates about 2 KB for each key. */
const MAX_DOCUMENT_BYTES = 64 * 1024;

/** Why a document of the issuer cannot be used: the rest of a sentence that begins with its URL. */
export class DocumentError extends Error {}

/**
 * Fetches a JSON object. Redirects are not followed: they could lead to a host that nobody configured.
 *
 * @throws DocumentError. It repeats nothing of the response, which anybody may have written.
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
    throw new DocumentError(`cannot be fetched (${codeOf(error)})`);
  }
}

/** The system's code of a failed request, such as ECONNREFUSED, or the name of the error. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const found = code ?? name;
  return typeof found === 'string' && /^\w+$/.test(found) ? found : 'unknown error';
}
