import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { createStatus } from '../../../../infra/functions/canary/status.ts';
import { TODAY } from '../../../support/activity.ts';
import { type LogsServerOptions, startLogsServer } from '../../../support/logs-insights/server.ts';
import { type Line, metricsOf } from './world.ts';

const DAY_MS = 86_400_000;
/** 1:30, when the schedule runs the status. */
const NOW = TODAY * DAY_MS + 90 * 60_000;

/** Returns the records of a client, from the first to the last of these days ago. */
function recordsOf(client: string, first: number, last: number, fields: object = {}): string[] {
  return Array.from({ length: first - last + 1 }, (_, index) =>
    JSON.stringify({
      time: new Date((TODAY - first + index) * DAY_MS).toISOString(),
      ...{ event: 'decision', tenant: 'acmecorp', client_id: client, grant: 'password' },
      ...{ api_version: 'v1', contract: '1.3', signals: { address: { cause: 'missing' } } },
      ...{ new_fields: ['event.device'], sampled_percent: 100 },
      ...fields,
    }),
  );
}

/** Runs the status over a log, and returns what it writes. */
async function run(
  options: LogsServerOptions,
  { timeoutMs = 60_000, isSampled = false } = {},
): Promise<Line | undefined> {
  const server = await startLogsServer(options);
  const logs = new CloudWatchLogsClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    maxAttempts: 1,
  });
  const lines: Line[] = [];
  try {
    await createStatus({
      ...{ logGroup: 'the-log', isSampled, logs, now: () => NOW, pollMs: 1, timeoutMs },
      dimensions: { service: 'RiskGate', endpoint: 'gate.example.com' },
      write: (line) => void lines.push(JSON.parse(line)),
    })();
  } finally {
    logs.destroy();
    await server.close();
  }
  expect(lines).toHaveLength(1);
  return lines[0];
}

test('A run counts and names the clients that have stopped, and says what has changed in the contract', async () => {
  const line = await run({
    lines: [
      ...recordsOf('web', 15, 0),
      ...recordsOf('stopped', 15, 3),
      ...recordsOf('web', 1, 1, { api_version: 'v2' }),
    ],
  });
  expect(line).toMatchObject({
    ...{ event: 'status', outcome: 'ok', log_complete: true, clients: 2 },
    silent: [
      {
        ...{ tenant: 'acmecorp', client_id: 'stopped', last_day: '2026-11-25' },
        ...{ missed_days: 2, requests_per_day: 1 },
      },
    ],
    contract_changes: ['calls with x-wso2-api-version v2'],
  });
  expect(line).not.toHaveProperty('silent_more');
  expect(metricsOf(line)).toEqual({ ClientsSilent: 1, ContractChanged: 1, StatusFailures: 0 });
});

test('A client with one record a day is not missed after two days if other records are left out', async () => {
  const lines = [...recordsOf('web', 15, 0), ...recordsOf('stopped', 15, 3)];
  expect(metricsOf(await run({ lines }, { isSampled: true })).ClientsSilent).toBe(0);
});

test('The line names twenty clients at most, and counts the others', async () => {
  const clients = Array.from({ length: 23 }, (_, at) => recordsOf(`app-${at}`, 15, 3));
  const line = await run({ lines: [...recordsOf('web', 15, 0), ...clients.flat()] });
  expect(line?.silent).toHaveLength(20);
  expect(line?.silent_more).toBe(3);
  expect(metricsOf(line).ClientsSilent).toBe(23);
});

test.each<[name: string, days: number | undefined, metrics: object]>([
  ['an empty log', undefined, {}],
  ['a log of two days', 2, {}],
  ['a log of five days', 5, { ContractChanged: 0 }],
  ['a log of eight days', 8, { ContractChanged: 0, ClientsSilent: 0 }],
])('%s has only the metrics that it can tell', async (_, days, metrics) => {
  const line = await run({ lines: days === undefined ? [] : recordsOf('web', days, 0) });
  expect(metricsOf(line)).toEqual({ ...metrics, StatusFailures: 0 });
});

describe('A run that fails reports it, with the reason:', () => {
  test.each<[name: string, options: Partial<LogsServerOptions>, why: RegExp]>([
    ['a missing permission', { startErrors: ['AccessDeniedException'] }, /do not allow/],
    ['a failed query', { states: ['Failed'] }, /the status Failed/],
    ['a query that does not end', { states: ['Running'] }, /cannot be queried in time/],
  ])('%s', async (_, options, why) => {
    const line = await run({ lines: [], ...options }, { timeoutMs: 200 });
    expect(line).toMatchObject({
      ...{ event: 'status', outcome: 'failed', why: expect.stringMatching(why) },
      Service: 'RiskGate',
    });
    expect(metricsOf(line)).toEqual({ StatusFailures: 1 });
  });
});
