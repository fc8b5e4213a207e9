import {
  type IssuerKeys,
  type IssuerKeysOptions,
  type KeySource,
  startIssuerKeys,
} from './issuer-keys.ts';
import type { OAuth2Credential } from './oauth2-credential.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

export interface TokenVerifiersOptions extends IssuerKeysOptions {
  /** How long a call waits for keys and verification, in milliseconds. @default 1000 */
  readonly timeLimit?: number;
}

/** The verifiers of all OAuth2 credentials that are accepted. */
export interface TokenVerifiers {
  /** Replaces the credentials. What stays the same keeps its keys and its verified tokens. */
  update(credentials: readonly OAuth2Credential[]): void;
  /** Returns the verifier of one of them. @throws Error for another one. */
  of(credential: OAuth2Credential): TokenVerifier;
  /** Whether there are keys of a credential's issuer that may be used. */
  hasKeys(credential: OAuth2Credential): boolean;
  /** Resolves after the first attempt to load the keys of each issuer, whatever came of it. */
  ready(): Promise<void>;
  /** Ends the loading of keys. */
  stop(): void;
}

interface Entry {
  readonly verifier: TokenVerifier;
  readonly keys: IssuerKeys;
}

const DEFAULT_TIME_LIMIT_MS = 1000;

/** Makes the verifiers. Credentials of one issuer share its keys. */
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
      const used: typeof sources = new Map();
      const updated: typeof entries = new Map();
      for (const credential of credentials) {
        const source = sourceIdOf(credential);
        const keys =
          used.get(source) ?? sources.get(source) ?? startIssuerKeys(credential, options);
        used.set(source, keys);
        const verifier =
          entries.get(idOf(credential))?.verifier ??
          createTokenVerifier(credential, keys, { timeLimit, ...(now && { now }) });
        updated.set(idOf(credential), { verifier, keys });
      }
      for (const [source, keys] of sources) if (!used.has(source)) keys.stop();
      sources = used;
      entries = updated;
    },
    of: (credential) => entryOf(credential).verifier,
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
