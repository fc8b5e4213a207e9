import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Settings } from './config/settings.ts';
import { createApp } from './http/app.ts';
import { closeServer } from './http/close-server.ts';
import type { App, AppMiddleware } from './http/env.ts';
import { createActionHandler, type DecisionDependencies } from './http/handle-action.ts';
import { listen } from './http/server.ts';
import { CLOSE_GRACE_MS } from './http/shutdown.ts';
import { swallowErrors } from './lib/hooks.ts';
import { proxyAgents } from './lib/proxy/agents.ts';
import { openResources, type Resources, SIGNATURE_SECRET } from './resources.ts';
import { readAddress } from './signals/address/read.ts';
import { createAddressSignature } from './signals/address/signature.ts';
import { findAnonymizer } from './signals/anonymizer.ts';
import type { FileChecker } from './signals/feeds/check-worker.ts';
import { NO_REQUEST_FEEDS, RequestFeeds } from './signals/feeds/request-feeds.ts';
import { LookupOrigin } from './signals/lookup-origin.ts';
import { LookupReasons } from './signals/lookup-reasons.ts';
import { proveByBlacklist } from './signals/reputation/blacklist.ts';
import { createDynamoDbClient } from './signals/reputation/cache/dynamodb-client.ts';
import type { ReputationHooks } from './signals/reputation/hooks.ts';
import type { LookupBudgets } from './signals/reputation/limits.ts';
import { ReputationLookup } from './signals/reputation/lookup.ts';
import type { SignalSources } from './signals/request-signals.ts';
import { StartError } from './start-error.ts';
import { dataAges } from './telemetry/data-ages.ts';
import { type DecisionEvent, decisionRecord } from './telemetry/decision-record.ts';
import type { Logger } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics/metrics.ts';
import { createServiceMetrics } from './telemetry/metrics/service-metrics.ts';
import { type AddressFormat, addressFormatter } from './telemetry/recorded-address.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { type ServiceFacts, testReport } from './telemetry/test-report.ts';

/** What a caller of `startService` can replace or add. */
export interface ServiceOptions {
  /** @default a client for the SDK's own environment variables */
  readonly dynamoDb?: DynamoDBClient;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Metrics that are counted outside of the service, too. */
  readonly metrics?: Metrics;
  /** Checks the snapshots of feeds. @default in a worker thread, so that no request waits */
  readonly checkFeed?: FileChecker;
  /** Receives the record of every decision, logged or not. */
  readonly onRecord?: (record: object) => void;
  /** Middleware around every route, in order. It runs before authentication and must not read the body. */
  readonly middleware?: readonly AppMiddleware[];
  /** Adds routes for development, which decide with the same dependencies as the service. */
  readonly mount?: (app: App, parts: MountedParts) => void;
}

/** What routes for development can use. */
export interface MountedParts extends DecisionDependencies {
  readonly quota: () => QuotaState;
}

/** AbuseIPDB's quota as of its last response, and the limits of lookups. */
export interface QuotaState {
  /** Checks left. Undefined before any response has stated the quota. */
  readonly remaining: number | undefined;
  /** Checks per hour that the quota allows at present. */
  readonly perHour: number | undefined;
  readonly budgets: LookupBudgets;
}

export interface Service {
  readonly port: number;
  /** Stops being ready, completes pending requests, and releases all resources. */
  stop(): Promise<void>;
}

/**
 * Starts the service: loads its resources, connects its parts, and listens.
 *
 * @example
 * const service = await startService(readSettings(process.env), log, { middleware: [secureHeaders()] });
 * @throws StartError if the policy, a setting, a secret or a database is not valid, or the port cannot be used.
 */
export async function startService(
  settings: Settings,
  log: Logger,
  options: ServiceOptions = {},
): Promise<Service> {
  const { now = Date.now, metrics = createServiceMetrics(settings), middleware } = options;
  const telemetry = createTelemetry(log, settings.telemetry, metrics, now);
  telemetry.warnAboutRotation(settings);
  const resources = await openResources(settings, telemetry, now, options.checkFeed);
  const reputation = createReputation(
    settings,
    resources,
    telemetry.start({ ...resources, checkBlock: settings.reputation.checkBlock }),
    options,
  );
  telemetry.observePace(reputation);
  telemetry.warnAboutWait(resources.policy, settings.decisionDeadline);
  const decision: DecisionDependencies = {
    policy: resources.policy,
    sources: createSources(settings, resources, reputation, telemetry, now),
    deadlineMs: settings.decisionDeadline,
    now,
  };
  const onDecision = withRecordListener(telemetry, options, settings.telemetry.address);
  const facts: ServiceFacts = {
    address: {
      headers: settings.addressHeaders,
      trusted_proxy_hops: settings.trustedProxyHops,
      signed: resources.signatureKeys !== undefined,
    },
    data: () => dataAges(resources.feeds.current(), resources.placesOf, now()),
  };
  let draining = false;
  const app = createApp({
    authenticator: resources.credential.authenticator,
    handleAction: createActionHandler({ ...decision, onDecision }),
    reportTest: (event) => testReport(event, facts),
    onRejected: telemetry.onRejected,
    onInternalError: telemetry.onInternalError,
    isDraining: () => draining,
    middleware,
  });
  const { budgets } = settings.reputation;
  const quota = () => ({
    remaining: reputation.quotaRemaining(),
    perHour: reputation.checksPerHour(),
    budgets,
  });
  options.mount?.(app, { ...decision, quota });
  await reputation.warmUp();
  const { server, port } = await listen(app, settings.port, telemetry.onInternalError).catch(
    (error: Error) => {
      release();
      throw new StartError(error.message, { cause: error });
    },
  );
  return { port, stop };

  async function stop(): Promise<void> {
    draining = true;
    // The load balancer still sends requests until it has noticed.
    await wait(settings.drainDelay);
    await closeServer(server, settings.decisionDeadline + CLOSE_GRACE_MS);
    await reputation.settle();
    release();
  }

  function release(): void {
    resources.stop();
    telemetry.stop();
  }
}

function createReputation(
  settings: Settings,
  { apiKey, policy }: Resources,
  hooks: ReputationHooks,
  { dynamoDb, now = Date.now }: ServiceOptions,
): ReputationLookup {
  const agents = proxyAgents(settings.proxy);
  const timeout = settings.dynamoDbTimeout;
  return new ReputationLookup({
    ...settings.reputation,
    checkBlock: settings.reputation.checkBlock && !policy.readsAbuseRecord,
    abuseIpdbTimeout: settings.abuseIpdbTimeout,
    cacheReadTimeout: timeout,
    now,
    baseUrl: settings.abuseIpdbBaseUrl,
    key: () => apiKey.current(),
    cache: {
      client: dynamoDb ?? createDynamoDbClient({ timeout, agents }),
      tableName: settings.reputationTable,
    },
    hooks,
    agents,
  });
}

function createSources(
  settings: Settings,
  { feeds, placesOf, signatureKeys }: Resources,
  reputation: ReputationLookup,
  telemetry: Telemetry,
  now: () => number,
): SignalSources {
  const onPreviousUsed = (until: number) =>
    telemetry.onPreviousCredentialUsed(SIGNATURE_SECRET, until);
  const addressOptions = {
    headerNames: settings.addressHeaders,
    trustedProxyHops: settings.trustedProxyHops,
    signature:
      signatureKeys && createAddressSignature({ keys: signatureKeys.keys, now, onPreviousUsed }),
  };
  const reasons = new LookupReasons();
  const hasFeeds = settings.feeds.configured.length > 0;
  return {
    address: ({ headers }) => readAddress(headers, addressOptions),
    feeds: () => (hasFeeds ? new RequestFeeds(feeds.current(), now()) : NO_REQUEST_FEEDS),
    geo: (address, { snapshots }) => placesOf(snapshots).lookup(address),
    network: (address, { snapshots }) => placesOf(snapshots).lookupNetwork(address),
    anonymizer: findAnonymizer,
    score: (address, feeds) =>
      reputation.reconcile(
        address,
        proveByBlacklist(feeds, address, settings.feeds.blacklistMaxAge),
      ),
    reputation: (query) =>
      reputation.lookup(query.address, query.deadline, new LookupOrigin(query, reasons, placesOf)),
  };
}

/** Returns a listener that notifies telemetry and, if there is one, the listener of records. */
function withRecordListener(
  { onDecision }: Telemetry,
  { onRecord }: ServiceOptions,
  address: AddressFormat,
): Telemetry['onDecision'] {
  if (onRecord === undefined) return onDecision;
  const format = { formatAddress: addressFormatter(address) };
  const notifyRecord = swallowErrors((event: DecisionEvent) =>
    onRecord(decisionRecord(event, format)),
  );
  return (event) => {
    onDecision(event);
    notifyRecord(event);
  };
}
