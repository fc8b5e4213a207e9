import { readFileSync } from 'node:fs';
import { FEED_QUERIES, SAVED_QUERIES } from '../../../infra/monitoring/queries.ts';
import { queryString } from '../../../infra/monitoring/query.ts';
import { runQuery } from '../../support/logs-insights/index.ts';
import { payload } from '../../support/payloads.ts';
import { GREEDY, MACHINE, recordRun, WEB, WRONG_CREDENTIALS } from '../../support/recorded-run.ts';
import { startTestService } from '../../support/running-service.ts';

type Rows = readonly object[];

/** A query by name, its parameters, and its rows over the recorded run. */
const CASES: readonly (readonly [name: string, values: Record<string, string>, rows: Rows])[] = [
  [
    'Why was this request refused',
    { request: '6783a180f817075313ea3fb01d79c221' },
    [
      { outcome: 'issue', client_id: MACHINE },
      {
        outcome: 'refuse',
        refused_by: 'restricted-country',
        reason: 'access_denied',
        'signals.address.value': '175.45.176.1',
        'signals.geo.country': 'KP',
        client_id: MACHINE,
        decision_id: expect.any(String),
      },
    ],
  ],
  [
    'Refusals of a client',
    { client: WEB },
    [
      { refused_by: 'high-ip-risk', 'signals.reputation.score': 100, 'signals.geo.country': 'ID' },
      { refused_by: 'restricted-country', 'signals.geo.country': 'RU', grant: expect.any(String) },
    ],
  ],
  [
    'History of an address',
    { address: '14.102.69.58' },
    [
      { outcome: 'issue', 'signals.reputation.source': 'memory', client_id: WEB },
      { outcome: 'restrict', 'signals.reputation.source': 'abuseipdb', client_id: WEB },
    ],
  ],
  [
    'History of a client',
    { client: MACHINE },
    [
      // A sampled record counts as four decisions; the fifth is from monitor mode.
      { outcome: 'issue', decisions: 5, 'bin(5m)': Date.UTC(2026, 0, 7, 10) },
      { outcome: 'refuse', decisions: 3 },
      { outcome: 'restrict', decisions: 1 },
    ],
  ],
  [
    'Clients by day',
    {},
    expect.arrayContaining([
      expect.objectContaining({
        ...{ 'bin(1d)': Date.UTC(2026, 0, 7), tenant: 'acmecorp', client_id: MACHINE },
        ...{ grant: 'client_credentials', api_version: 'v1', contract: '1.1' },
        ...{ records: 2, without_address: 1 },
      }),
    ]),
  ],
  [
    'Refusals by country',
    {},
    [
      { 'signals.geo.country': 'KP', refusals: 2 },
      { 'signals.geo.country': 'RU', refusals: 1 },
      { 'signals.geo.country': 'ID', refusals: 1 },
      { refusals: 1 },
    ],
  ],
  [
    'Refusals by rule',
    {},
    [
      { refused_by: 'restricted-country', reason: 'access_denied', refusals: 3, clients: 2 },
      { refused_by: 'high-ip-risk', refusals: 1, clients: 1 },
      { refused_by: 'unknown.address', refusals: 1, clients: 1 },
    ],
  ],
  [
    'Dry-run refusals by rule',
    {},
    [
      { dry_run_refused_by: 'restricted-country', refusals: 1, clients: 1 },
      { dry_run_refused_by: 'high-ip-risk', refusals: 1, clients: 1 },
    ],
  ],
  [
    'Monitored rules',
    {},
    [
      { 'monitored_rule.rule': 'monitored', 'monitored_rule.outcome': 'refuse', decisions: 4 },
      {
        'monitored_rule.rule': 'unknown.address',
        'monitored_rule.outcome': 'refuse',
        decisions: 1,
      },
      {
        'monitored_rule.rule': 'restricted-country',
        'monitored_rule.outcome': 'refuse',
        decisions: 1,
      },
      { 'monitored_rule.rule': 'high-ip-risk', 'monitored_rule.outcome': 'refuse', decisions: 1 },
    ],
  ],
  [
    'Requests without an address',
    {},
    [
      {
        tenant: 'acmecorp',
        client_id: MACHINE,
        grant: 'client_credentials',
        'signals.address.cause': 'missing',
        requests: 1,
      },
    ],
  ],
  [
    'Contract versions',
    {},
    expect.arrayContaining([
      expect.objectContaining({ api_version: 'v1', contract: '1.3', decisions: 4 }),
      expect.objectContaining({
        api_version: 'v1',
        ...{ contract: '1.0', 'new_fields.0': 'event.user.userType', decisions: 1 },
      }),
    ]),
  ],
  [
    'Unknown signals by cause',
    {},
    [
      { 'missing.signal': 'reputation', 'missing.cause': 'budget', decisions: 2 },
      { 'missing.signal': 'address', 'missing.cause': 'missing', decisions: 1 },
      { 'missing.signal': 'reputation', 'missing.cause': 'upstream', decisions: 1 },
      { 'missing.signal': 'geo', 'missing.cause': 'private', decisions: 1 },
      { 'missing.signal': 'reputation', 'missing.cause': 'private', decisions: 1 },
    ],
  ],
  [
    'Unenforceable restrictions',
    {},
    [
      {
        'restriction.rule': 'elevated-ip-risk',
        'restriction.effect': 'lifetime',
        'restriction.cause': 'not-allowed',
        client_id: WEB,
        decisions: 1,
      },
    ],
  ],
  [
    'Who drains the quota',
    {},
    [
      // A sampled record counts as four.
      { client_id: MACHINE, lookups: 4, addresses: 1 },
      { client_id: WEB, lookups: 3, addresses: 2 },
      { client_id: GREEDY, 'signals.reputation.held_back': 'client', lookups: 2, addresses: 2 },
      { client_id: GREEDY, lookups: 1, addresses: 1 },
    ],
  ],
  [
    'Lookups held back',
    {},
    [{ 'caller.client': `acmecorp/${GREEDY}`, reason: 'client', lookups: 2 }],
  ],
  [
    'Decisions by policy',
    {},
    expect.arrayContaining([
      expect.objectContaining({ policy_mode: 'enforce', outcome: 'issue', decisions: 6 }),
      expect.objectContaining({ policy_mode: 'enforce', outcome: 'restrict', decisions: 5 }),
      expect.objectContaining({ policy_mode: 'enforce', outcome: 'refuse', decisions: 5 }),
      expect.objectContaining({ policy_mode: 'monitor', outcome: 'issue', decisions: 2 }),
    ]),
  ],
  [
    'Test requests',
    {},
    expect.arrayContaining([
      expect.objectContaining({ test: 'canary', outcome: 'issue', 'ms.total': expect.any(Number) }),
      expect.objectContaining({ test: 'smoke', outcome: 'restrict' }),
      expect.objectContaining({
        test: 'verify',
        outcome: 'refuse',
        refused_by: 'restricted-country',
      }),
    ]),
  ],
  [
    'Rejected calls',
    {},
    [
      { status: 401, why: expect.stringMatching(/credential/), calls: WRONG_CREDENTIALS },
      { status: 400, why: expect.any(String), calls: 1 },
    ],
  ],
  [
    'Internal errors',
    {},
    [
      {
        'err.type': 'RangeError',
        'err.message': 'an internal error',
        'err.stack': expect.stringContaining('recorded-run'),
      },
    ],
  ],
];

describe('Over a recorded run', () => {
  let lines: readonly string[];

  beforeAll(async () => {
    lines = (await recordRun()).map(sampled);
  });

  const run = (
    name: string,
    values: Readonly<Record<string, string>> = {},
    log: readonly string[] = lines,
  ) => {
    const query = SAVED_QUERIES.find((each) => each.name === name);
    if (query === undefined) throw new Error(`There is no query ${name}.`);
    const text = queryString(query).replaceAll(/\{\{(\w+)\}\}/g, (_, parameter) => {
      const value = values[parameter];
      if (value === undefined) throw new Error(`${name} requires ${parameter}.`);
      return value;
    });
    return runQuery(text, log);
  };

  test.each(CASES)('%s', (name, values, rows) => {
    expect(run(name, values).rows).toMatchObject(rows);
  });

  test('rejected calls are summarized in fewer lines', () => {
    const rejected = lines.filter((line) => line.includes('"rejected"') && line.includes('401'));
    expect(rejected.length).toBeLessThan(WRONG_CREDENTIALS);
  });

  test('One decision shows the complete record', () => {
    const record = lines.find((line) => line.includes('"outcome":"restrict"')) ?? '';
    const { rows } = run('One decision', { decision: JSON.parse(record).decision_id });
    expect(rows).toEqual([{ '@timestamp': expect.any(Number), '@message': record }]);
  });

  test('Slowest decisions are sorted by latency and show each stage', () => {
    const { rows } = run('Slowest decisions');
    const times = rows.map((row) => Number(row['ms.total']));
    expect(times).toHaveLength(15);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(rows).toContainEqual(
      expect.objectContaining({
        'ms.reputation': expect.any(Number),
        'signals.reputation.cause': 'upstream',
      }),
    );
  });

  test('Latency by reputation source has a row for each source or cause', () => {
    const { rows } = run('Latency by reputation source');
    const sources = rows.map((row) => [
      row['signals.reputation.source'] ?? row['signals.reputation.cause'],
      row.records,
    ]);
    expect(new Map(sources as [string, number][])).toEqual(
      new Map([
        ['abuseipdb', 5],
        ['budget', 2],
        ['memory', 1],
        ['upstream', 1],
        ['private', 1],
        [undefined, 5],
      ]),
    );
    for (const { p50, p99, longest } of rows) {
      expect(Number(p50)).toBeLessThanOrEqual(Number(p99));
      expect(Number(p99)).toBeLessThanOrEqual(Number(longest));
    }
  });

  test('Warnings and errors excludes events that have their own query', () => {
    const events = run('Warnings and errors').rows.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['cache-failure', 'abuseipdb-circuit-open']));
    expect(events).not.toContain('rejected');
    expect(events).not.toContain('internal-error');
  });

  test.each(SAVED_QUERIES.map(({ name }) => name))(
    '%s reads only fields that are recorded',
    (name) => {
      const anything = { request: 'x', client: 'x', decision: 'x', address: 'x' };
      expect(run(name, anything).absent).toEqual([]);
    },
  );

  const parameters = {
    request: '6783a180f817075313ea3fb01d79c221',
    client: WEB,
    address: '14.102.69.58',
    decision: 'unknown',
  };

  test.each(SAVED_QUERIES.map(({ name }) => name).filter((name) => name !== 'Test requests'))(
    '%s returns the same without the tests, which made the same requests',
    (name) => {
      const logins = lines.filter((line) => JSON.parse(line).test === undefined);
      expect(lines.length - logins.length).toBe(12);
      expect(run(name, parameters).rows).toEqual(run(name, parameters, logins).rows);
    },
  );

  test('Test requests returns the tests only', () => {
    const { rows } = run('Test requests');
    expect(rows).toHaveLength(12);
    expect(rows.every(({ test }) => test !== undefined)).toBe(true);
  });

  test('every query is tested', () => {
    const own = [
      'One decision',
      'Slowest decisions',
      'Latency by reputation source',
      'Warnings and errors',
    ];
    const names = [...CASES.map(([name]) => name), ...own];
    expect(names.sort()).toEqual(SAVED_QUERIES.map(({ name }) => name).sort());
  });
});

test('docs/operations.md lists exactly the saved queries', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| saved query \|.*\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const cells = [...table.matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  const queries = [...SAVED_QUERIES, ...FEED_QUERIES];
  expect(names.sort()).toEqual(queries.map(({ name }) => name).sort());
});

test('A record with very many operations still has its client, policy and latency', async () => {
  const policy = `{ version: 1, rules: [{ id: bare, when: true, then: { scopes: { remove: ["*"] } } }] }`;
  const service = await startTestService({ policy });
  const body = JSON.parse(payload('03'));
  body.event.accessToken.scopes = Array.from({ length: 500 }, (_, index) => `scope-${index}`);
  await service.post(JSON.stringify(body));
  await service.stop();
  const records = service.lines.filter((line) => line.includes('"decision"'));
  const query =
    'display client_id, grant, tenant, policy_revision, policy_mode, ms.total, operations.0.op';
  expect(runQuery(query, records)).toMatchObject({
    rows: [{ client_id: WEB, policy_mode: 'enforce' }],
    absent: [],
  });
});

let issued = 0;

/** Marks the first issued decision as a sample of four. */
function sampled(line: string): string {
  const record = JSON.parse(line);
  if (record.event !== 'decision' || record.outcome !== 'issue' || issued++ > 0) return line;
  return JSON.stringify({ sampled_percent: 25, ...record });
}
