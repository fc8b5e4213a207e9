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
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await fetchText(url, signal);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DocumentError('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DocumentError('is not a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal,
    });
    if (response.status !== 200) {
      // An unread body would keep the connection.
      await response.body?.cancel().catch(() => undefined);
      throw new DocumentError(`has the status ${response.status}`);
    }
    return await readText(response);
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    if (signal.aborted) throw new DocumentError('did not arrive in time');
    throw new DocumentError(`cannot be fetched (${codeOf(error)})`);
  }
}

/** Counts bytes after decompression, so that a small response cannot become a large text. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop ends the stream, and with it the connection.
    if (size > MAX_DOCUMENT_BYTES) {
      throw new DocumentError(`is larger than ${MAX_DOCUMENT_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's code of a failed fetch, such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: unknown };
  const code = cause?.code ?? name;
  return typeof code === 'string' && /^\w+$/.test(code) ? code : 'unknown error';
}
