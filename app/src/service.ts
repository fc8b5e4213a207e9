import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Settings } from './config/settings.ts';
import { openActionCredential } from './credential/action-credential.ts';
import { createApp } from './http/app.ts';
import { closeServer } from './http/close-server.ts';
import type { App, AppMiddleware } from './http/env.ts';
import { createActionHandler, type HandlerDependencies } from './http/handle-action.ts';
import { listen } from './http/server.ts';
import { CLOSE_GRACE_MS } from './http/shutdown.ts';

import { swallowErrors } from './lib/hooks.ts';
import { proxyAgents } from './lib/proxy/agents.ts';
import { loadPolicy } from './policy/file/load.ts';
import type { Policy } from './policy/policy.ts';
import { type ApiKey, openApiKey } from './secrets/api-key.ts';
import { createSecretsClient } from './secrets/client.ts';
import { type AddressOptions, readAddress } from './signals/address/read.ts';
import { createAddressSignature } from './signals/address/signature.ts';
import { openSignatureKeys, type SignatureKeys } from './signals/address/signature-keys.ts';
import { type GeoDatabase, openGeoDatabase } from './signals/geo/database.ts';
import { createDynamoDbClient } from './signals/reputation/cache/dynamodb-client.ts';
import type { ReputationHooks } from './signals/reputation/hooks.ts';
import { ReputationLookup } from './signals/reputation/lookup.ts';
import { type DecisionEvent, decisionRecord } from './telemetry/decision-record.ts';
import type { Logger } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics/metrics.ts';
import { type AddressFormat, addressFormatter } from './telemetry/recorded-address.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';

/** What may come in another way than from the environment: the database of a laptop, a test's clock. */
export interface ServiceOptions {
  readonly dynamoDb?: DynamoDBClient;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** What is counted outside of the service too. */
  readonly metrics?: Metrics;
  /** Is told of each decision's record, logged or not. */
  readonly onRecord?: (record: object) => void;
  /** Middleware around every route, in order. */
  readonly middleware?: readonly AppMiddleware[];
  /** Adds routes beside the action's, for one machine: what they decide, they decide as the service does. */
  readonly mount?: (app: App, deciding: DecisionDependencies) => void;
}

/** What the service decides with. */
export type DecisionDependencies = Omit<HandlerDependencies, 'onDecision'>;

export interface Service {
  readonly port: number;
  /** Stops being ready, answers what is under way, and releases everything. Resolves when done. */
  stop(): Promise<void>;
}

/** Why a service did not start: a sentence for each mistake, so that one start shows them all. */
export class StartError extends Error {}

/**
 * Builds the service from its settings and listens.
 *
 * @throws StartError when a policy, setting, secret or database is wrong, or the port is taken.
 */
export async function startService(
  settings: Settings,
  log: Logger,
  options: ServiceOptions = {},
): Promise<Service> {
  const { now = Date.now, metrics = new Metrics() } = options;
  const telemetry = createTelemetry(log, settings.telemetry, metrics, now);
  telemetry.warnAboutRotation(settings);
  const parts = await openParts(settings, telemetry, now);
  const { policy, geo, credential, apiKey, signatureKeys } = parts;
  const reputation = openReputation(settings, telemetry.start(parts), apiKey, options);
  let draining = false;
  const address: AddressOptions = {
    headerNames: settings.addressHeaders,
    trustedProxyHops: settings.trustedProxyHops,
    signature:
      signatureKeys &&
      createAddressSignature({
        keys: signatureKeys.keys,
        now,
        onPreviousUsed: (until) => telemetry.onPreviousCredentialUsed(SIGNATURE_SECRET, until),
      }),
  };
  const deciding: DecisionDependencies = {
    policy,
    deadline: settings.decisionDeadline,
    now,
    sources: {
      address: (request) => readAddress(request.headers, address),
      geo: (address) => geo.lookup(address),
      reputation: (address, deadline) => reputation.lookup(address, deadline),
    },
  };
  const onDecision = decisionListener(telemetry, options, settings.telemetry.address);
  const app = createApp({
    authenticator: credential.authenticator,
    handleAction: createActionHandler({ ...deciding, onDecision }),
    onRejected: telemetry.onRejected,
    onInternalError: telemetry.onInternalError,
    isDraining: () => draining,
    ...(options.middleware && { middleware: options.middleware }),
  });
  options.mount?.(app, deciding);
  const release = () => {
    credential.stop();
    apiKey.stop();
    signatureKeys?.stop();
    telemetry.stop();
  };
  await reputation.warmUp();
  const { server: listening, port } = await listen(app, settings.port).catch((error: Error) => {
    release();
    throw new StartError(error.message, { cause: error });
  });
  return {
    port,
    async stop() {
      draining = true;
      // The load balancer may send for a moment after it was told to stop.
      await new Promise((resolve) => setTimeout(resolve, settings.drainDelay));
      await closeServer(listening, settings.decisionDeadline + CLOSE_GRACE_MS);
      await reputation.settle();
      release();
    },
  };
}

/** Telemetry, and whoever else asked to hear of decisions. */
function decisionListener(
  { onDecision }: Telemetry,
  { onRecord }: ServiceOptions,
  address: AddressFormat,
): Telemetry['onDecision'] {
  if (onRecord === undefined) return onDecision;
  const form = { formatAddress: addressFormatter(address) };
  const notifyRecord = swallowErrors((facts: DecisionEvent) =>
    onRecord(decisionRecord(facts, form)),
  );
  return (facts) => {
    onDecision(facts);
    notifyRecord(facts);
  };
}

/** What the secret of signed addresses is called in logs. */
const SIGNATURE_SECRET = 'ADDRESS_SIGNATURE_SECRET_ARN';

/** For an access token that was not verified before; it counts against the deadline of the decision. */
const TOKEN_TIME_LIMIT_MS = 1000;

interface Parts {
  readonly policy: Policy;
  readonly geo: GeoDatabase;
  readonly credential: Awaited<ReturnType<typeof openActionCredential>>;
  readonly apiKey: ApiKey;
  /** Present when an address counts only with a signature. */
  readonly signatureKeys: SignatureKeys | undefined;
}

/** Opens everything at once, and reports everything that is wrong at once. */
async function openParts(
  settings: Settings,
  telemetry: Telemetry,
  now: () => number,
): Promise<Parts> {
  const hooks = (secret: string) => ({
    interval: settings.secretsRefresh,
    onError: (error: Error) => telemetry.onSecretRefreshFailure(secret, error),
  });
  /** Of a secret whose previous version is accepted for some time after a rotation. */
  const rotationHooks = (secret: string) => ({
    ...hooks(secret),
    previousTtl: settings.credentialPreviousTtl,
    now,
    onPreviousUsed: (until: number) => telemetry.onPreviousCredentialUsed(secret, until),
  });
  const { actionCredential, abuseIpdbKey, addressSignature } = settings;
  const agents = proxyAgents(settings.proxy);
  const client = createSecretsClient({ agents });
  const [policy, geo, credential, apiKey, signatureKeys] = await Promise.allSettled([
    loadPolicy(settings.policyFile, agents),
    openGeoDatabase(settings.geoDatabases, agents),
    openActionCredential(
      'json' in actionCredential ? actionCredential : { ...actionCredential, client },
      {
        ...rotationHooks('ACTION_CREDENTIAL_SECRET_ARN'),
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
      hooks('ABUSEIPDB_SECRET_ARN'),
    ),
    addressSignature &&
      openSignatureKeys(
        'secret' in addressSignature ? addressSignature : { ...addressSignature, client },
        rotationHooks(SIGNATURE_SECRET),
      ),
  ]);
  if (
    policy.status === 'fulfilled' &&
    geo.status === 'fulfilled' &&
    credential.status === 'fulfilled' &&
    apiKey.status === 'fulfilled' &&
    signatureKeys.status === 'fulfilled'
  ) {
    return {
      policy: policy.value,
      geo: geo.value,
      credential: credential.value,
      apiKey: apiKey.value,
      signatureKeys: signatureKeys.value,
    };
  }
  if (credential.status === 'fulfilled') credential.value.stop();
  if (apiKey.status === 'fulfilled') apiKey.value.stop();
  if (signatureKeys.status === 'fulfilled') signatureKeys.value?.stop();
  const reasons = [policy, geo, credential, apiKey, signatureKeys].flatMap((part) =>
    part.status === 'rejected' ? [messageOf(part.reason)] : [],
  );
  throw new StartError(reasons.join('\n'));
}

function openReputation(
  settings: Settings,
  hooks: ReputationHooks,
  apiKey: ApiKey,
  { dynamoDb, now = Date.now }: ServiceOptions,
): ReputationLookup {
  const agents = proxyAgents(settings.proxy);
  return new ReputationLookup({
    ...settings.reputation,
    abuseIpdbTimeout: settings.abuseIpdbTimeout,
    cacheReadTimeout: settings.dynamoDbTimeout,
    now,
    baseUrl: settings.abuseIpdbBaseUrl,
    key: () => apiKey.current(),
    cache: {
      client: dynamoDb ?? createDynamoDbClient({ timeout: settings.dynamoDbTimeout, agents }),
      tableName: settings.reputationTable,
    },
    hooks,
    agents,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
