import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import type { SETTINGS } from '../../app/src/config/setting-table.ts';
import { readSettings, type Settings } from '../../app/src/config/settings.ts';
import { startService } from '../../app/src/service.ts';
import { createDynamoDbClient } from '../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { createLog } from '../../app/src/telemetry/log.ts';
import { payloadFrom } from '../support/payloads.ts';
import {
  ABUSEIPDB_KEY,
  CREDENTIAL,
  type RunningService,
  settingsFor,
  startTestService,
  TABLE,
} from '../support/running-service.ts';
import {
  type HeldAbuseIpdb,
  HOUR,
  holdAbuseIpdb,
  MINUTE,
  NOON,
} from './signals/reputation/harness.ts';

/* No setting may get lost between the environment and the part of the service that uses it. */

describe('readSettings reads', () => {
  const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-abc123';
  const ENVIRONMENT = {
    ACTION_CREDENTIAL: CREDENTIAL,
    ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
    REPUTATION_TABLE: TABLE,
    DECISION_LOG_ADDRESS: 'hashed',
    DECISION_LOG_HASH_KEY: 'a-key-that-is-shared',
    FEED_STORE: 'feeds',
  };
  /** A value of each setting that differs from `ENVIRONMENT` and from the default. */
  const VALUES: Record<keyof typeof SETTINGS, string> = {
    PORT: '3001',
    POLICY_FILE: 'other.yaml',
    GEO_DATABASE: 'other.mmdb',
    ACTION_CREDENTIAL: '{}',
    ACTION_CREDENTIAL_SECRET_ARN: ARN,
    CREDENTIAL_PREVIOUS_TTL: '1h',
    SECRETS_REFRESH_INTERVAL: '1m',
    ABUSEIPDB_API_KEY: 'another-key',
    ABUSEIPDB_SECRET_ARN: ARN,
    ABUSEIPDB_BASE_URL: 'https://abuseipdb.example',
    ABUSEIPDB_TIMEOUT_MS: '11',
    ABUSEIPDB_CONCURRENCY: '12',
    ABUSEIPDB_CHECK_BLOCK: 'true',
    ABUSEIPDB_MAX_AGE_IN_DAYS: '13',
    REPUTATION_TABLE: 'other',
    REPUTATION_TTL_LOW: '14s',
    REPUTATION_TTL_ELEVATED: '15s',
    REPUTATION_TTL_HIGH: '16s',
    REPUTATION_MAX_STALE_AGE: '48h',
    REPUTATION_HIGH_SCORE_MEMORY: '72h',
    LOOKUP_BUDGET_USER: '31',
    LOOKUP_BUDGET_NETWORK: '32',
    LOOKUP_BUDGET_CLIENT: '33',
    LOOKUP_BUDGET_SUBNET: '34',
    REPUTATION_NEGATIVE_TTL: '17s',
    REPUTATION_MEMORY_ENTRIES: '18',
    DYNAMODB_TIMEOUT_MS: '19',
    DECISION_DEADLINE_MS: '1201',
    DRAIN_DELAY_MS: '20',
    ADDRESS_HEADERS: 'x-real-ip',
    TRUSTED_PROXY_HOPS: '2',
    ADDRESS_SIGNATURE_SECRET: 'the-secret-of-the-edge',
    ADDRESS_SIGNATURE_SECRET_ARN: ARN,
    LOG_LEVEL: 'debug',
    DECISION_LOG_ISSUED_PERCENT: '21',
    DECISION_LOG_ADDRESS: 'truncated',
    DECISION_LOG_HASH_KEY: 'another-key-that-is-shared',
    SERVICE_NAME: 'other',
    METRICS_INTERVAL: '22s',
    FEEDS: 'geolite2-asn',
    FEED_STORE: 's3://feeds',
    FEED_POLL_INTERVAL: '23s',
    BLACKLIST_MAX_AGE: '24h',
  };
  /** A secret by ARN replaces the one by value. */
  const REPLACED: Readonly<Record<string, string>> = {
    ACTION_CREDENTIAL_SECRET_ARN: 'ACTION_CREDENTIAL',
    ABUSEIPDB_SECRET_ARN: 'ABUSEIPDB_API_KEY',
  };

  test.each(Object.entries(VALUES))('%s', (name, value) => {
    const environment = { ...ENVIRONMENT, [REPLACED[name] ?? '']: '', [name]: value };
    expect(readSettings(environment)).not.toEqual(readSettings(ENVIRONMENT));
  });
});

describe('the service reads', () => {
  let simulator: Simulator;
  let dynamoDb: LocalDynamoDb;

  beforeAll(async () => {
    [simulator, dynamoDb] = await Promise.all([startSimulator(), startLocalDynamoDb()]);
    await dynamoDb.createTable(TABLE);
  });

  afterAll(() => Promise.all([simulator.close(), dynamoDb.close()]));

  test('every field of the settings', async () => {
    const settings = readSettings({
      ...settingsFor(simulator),
      ADDRESS_SIGNATURE_SECRET: 'the-secret-of-the-edge',
      DECISION_LOG_ADDRESS: 'hashed',
      DECISION_LOG_HASH_KEY: 'a-key-that-is-shared',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      HTTP_PROXY: 'http://127.0.0.1:1',
    });
    const fields = new Set<string>();
    const recorded = recordReads(settings, fields);
    const client = createDynamoDbClient(dynamoDb.clientConfig);
    // main.ts creates the log with the level.
    const log = createLog(recorded.logLevel, { write: () => undefined });

    const service = await startService(recorded, log, { dynamoDb: client });
    await service.stop();
    client.destroy();

    expect([...fields]).toEqual(expect.arrayContaining(Object.keys(settings)));
  });

  /** Returns an object that records the names of the fields that are read. */
  function recordReads(settings: Settings, fields: Set<string>): Settings {
    return new Proxy(settings, {
      get(target, name) {
        fields.add(String(name));
        return Reflect.get(target, name);
      },
    });
  }
});

describe('the service applies', () => {
  const POLICY = `
version: 1
rules: [{ id: risky, when: abuse.score >= 75, then: { deny: Access is denied. } }]
unknown: { address: ignore, reputation: ignore }
`;
  const ADDRESS = '9.9.9.9';
  let time: number;
  let service: RunningService;
  let abuseIpdb: HeldAbuseIpdb | undefined;

  async function start(settings: Record<string, string>): Promise<void> {
    time = NOON;
    service = await startTestService({ policy: POLICY, settings, now: () => time });
  }

  afterEach(async () => {
    abuseIpdb?.release();
    await service.stop();
    await abuseIpdb?.close();
    abuseIpdb = undefined;
  });

  /** Decides on an address, and returns the reputation as recorded. */
  async function reputationOf(address = ADDRESS): Promise<Record<string, unknown>> {
    await service.post(payloadFrom(address));
    const { signals } = service.decisions().at(-1) as { signals: { reputation: object } };
    return { ...signals.reputation };
  }

  const setScore = (score: number) =>
    service.simulator.setRecord(ADDRESS, { abuseConfidenceScore: score });

  test.each([
    ['REPUTATION_TTL_LOW', 0],
    ['REPUTATION_TTL_ELEVATED', 50],
    ['REPUTATION_TTL_HIGH', 90],
  ])('%s', async (name, score) => {
    await start({ [name]: '1m' });
    setScore(score);
    await reputationOf();
    time += MINUTE - 1;
    expect(await reputationOf()).toMatchObject({ source: 'memory' });
    time += 1;
    expect(await reputationOf()).toMatchObject({ source: 'abuseipdb' });
  });

  test('REPUTATION_MAX_STALE_AGE', async () => {
    await start({ REPUTATION_MAX_STALE_AGE: '8h' });
    await reputationOf();
    service.simulator.setFault({ kind: 'reset' });
    time += 8 * HOUR - 1;
    expect(await reputationOf()).toMatchObject({ stale: true });
    time += MINUTE;
    expect(await reputationOf()).toMatchObject({ cause: 'upstream' });
  });

  test('REPUTATION_NEGATIVE_TTL', async () => {
    await start({ REPUTATION_NEGATIVE_TTL: '1h' });
    service.simulator.setFault({ kind: 'reset' });
    await reputationOf();
    service.simulator.setFault(undefined);
    time += HOUR - 1;
    expect(await reputationOf()).toMatchObject({ cause: 'upstream' });
    time += 1;
    expect(await reputationOf()).toMatchObject({ source: 'abuseipdb' });
  });

  test('REPUTATION_MEMORY_ENTRIES', async () => {
    await start({ REPUTATION_MEMORY_ENTRIES: '1' });
    await reputationOf();
    await reputationOf('9.9.9.10');
    expect(await reputationOf()).not.toMatchObject({ source: 'memory' });
  });

  test('ABUSEIPDB_MAX_AGE_IN_DAYS', async () => {
    await start({ ABUSEIPDB_MAX_AGE_IN_DAYS: '7' });
    await reputationOf();
    expect(service.simulator.checks).toMatchObject([{ maxAgeInDays: 7 }]);
  });

  test('ABUSEIPDB_CONCURRENCY', async () => {
    abuseIpdb = await holdAbuseIpdb(0);
    await start({ ABUSEIPDB_CONCURRENCY: '1', ABUSEIPDB_BASE_URL: abuseIpdb.url });
    const posts = [ADDRESS, '9.9.9.10'].map((address) => service.post(payloadFrom(address)));
    // The lookup beyond the limit fails at once.
    await Promise.race(posts);
    abuseIpdb.release();
    await Promise.all(posts);
    expect(service.decisions().map(({ signals }) => signals)).toMatchObject([
      { reputation: { cause: 'upstream' } },
      { reputation: { source: 'abuseipdb' } },
    ]);
  });

  test('ABUSEIPDB_TIMEOUT_MS', async () => {
    await start({ ABUSEIPDB_TIMEOUT_MS: '10' });
    service.simulator.setFault({ kind: 'hang' });
    expect(await reputationOf()).toMatchObject({ cause: 'timeout' });
    const checks = service.lines.map((line) => JSON.parse(line));
    expect(checks).toContainEqual(expect.objectContaining({ event: 'check', cause: 'timeout' }));
  });

  test('DECISION_LOG_ISSUED_PERCENT and DECISION_LOG_ADDRESS', async () => {
    await start({ DECISION_LOG_ISSUED_PERCENT: '0', DECISION_LOG_ADDRESS: 'truncated' });
    setScore(0);
    await service.post(payloadFrom(ADDRESS));
    expect(service.decisions()).toEqual([]);
    service.simulator.setRecord('9.9.9.10', { abuseConfidenceScore: 90 });
    await service.post(payloadFrom('9.9.9.10'));
    expect(service.decisions()).toMatchObject([{ signals: { address: { value: '9.9.9.0/24' } } }]);
  });
});
