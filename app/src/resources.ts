import type { Settings } from './config/settings.ts';
import { type ActionCredential, openActionCredential } from './credential/action-credential.ts';
import { proxyAgents } from './lib/proxy/agents.ts';
import { loadPolicy } from './policy/file/load.ts';
import type { Policy } from './policy/policy.ts';
import { type ApiKey, openApiKey } from './secrets/api-key.ts';
import { createSecretsClient } from './secrets/client.ts';
import { openSignatureKeys, type SignatureKeys } from './signals/address/signature-keys.ts';
import type { FileChecker } from './signals/feeds/check-worker.ts';
import { type Feeds, openFeeds } from './signals/feeds/open-feeds.ts';
import { openGeoDatabase } from './signals/geo/database.ts';
import { createPlacesOf, type PlacesOf } from './signals/geo/feed-places.ts';
import { StartError } from './start-error.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** The setting that names the secret of signed addresses; logs name the secret by it. */
export const SIGNATURE_SECRET = 'ADDRESS_SIGNATURE_SECRET_ARN';

/** For the verification of a new access token. It counts against the deadline of the decision. */
const TOKEN_TIME_LIMIT_MS = 1000;

/** What the service loads before it can decide. */
export interface Resources {
  readonly policy: Policy;
  readonly feeds: Feeds;
  readonly placesOf: PlacesOf;
  readonly credential: ActionCredential;
  readonly apiKey: ApiKey;
  /** Present if an address must be signed. */
  readonly signatureKeys: SignatureKeys | undefined;
  /** Stops all background refreshes. */
  stop(): void;
}

/**
 * Loads all resources in parallel.
 *
 * @param now milliseconds since the epoch.
 * @param checkFeed checks snapshots; in a worker thread by default.
 * @throws StartError with the reasons of all that failed.
 */
export async function openResources(
  settings: Settings,
  telemetry: Telemetry,
  now: () => number,
  checkFeed?: FileChecker,
): Promise<Resources> {
  const { actionCredential, abuseIpdbKey, addressSignature } = settings;
  const agents = proxyAgents(settings.proxy);
  const client = createSecretsClient({ agents });
  const refreshOptions = (secret: string) => ({
    interval: settings.secretsRefresh,
    onError: (error: Error) => telemetry.onSecretRefreshFailure(secret, error),
  });
  const rotationOptions = (secret: string) => ({
    ...refreshOptions(secret),
    previousTtl: settings.credentialPreviousTtl,
    now,
    onPreviousUsed: (until: number) => telemetry.onPreviousCredentialUsed(secret, until),
  });
  const opening = [
    loadPolicy(settings.policyFile, agents),
    openGeoDatabase(settings.geoDatabases, agents),
    openFeeds(settings.feeds, { hooks: telemetry.feedHooks, now, agents, check: checkFeed }),
    openActionCredential(
      'json' in actionCredential ? actionCredential : { ...actionCredential, client },
      {
        ...rotationOptions('ACTION_CREDENTIAL_SECRET_ARN'),
        oauth2: {
          timeLimit: Math.min(TOKEN_TIME_LIMIT_MS, settings.decisionDeadline),
          agents,
          onFailed: telemetry.onIssuerKeysFailed,
          onChanged: telemetry.onIssuerKeysChanged,
        },
      },
    ),
    openApiKey(
      'key' in abuseIpdbKey ? abuseIpdbKey : { ...abuseIpdbKey, client },
      refreshOptions('ABUSEIPDB_SECRET_ARN'),
    ),
    addressSignature &&
      openSignatureKeys(
        'secret' in addressSignature ? addressSignature : { ...addressSignature, client },
        rotationOptions(SIGNATURE_SECRET),
      ),
  ] as const;
  await requireAll(opening);
  const [policy, geo, feeds, credential, apiKey, signatureKeys] = await Promise.all(opening);
  const stop = () => stopAll([feeds, credential, apiKey, signatureKeys]);
  const placesOf = createPlacesOf(geo);
  return { policy, feeds, placesOf, credential, apiKey, signatureKeys, stop };
}

/** Waits for all. If some fail, stops the others and throws one error with every reason. */
async function requireAll(opening: readonly unknown[]): Promise<void> {
  const results = await Promise.allSettled(opening);
  const issues = results.flatMap((result) =>
    result.status === 'rejected' ? [messageOf(result.reason)] : [],
  );
  if (issues.length === 0) return;
  stopAll(results.map((result) => (result.status === 'fulfilled' ? result.value : undefined)));
  throw new StartError(issues.join('\n'));
}

function stopAll(resources: readonly unknown[]): void {
  for (const resource of resources) {
    if (isStoppable(resource)) resource.stop();
  }
}

function isStoppable(resource: unknown): resource is { stop(): void } {
  return typeof resource === 'object' && resource !== null && 'stop' in resource;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
