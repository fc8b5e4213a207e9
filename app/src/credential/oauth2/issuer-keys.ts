import { type AgentFactory, type Agents, directAgents } from '../../lib/agents.ts';
import { notify } from '../../lib/hooks.ts';
import { type Schedule, scheduleTimer, withJitter } from '../../lib/schedule.ts';
import { TimeLimitError, withTimeLimit } from '../../lib/timeout.ts';
import { DocumentError, fetchJson } from './fetch-json.ts';
import { discoveryUrls, isPlainHttp, isSafeUrl } from './issuer-url.ts';
import { type KeySet, readKeySet } from './key-set.ts';

/** Location of an issuer's keys. */
export interface KeySource {
  readonly issuer: string;
  /** If absent, discovery finds it. */
  readonly jwks_uri?: string;
}

export interface IssuerKeysHooks {
  /** Called after each failure to load the keys. The last valid keys stay in use. */
  readonly onFailed?: (failure: { readonly issuer: string; readonly why: string }) => void;
  /** Called after each change of the keys. */
  readonly onChanged?: (change: { readonly issuer: string; readonly keys: number }) => void;
}

export interface IssuerKeysOptions extends IssuerKeysHooks {
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** @default a timer that does not keep the process alive */
  readonly schedule?: Schedule;
  /** Returns a number from 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
  /** Makes the connections to the issuer. @default connects directly */
  readonly agents?: AgentFactory;
}

/** The keys that verify an issuer's tokens, refreshed in the background. */
export interface IssuerKeys {
  /** Returns the keys; `undefined` while there are none, or only outdated ones. */
  current(): KeySet | undefined;
  /**
   * Loads the keys again for a token with an unknown key. Limited to once in 30 s, because anybody can send such
   * tokens.
   *
   * @returns whether the keys are up to date: the last attempt to load them succeeded.
   */
  reload(): Promise<boolean>;
  /** Stops refreshing. */
  stop(): void;
}

/** While the issuer can be reached, a key that it withdraws is used for at most this long. */
const REFRESH_INTERVAL_MS = 5 * 60_000;
const RETRY_INTERVAL_MS = 30_000;
/** Without keys every call fails, so the first ones are urgent. */
const INITIAL_RETRY_INTERVAL_MS = 5000;

/** Tokens with unknown keys must not make the service flood the issuer. */
const RELOAD_INTERVAL_MS = 30_000;

/** While the issuer cannot be reached, its last keys are used for at most this long. */
const MAX_AGE_MS = 24 * 3600_000;

/** Timeout for discovery and key set together. */
const LOAD_TIMEOUT_MS = 5000;

/**
 * Loads the keys of an issuer and refreshes them in the background. Resolves after the first attempt, even if it
 * failed: the service also starts while the issuer is down.
 */
export async function openIssuerKeys(
  source: KeySource,
  options: IssuerKeysOptions = {},
): Promise<IssuerKeys> {
  const keys = startIssuerKeys(source, options);
  await keys.loading;
  return keys;
}

/** Like `openIssuerKeys`, but returns at once. `loading` resolves after the first attempt. */
export function startIssuerKeys(
  source: KeySource,
  options: IssuerKeysOptions = {},
): IssuerKeys & { readonly loading: Promise<unknown> } {
  const { issuer } = source;
  const {
    now = Date.now,
    schedule = scheduleTimer,
    random = Math.random,
    onFailed,
    onChanged,
  } = options;
  const agents = (options.agents ?? directAgents)();
  const control = new AbortController();
  let keys: KeySet | undefined;
  let loadedAt = 0;
  let loading: Promise<boolean> | undefined;
  let wasLoaded = false;
  let reloadedAt = Number.NEGATIVE_INFINITY;
  let cancel: () => void = () => undefined;

  /** Loads the keys. Concurrent callers share one load. */
  function load(): Promise<boolean> {
    loading ??= loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function loadOnce(): Promise<boolean> {
    const startedAt = now();
    try {
      const loaded = await withTimeLimit(
        LOAD_TIMEOUT_MS,
        (signal) => loadKeySet(source, agents, signal),
        control.signal,
      );
      loadedAt = startedAt;
      wasLoaded = true;
      if (loaded.fingerprint !== keys?.fingerprint) {
        keys = loaded;
        notify(onChanged, { issuer, keys: loaded.size });
      }
    } catch (error) {
      wasLoaded = false;
      if (!control.signal.aborted) {
        notify(onFailed, { issuer, why: failureReason(error) });
      }
    }
    return wasLoaded;
  }

  async function refresh(): Promise<void> {
    const loaded = await load();
    if (control.signal.aborted) return;
    const retryInterval = current() ? RETRY_INTERVAL_MS : INITIAL_RETRY_INTERVAL_MS;
    const interval = loaded ? REFRESH_INTERVAL_MS : retryInterval;
    cancel = schedule(refresh, withJitter(interval, random));
  }

  function current(): KeySet | undefined {
    if (keys !== undefined && now() - loadedAt > MAX_AGE_MS) keys = undefined;
    return keys;
  }

  return {
    loading: refresh(),
    current,
    async reload() {
      if (loading !== undefined) return loading;
      const elapsed = now() - reloadedAt;
      // A negative time means that the clock was set back, which must not prevent reloading.
      if (elapsed >= 0 && elapsed < RELOAD_INTERVAL_MS) return wasLoaded;
      reloadedAt = now();
      return load();
    },
    stop() {
      control.abort();
      cancel();
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

async function loadKeySet(source: KeySource, agents: Agents, signal: AbortSignal): Promise<KeySet> {
  const url = source.jwks_uri ?? (await discover(source.issuer, agents, signal));
  return withUrl(url, async () => readKeySet(await fetchJson(url, agents, signal)));
}

/** Returns the `jwks_uri` of the issuer's discovery document. @throws DocumentError */
async function discover(issuer: string, agents: Agents, signal: AbortSignal): Promise<string> {
  const failures: string[] = [];
  for (const url of discoveryUrls(issuer)) {
    try {
      return await withUrl(url, async () =>
        jwksUriOf(await fetchJson(url, agents, signal), issuer),
      );
    } catch (error) {
      failures.push(failureReason(error));
      if (signal.aborted) break;
    }
  }
  throw new DocumentError(failures.join(', and '));
}

function jwksUriOf(document: Readonly<Record<string, unknown>>, issuer: string): string {
  // Otherwise one tenant of a server could impersonate another (RFC 8414, section 3.3).
  if (document.issuer !== issuer) throw new DocumentError('is of another issuer');
  const { jwks_uri: uri } = document;
  if (typeof uri !== 'string' || !isSafeUrl(uri) || (isPlainHttp(uri) && !isPlainHttp(issuer))) {
    throw new DocumentError('has no jwks_uri that is an https URL');
  }
  return uri;
}

/** Prefixes a DocumentError with the URL of the document. */
async function withUrl<Value>(url: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DocumentError ? new DocumentError(`${url} ${error.message}`) : error;
  }
}

function failureReason(error: unknown): string {
  if (error instanceof DocumentError) return error.message;
  if (error instanceof TimeLimitError)
    return `The keys did not arrive within ${LOAD_TIMEOUT_MS} ms`;
  return error instanceof Error ? error.name : 'unknown error';
}
