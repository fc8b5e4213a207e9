import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { keepFresh, type RefreshHooks } from './keep-fresh.ts';
import { readCurrentSecret } from './versions.ts';

/** The key itself, or the secret that holds it. */
export type ApiKeySource =
  | { readonly key: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ApiKey {
  /** The key as of the last good refresh; `undefined` while none has been put in. */
  current(): string | undefined;
  /** Calls back after each change of the key. */
  onChange(listener: (key: string | undefined) => void): void;
  /** Ends the refreshing. The key stays; so does the client. */
  stop(): void;
}

/** Visible ASCII: the key travels in an HTTP header. */
const KEY = /^[\x21-\x7e]+$/;

/** What a template puts where the operator has to put the key. */
const PLACEHOLDER = /^replace/i;

/**
 * Reads AbuseIPDB's key: plain text, or JSON with `apiKey` or `key`.
 *
 * @param where what the text is called in an error.
 * @returns `undefined` for an empty text or a placeholder. A stack is deployed before its operator
 *   can put the key in: the service has to start, and to count as one with a wrong key.
 * @throws Error, one sentence that repeats nothing of the text.
 */
export function parseApiKey(text: string, where: string): string | undefined {
  const trimmed = text.trim();
  const key = trimmed.startsWith('{') ? keyInside(trimmed, where).trim() : trimmed;
  if (key === '' || PLACEHOLDER.test(key)) return undefined;
  if (!KEY.test(key)) {
    throw new Error(
      `${where} does not fit into an HTTP header: use visible ASCII characters and no blanks.`,
    );
  }
  return key;
}

function keyInside(json: string, where: string): string {
  const { apiKey, key } = objectOf(json, where);
  const value = apiKey ?? key;
  if (typeof value !== 'string' || (apiKey !== undefined && key !== undefined)) {
    throw new Error(`${where} needs one text, under "apiKey" or "key".`);
  }
  return value;
}

function objectOf(json: string, where: string): { apiKey?: unknown; key?: unknown } {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, and with it the key.
    throw new Error(
      `${where} begins like JSON and is none: use the key alone, or { "apiKey": … }.`,
    );
  }
}

/**
 * Loads AbuseIPDB's key and keeps it fresh. A key that has been emptied is followed as any other
 * change: the error that it is logged as tells of it sooner than the next restart would.
 *
 * @throws Error, one sentence without the key, when the secret cannot be had at start.
 */
export async function openApiKey(source: ApiKeySource, hooks: RefreshHooks): Promise<ApiKey> {
  if ('key' in source) {
    const key = parseApiKey(source.key, 'ABUSEIPDB_API_KEY');
    return { current: () => key, onChange: () => undefined, stop: () => undefined };
  }
  const { client, secretArn } = source;
  const listeners: ((key: string | undefined) => void)[] = [];
  const load = (stop?: AbortSignal) => readCurrentSecret(client, secretArn, { stop });
  const parse = (text: string) => parseApiKey(text, `The secret ${secretArn}`);
  let key = parse(await load());
  const { stop } = keepFresh({
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
