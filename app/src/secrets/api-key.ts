import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type RefreshOptions, refreshPeriodically } from './refresh.ts';
import { readCurrentSecret } from './versions.ts';

/** The key, or the secret that contains it. */
export type ApiKeySource =
  | { readonly key: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ApiKey {
  /** Returns the key as of the last successful refresh; `undefined` until the operator has set it. */
  current(): string | undefined;
  /** Calls a listener after each change of the key. */
  onChange(listener: (key: string | undefined) => void): void;
  /** Stops refreshing. The key stays usable, and the client stays open. */
  stop(): void;
}

/** Visible ASCII, because the key is sent in an HTTP header. */
const KEY = /^[\x21-\x7e]+$/;

/** Start of a template's placeholder, which the operator replaces with the key. */
const PLACEHOLDER = /^replace/i;

/**
 * Parses AbuseIPDB's key: plain text, or JSON with `apiKey` or `key`.
 *
 * @param label names the text in an error.
 * @returns `undefined` for an empty text or a placeholder. A stack is deployed before its operator can set the
 *   key, so the service has to start, and to behave as with a wrong key.
 * @throws Error with one sentence that does not repeat the text.
 */
export function parseApiKey(text: string, label: string): string | undefined {
  const trimmed = text.trim();
  const key = trimmed.startsWith('{') ? readKeyField(trimmed, label).trim() : trimmed;
  if (key === '' || PLACEHOLDER.test(key)) return undefined;
  if (!KEY.test(key)) {
    throw new Error(
      `${label} does not fit into an HTTP header: use visible ASCII characters and no spaces.`,
    );
  }
  return key;
}

function readKeyField(json: string, label: string): string {
  const { apiKey, key } = parseJson(json, label);
  const value = apiKey ?? key;
  if (typeof value !== 'string' || (apiKey !== undefined && key !== undefined)) {
    throw new Error(`${label} needs one string, as "apiKey" or "key".`);
  }
  return value;
}

function parseJson(json: string, label: string): { apiKey?: unknown; key?: unknown } {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's message would quote the key.
    throw new Error(
      `${label} begins like JSON but is not valid JSON: use the key alone, or { "apiKey": … }.`,
    );
  }
}

/**
 * Loads AbuseIPDB's key and refreshes it in the background. An emptied secret is a change, too: it is logged as an
 * error now, instead of at the next restart.
 *
 * @throws Error with one sentence, without the key, if the secret cannot be read at startup.
 */
export async function openApiKey(source: ApiKeySource, hooks: RefreshOptions): Promise<ApiKey> {
  if ('key' in source) {
    const key = parseApiKey(source.key, 'ABUSEIPDB_API_KEY');
    return { current: () => key, onChange: () => undefined, stop: () => undefined };
  }
  const { client, secretArn } = source;
  const listeners: ((key: string | undefined) => void)[] = [];
  const load = (stop?: AbortSignal) => readCurrentSecret(client, secretArn, { stop });
  const parse = (text: string) => parseApiKey(text, `The secret ${secretArn}`);
  let key = parse(await load());
  const { stop } = refreshPeriodically({
    ...hooks,
    load,
    apply: (text) => {
      const next = parse(text);
      if (next === key) return;
      key = next;
      for (const listener of listeners) listener(next);
    },
  });
  return { current: () => key, onChange: (listener) => void listeners.push(listener), stop };
}
