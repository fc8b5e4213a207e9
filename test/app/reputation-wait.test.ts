import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createConsole } from '../../app/dev/console/console.ts';
import { createDynamoDbClient } from '../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { recordKey } from '../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { sumOf } from '../support/emf.ts';
import { payloadFrom } from '../support/payloads.ts';
import {
  type RunningService,
  type RunningServiceOptions,
  startTestService,
  TABLE,
} from '../support/running-service.ts';
import { type HeldAbuseIpdb, holdAbuseIpdb, MINUTE, NOON } from './signals/reputation/harness.ts';

const POLICY = `
version: 1
wait: { reputation: 20ms }
rules:
  - id: high
    when: abuse.score >= 75
    then: { deny: Blocked. }
  - id: elevated
    when: abuse.score >= 25
    then: { lifetime: 10m }
unknown:
  address: { deny: No address. }
  reputation: { pending: { lifetime: 5m }, default: { deny: No reputation. } }
`;

const ADDRESS = '5.6.7.8';

let upstream: HeldAbuseIpdb;
let running: RunningService | undefined;
let now: number;

beforeEach(async () => {
  now = NOON;
  upstream = await holdAbuseIpdb(96);
});
afterEach(async () => {
  upstream.release();
  await stop();
  await upstream.close();
});

/** Stops the service, unless a test has stopped it. */
async function stop(): Promise<void> {
  const service = running;
  running = undefined;
  await service?.stop();
}

/** Starts a service whose AbuseIPDB holds its responses back: every address has the score 96. */
async function start(options: RunningServiceOptions = {}): Promise<RunningService> {
  const settings = { ABUSEIPDB_BASE_URL: upstream.url, ...options.settings };
  running = await startTestService({ policy: POLICY, now: () => now, ...options, settings });
  return running;
}

/** Resolves when the table has the record of the address: memory has it by then. */
async function recordInTable({ dynamoDb }: RunningService): Promise<void> {
  const client = createDynamoDbClient({ ...dynamoDb.clientConfig, timeout: 4000 });
  const key = recordKey(ADDRESS, REPUTATION_DEFAULTS.maxAgeInDays);
  const command = new GetItemCommand({ TableName: TABLE, Key: { address: { S: key } } });
  while ((await client.send(command)).Item === undefined);
  client.destroy();
}

test('the first token is short, and its refresh is decided on the full answer', async () => {
  const service = await start();
  const first = await service.post(payloadFrom(ADDRESS, '03'));
  expect(await first.json()).toEqual({
    actionStatus: 'SUCCESS',
    operations: [{ op: 'replace', path: '/accessToken/claims/expires_in', value: 300 }],
  });

  upstream.release();
  await recordInTable(service);
  now += 5 * MINUTE;
  const refresh = await service.post(payloadFrom(ADDRESS, '06'));
  expect(await refresh.json()).toMatchObject({
    actionStatus: 'FAILED',
    failureDescription: 'Blocked.',
  });

  expect(upstream.requests).toBe(1);
  expect(service.decisions()).toMatchObject([
    {
      outcome: 'restrict',
      rules: ['unknown.reputation'],
      signals: { reputation: { cause: 'pending' } },
      unknown: [{ signal: 'reputation', cause: 'pending', rule: 'high' }],
      ms: { reputation: expect.any(Number) },
    },
    {
      outcome: 'refuse',
      refused_by: 'high',
      signals: { reputation: { score: 96, source: 'memory', age_seconds: 300, stale: false } },
      unknown: [],
    },
  ]);
  await stop();
  expect(sumOf(service.lines, 'UnknownSignals', 'reputation/pending')).toBe(1);
  expect(sumOf(service.lines, 'UnavailableReputations')).toBe(1);
  expect(sumOf(service.lines, 'AbuseIpdbChecks', 'ok')).toBe(1);
});

test('a service that stops completes the lookups for which no request waits', async () => {
  const service = await start();
  await service.post(payloadFrom(ADDRESS, '03'));
  let hasStopped = false;
  const stopped = stop().then(() => {
    hasStopped = true;
  });
  while (await isListening(service));
  expect(hasStopped).toBe(false);
  upstream.release();
  await stopped;
  expect(sumOf(service.lines, 'AbuseIpdbChecks', 'ok')).toBe(1);
});

async function isListening({ origin }: RunningService): Promise<boolean> {
  return fetch(origin).then(
    () => true,
    () => false,
  );
}

test('the form of the console waits as the service does, and says why there is no reputation', async () => {
  const page = createConsole({
    edge: { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 },
  });
  const { origin } = await start({ extensions: page });
  const response = await fetch(`${origin}/console/try`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    body: JSON.stringify({
      address: ADDRESS,
      grant: 'authorization_code',
      clientId: 'console',
      scopes: 'openid',
      time: '',
    }),
  });
  page.close();
  expect(await response.json()).toMatchObject({
    outcome: 'restrict',
    rules: [
      {
        id: 'high',
        outcome: 'unknown',
        values: [{ name: 'abuse.score', missing: 'reputation is unknown: pending' }],
        unknown: [{ signal: 'reputation', cause: 'pending', entry: 'applies' }],
        effects: [{ source: 'unknown.reputation' }],
      },
      { id: 'elevated', unknown: [{ cause: 'pending', entry: 'applied-before' }] },
    ],
    signals: expect.arrayContaining([
      { name: 'Reputation', description: 'unknown: pending. The lookup continues, so try again' },
    ]),
  });
});

test.each<[string, string, number]>([
  ['warns about a deadline that ends with the wait', '50', 1],
  ['does not warn about a longer deadline', '2500', 0],
])('at its start the service %s', async (_, deadline, warnings) => {
  const { lines } = await start({
    policy: POLICY.replace('20ms', '50ms'),
    settings: { DECISION_DEADLINE_MS: deadline },
  });
  const events = lines.map((line) => JSON.parse(line).event);
  expect(events.filter((event) => event === 'policy-wait-without-effect')).toHaveLength(warnings);
});
