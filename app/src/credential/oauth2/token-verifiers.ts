import {
  type IssuerKeys,
  type IssuerKeysOptions,
  type KeySource,
  startIssuerKeys,
} from './issuer-keys.ts';
import type { OAuth2Credential } from './oauth2-credential.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

export interface TokenVerifiersOptions extends IssuerKeysOptions {
  /** Milliseconds that a request waits for keys and verification. @default 1000 */
  readonly timeLimit?: number;
}

/** The token verifiers of all accepted OAuth2 credentials. */
export interface TokenVerifiers {
  /** Replaces the credentials. Those that stay keep their keys and verified tokens. */
  update(credentials: readonly OAuth2Credential[]): void;
  /** Returns the verifier of a credential. @throws Error if it is not among the accepted ones. */
  get(credential: OAuth2Credential): TokenVerifier;
  /** Returns whether there are usable keys of a credential's issuer. */
  hasKeys(credential: OAuth2Credential): boolean;
  /** Resolves after the first attempt to load the keys of each issuer, even if it failed. */
  ready(): Promise<void>;
  /** Stops refreshing keys. */
  stop(): void;
}

interface Entry {
  readonly verifier: TokenVerifier;
  readonly keys: IssuerKeys;
}

const DEFAULT_TIME_LIMIT_MS = 1000;

/** Creates the verifiers. Credentials with the same issuer share its keys. */
export function createTokenVerifiers(options: TokenVerifiersOptions = {}): TokenVerifiers {
  const { timeLimit = DEFAULT_TIME_LIMIT_MS, now } = options;
  let sources = new Map<string, ReturnType<typeof startIssuerKeys>>();
  let entries = new Map<string, Entry>();

  function entryOf(credential: OAuth2Credential): Entry {
    const entry = entries.get(idOf(credential));
    if (entry === undefined) throw new Error('The OAuth2 credential is not among those in use.');
    return entry;
  }

  return {
    update(credentials) {
      const usedSources: typeof sources = new Map();
      const newEntries: typeof entries = new Map();
      for (const credential of credentials) {
        const source = sourceIdOf(credential);
        const keys =
          usedSources.get(source) ?? sources.get(source) ?? startIssuerKeys(credential, options);
        usedSources.set(source, keys);
        const verifier =
          entries.get(idOf(credential))?.verifier ??
          createTokenVerifier(credential, keys, { timeLimit, ...(now && { now }) });
        newEntries.set(idOf(credential), { verifier, keys });
      }
      for (const [source, keys] of sources) if (!usedSources.has(source)) keys.stop();
      sources = usedSources;
      entries = newEntries;
    },
    get: (credential) => entryOf(credential).verifier,
    hasKeys: (credential) => entryOf(credential).keys.current() !== undefined,
    async ready() {
      await Promise.all([...sources.values()].map(({ loading }) => loading));
    },
    stop() {
      for (const keys of sources.values()) keys.stop();
    },
  };
}

function sourceIdOf({ issuer, jwks_uri: uri }: KeySource): string {
  return JSON.stringify([issuer, uri]);
}

function idOf({ issuer, jwks_uri, audience, scope, client_id }: OAuth2Credential): string {
  return JSON.stringify([issuer, jwks_uri, audience, scope, client_id]);
}
