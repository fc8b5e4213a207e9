import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { MAX_ROWS } from '../../../../app/tools/logs/decision-query.ts';
import { ActivityCounter } from '../../../../app/tools/status/activity-counter.ts';
import { readActivity } from '../../../../app/tools/status/read-activity.ts';
import { TODAY } from '../../../support/activity.ts';
import { type LogsServerOptions, startLogsServer } from '../../../support/logs-insights/server.ts';

const DAY_MS = 86_400_000;
const NOW = TODAY * DAY_MS + 5_400_000;

/** Returns a decision record of a number of days ago, at noon or another hour. */
const record = (daysAgo: number, fields: object = {}, hour = 12) =>
  JSON.stringify({
    time: new Date((TODAY - daysAgo) * DAY_MS + hour * 3_600_000).toISOString(),
    ...{ event: 'decision', tenant: 'acmecorp', client_id: 'app', grant: 'password' },
    ...{ policy_mode: 'enforce', contract: '1.3', signals: { address: { value: '192.0.2.1' } } },
    ...fields,
  });

/** Reads the activity from a log, and returns it with the queries that were sent. */
async function read(options: LogsServerOptions, signal?: AbortSignal) {
  const server = await startLogsServer(options);
  const client = new CloudWatchLogsClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    maxAttempts: 1,
  });
  try {
    const window = await readActivity(client, {
      ...{ logGroup: 'the-log', now: NOW, pollMs: 1 },
      signal,
    });
    return { window, queries: server.queries };
  } finally {
    client.destroy();
    await server.close();
  }
}

const ROW = {
  ...{ tenant: 'acmecorp', clientId: 'app', grant: 'password' },
  ...{ apiVersion: undefined, contract: '1.3', newField: undefined, policyMode: 'enforce' },
};

const LINES = [
  record(1),
  record(1, { sampled_percent: 25 }, 23.99),
  record(1, { signals: { address: { cause: 'missing' } } }, 0),
  record(1, { test: 'canary' }),
  record(1, { event: 'rejected' }),
  record(0, { api_version: 'v1', new_fields: ['event.device', 'event.risk'] }, 1),
  record(15, { client_id: 'old', contract: undefined }),
  record(16),
];

test('Each client has a row for each day, grant and contract; sampled records are weighted, and tests are left out', async () => {
  const { window, queries } = await read({ lines: LINES });
  expect(window).toEqual({
    ...{ firstDay: TODAY - 15, today: TODAY, isComplete: true },
    rows: [
      { ...ROW, day: TODAY - 1, records: 2, requests: 2, withoutAddress: 1 },
      { ...ROW, day: TODAY - 1, records: 1, requests: 4, withoutAddress: 0 },
      {
        ...{ ...ROW, day: TODAY, apiVersion: 'v1', newField: 'event.device' },
        ...{ records: 1, requests: 1, withoutAddress: 0 },
      },
      {
        ...{ ...ROW, day: TODAY - 15, clientId: 'old', contract: undefined },
        ...{ records: 1, requests: 1, withoutAddress: 0 },
      },
    ],
  });
  expect(queries).toEqual([
    {
      logGroupName: 'the-log',
      queryString: expect.stringContaining('filter event = "decision" | '),
      ...{ startTime: ((TODAY - 15) * DAY_MS) / 1000, endTime: NOW / 1000 - 1, limit: MAX_ROWS },
    },
  ]);
});

test('Records from a file have the same rows', async () => {
  const { window } = await read({ lines: LINES });
  const counter = new ActivityCounter();
  // Without the last one, which is older than the window.
  const counted = LINES.slice(0, -1).map((line) => counter.add(JSON.parse(line)));
  expect(counted).toEqual([true, true, true, false, false, true, true]);
  expect(new Set(counter.rows())).toEqual(new Set(window.rows));
});

test.each([[undefined], [null], ['decision'], [{}], [{ event: 'decision' }], [[]]])(
  'A line that is no decision is not counted: %j',
  (line) => {
    const counter = new ActivityCounter();
    expect([counter.add(line), counter.rows()]).toEqual([false, []]);
  },
);

test('The number of rows from a file is limited, and the counter knows that some are missing', () => {
  const counter = new ActivityCounter({ maxRows: 2 });
  for (const client of ['one', 'two', 'three', 'one']) {
    counter.add(JSON.parse(record(1, { client_id: client })));
  }
  expect(counter.isComplete).toBe(false);
  expect(counter.rows().map(({ clientId, requests }) => [clientId, requests])).toEqual([
    ['one', 2],
    ['two', 1],
  ]);
});

describe('With more rows than a query returns', () => {
  const clients = (daysAgo: number, count: number) =>
    Array.from({ length: count }, (_, at) => record(daysAgo, { client_id: `app-${at}` }, 1));

  test('each day is queried, from the first with a record', async () => {
    const { window, queries } = await read({
      lines: [...clients(3, 6000), ...clients(1, 6000), ...clients(0, 1)],
    });
    expect(window.isComplete).toBe(true);
    expect(window.rows).toHaveLength(12_001);
    expect(queries.slice(1).map(({ startTime, endTime }) => [startTime, endTime])).toEqual([
      ...[3, 2, 1].map((ago) => [
        ((TODAY - ago) * DAY_MS) / 1000,
        ((TODAY - ago + 1) * DAY_MS) / 1000 - 1,
      ]),
      [(TODAY * DAY_MS) / 1000, NOW / 1000 - 1],
    ]);
  });

  test('on one day, the window is incomplete', async () => {
    const { window } = await read({ lines: clients(1, MAX_ROWS + 1) });
    expect(window.isComplete).toBe(false);
    expect(window.rows).toHaveLength(MAX_ROWS);
  });
});

describe('An error is one sentence:', () => {
  test.each<[name: string, options: Partial<LogsServerOptions>, message: RegExp]>([
    [
      'a missing permission',
      { startErrors: ['AccessDeniedException'] },
      /^The log group the-log cannot be queried, because the credentials do not allow .*\.$/,
    ],
    [
      'an unknown log group',
      { startErrors: ['ResourceNotFoundException'] },
      /^The log group the-log cannot be queried: The service says ResourceNotFoundException\.$/,
    ],
    [
      'a failed query',
      { states: ['Running', 'Failed'] },
      /^The log group the-log cannot be queried, because Logs Insights ended the query with the status Failed: .*\.$/,
    ],
    [
      'days in another form',
      { lines: [record(1)], formatBin: (time) => new Date(time).toDateString() },
      /^Logs Insights returned a day in an unknown form: .*\.$/,
    ],
    [
      'too many concurrent queries, for long',
      { startErrors: Array(5).fill('LimitExceededException') },
      /^The log group the-log cannot be queried: The service says LimitExceededException\.$/,
    ],
  ])('%s', async (_, options, message) => {
    await expect(read({ lines: [], ...options })).rejects.toThrow(message);
  });

  test('a query that does not end', async () => {
    const reading = read({ lines: [], states: ['Running'] }, AbortSignal.timeout(50));
    await expect(reading).rejects.toThrow(
      'The log group the-log cannot be queried in time: run it again later, or over fewer days.',
    );
  });
});

test('A query waits while others use up the number of concurrent ones', async () => {
  const { window } = await read({
    lines: [record(1)],
    startErrors: Array(4).fill('LimitExceededException'),
  });
  expect(window.rows).toHaveLength(1);
});
