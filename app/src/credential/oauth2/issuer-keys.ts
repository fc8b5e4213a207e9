import { type AgentFactory, type Agents, directAgents } from '../../lib/agents.ts';
import { notify } from '../../lib/hooks.ts';
import { jittered, type Schedule, scheduleTimer } from '../../lib/schedule.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../lib/timeout.ts';
import { DocumentError, fetchJson } from './fetch-json.ts';
import { discoveryUrls, isPlainHttp, isSafeUrl } from './issuer-url.ts';
import { type KeySet, readKeySet } from './key-set.ts';

/** Where the keys of an issuer are. */
export interface KeySource {
  readonly issuer: string;
  /** Found by discovery when absent. */
  readonly jwks_uri?: string;
}

export interface IssuerKeysHooks {
  /** Receives each failure to load the keys; the last good ones stay. */
  readonly onFailed?: (failure: { readonly issuer: string; readonly why: string }) => void;
  /** Receives each change of the keys. */
  readonly onChanged?: (change: { readonly issuer: string; readonly keys: number }) => void;
}

export interface IssuerKeysOptions extends IssuerKeysHooks {
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** @default a timer that does not keep the process alive */
  readonly schedule?: Schedule;
  /** From 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
  /** Makes the connections to the issuer. @default connects directly */
  readonly agents?: AgentFactory;
}

/** The keys with which an issuer signs its tokens, loaded in the background. */
export interface IssuerKeys {
  /** Returns the keys, or `undefined` while there are none that may be used. */
  current(): KeySet | undefined;
  /**
   * Loads the keys again for a token that they do not fit, at most every 30 s: anybody can send such tokens.
   * Returns whether what `current` then returns is what the issuer published at the last attempt.
   */
  reload(): Promise<boolean>;
  /** Ends the loading. */
  stop(): void;
}

/** A key that the issuer withdraws is used for this long at most, while the issuer can be reached. */
const REFRESH_INTERVAL_MS = 5 * 60_000;
const RETRY_INTERVAL_MS = 30_000;
/** Without keys every call fails, so that the first ones are needed soon. */
const FIRST_RETRY_INTERVAL_MS = 5000;

/** Whoever sends tokens with unknown keys must not make us flood the issuer. */
const RELOAD_INTERVAL_MS = 30_000;

/** While the issuer cannot be reached, its last keys are used for this long. */
const MAX_AGE_MS = 24 * 3600_000;

/** For discovery and key set together. */
const LOAD_LIMIT_MS = 5000;

/**
 * Loads the keys of an issuer and keeps them fresh. It resolves after the first attempt, whatever came
 * of it: the service starts without the issuer, and a task that has keys is ready sooner.
 */
export async function openIssuerKeys(
  source: KeySource,
  options: IssuerKeysOptions = {},
): Promise<IssuerKeys> {
  const keys = startIssuerKeys(source, options);
  await keys.loading;
  return keys;
}

/** As `openIssuerKeys`, without waiting for the first attempt, which `loading` ends with. */
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

  /** Loads the keys; several callers share one load. */
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
        LOAD_LIMIT_MS,
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
        notify(onFailed, { issuer, why: reasonOf(error) });
      }
    }
    return wasLoaded;
  }

  async function refresh(): Promise<void> {
    const loaded = await load();
    if (control.signal.aborted) return;
    const retryInterval = current() ? RETRY_INTERVAL_MS : FIRST_RETRY_INTERVAL_MS;
    const interval = loaded ? REFRESH_INTERVAL_MS : retryInterval;
    cancel = schedule(refresh, jittered(interval, random));
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
      // A clock that was set back must not stop the reloading.
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
  return at(url, async () => readKeySet(await fetchJson(url, agents, signal)));
}

/** Returns the `jwks_uri` of the issuer's discovery document. @throws DocumentError */
async function discover(issuer: string, agents: Agents, signal: AbortSignal): Promise<string> {
  const failures: string[] = [];
  for (const url of discoveryUrls(issuer)) {
    try {
      return await at(url, async () => jwksUriOf(await fetchJson(url, agents, signal), issuer));
    } catch (error) {
      failures.push(reasonOf(error));
      if (signal.aborted) break;
    }
  }
  throw new DocumentError(failures.join(', and '));
}

function jwksUriOf(document: Readonly<Record<string, unknown>>, issuer: string): string {
  // Otherwise one tenant of a server could answer for another (RFC 8414, section 3.3).
  if (document.issuer !== issuer) throw new DocumentError('is of another issuer');
  const { jwks_uri: uri } = document;
  if (typeof uri !== 'string' || !isSafeUrl(uri) || (isPlainHttp(uri) && !isPlainHttp(issuer))) {
    throw new DocumentError('has no jwks_uri that is an https URL');
  }
  return uri;
}

/** Puts the URL before what is wrong with its document. */
async function at<Value>(url: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DocumentError ? new DocumentError(`${url} ${error.message}`) : error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DocumentError) return error.message;
  if (error instanceof TimeLimitExceeded)
    return `The keys did not arrive within ${LOAD_LIMIT_MS} ms`;
  return error instanceof Error ? error.name : 'unknown error';
}
