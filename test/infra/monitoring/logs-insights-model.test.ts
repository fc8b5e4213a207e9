import { runQuery } from '../../support/logs-insights/index.ts';

/** The model must either return the same result as CloudWatch or reject the query. */
const EVENTS = [
  { time: '2026-01-07T10:01:00Z', event: 'a', ms: { total: 30 }, list: [{ n: 1 }, { n: 2 }] },
  { time: '2026-01-07T10:04:59Z', event: 'a', ms: { total: 10 }, list: [] },
  { time: '2026-01-07T10:05:00Z', event: 'b', ms: { total: 20 }, percent: 50 },
];
const LINES = EVENTS.map((event) => JSON.stringify(event));
const TEN = Date.UTC(2026, 0, 7, 10);

test.each<[string, string, object[]]>([
  ['= selects equal values', 'filter event = "b" | display event', [{ event: 'b' }]],
  [
    '!= selects other values',
    'filter event != "b" | display ms.total',
    [{ 'ms.total': 30 }, { 'ms.total': 10 }],
  ],
  [
    'in selects one of several values',
    'filter event in ["b", "c"] | display event',
    [{ event: 'b' }],
  ],
  [
    'and has precedence over or',
    'filter event = "b" or event = "a" and ms.total < 20 | display ms.total',
    [{ 'ms.total': 10 }, { 'ms.total': 20 }],
  ],
  [
    'parentheses override precedence',
    'filter (event = "b" or event = "a") and ms.total < 20 | display ms.total',
    [{ 'ms.total': 10 }],
  ],
  [
    'a comparison with a missing field is false',
    'filter percent > 1 | display event',
    [{ event: 'b' }],
  ],
  [
    'not inverts a condition',
    'filter not ispresent(percent) | display event',
    [{ event: 'a' }, { event: 'a' }],
  ],
  [
    'not is applied before and',
    'filter not ispresent(percent) and ms.total < 20 | display ms.total',
    [{ 'ms.total': 10 }],
  ],
  [
    'an element of a list is a field',
    'filter ispresent(list.1.n) | display list.1.n',
    [{ 'list.1.n': 2 }],
  ],
  [
    'unnest returns a row for each element, and none for an empty list',
    'filter event = "a" | fields jsonParse(@message) as all | unnest all.list into one | display one.n',
    [{ 'one.n': 1 }, { 'one.n': 2 }],
  ],
  [
    'fields computes, and coalesce returns the first value that exists',
    'fields 100 as whole | fields 100 / coalesce(percent, whole) as weight | display weight',
    [{ weight: 1 }, { weight: 1 }, { weight: 2 }],
  ],
  [
    'bin groups by time',
    'stats count(*) as n by bin(5m)',
    [
      { 'bin(5m)': TEN, n: 2 },
      { 'bin(5m)': TEN + 300_000, n: 1 },
    ],
  ],
  [
    'stats has a row for events without the key',
    'stats count(*) as n, sum(ms.total) as all by percent | sort n desc',
    [
      { n: 2, all: 40 },
      { percent: 50, n: 1, all: 20 },
    ],
  ],
  [
    'a quoted word is always a field',
    'stats sum(`ms.total`) as all by `event` | sort all desc',
    [
      { event: 'a', all: 40 },
      { event: 'b', all: 20 },
    ],
  ],
  [
    'pct, max and count_distinct',
    'stats pct(ms.total, 50) as p50, pct(ms.total, 99) as p99, max(ms.total) as top, count_distinct(event) as kinds',
    [{ p50: 20, p99: 30, top: 30, kinds: 2 }],
  ],
  [
    'limit returns the first rows',
    '# a comment\nsort ms.total desc\n| limit 1\n| display ms.total',
    [{ 'ms.total': 30 }],
  ],
])('%s', (_, query, rows) => {
  expect(runQuery(query, LINES).rows).toEqual(rows);
});

test.each<[string, string, string]>([
  ['a command', 'dedup event', 'got "dedup"'],
  ['a function', 'filter strcontains(event, "a")', 'Unsupported function: strcontains'],
  ['a function with a number', 'fields coalesce(percent, 100) as x', 'Expected a word'],
  ['an aggregate', 'stats avg(ms.total) as x', 'got "avg"'],
  ['an aggregate without a name', 'stats count(*)', 'Expected "as"'],
  ['an operator', 'filter event =~ "a"', 'Unsupported syntax'],
  ['quotes', "filter event = 'a'", 'Unsupported syntax'],
  ['like', 'filter event like "a"', 'Expected "|"'],
  ['a name with a hyphen', 'display policy-mode', 'Expected "|"'],
  ['a list without in', 'filter event = ["a"]', 'only valid after "in"'],
  ['in without a list', 'filter event in "a"', 'only valid after "in"'],
  ['not before a comparison', 'filter not percent = 50', 'a call after "not"'],
  ['a keyword as a name', 'display by', 'is a keyword'],
  ['a direction', 'sort ms.total down', 'got "down"'],
  ['nothing after a pipe', 'filter event = "a" |', 'Expected a word'],
  [
    'a field that does not exist after stats',
    'stats count(*) as n by event | display ms.total',
    'does not exist after stats',
  ],
  ['a string compared with a number', 'filter ms.total = "30"', 'Different types'],
  ['!= with a field that may be missing', 'filter percent != 50', 'missing'],
  ['a number as a filter', 'filter ms.total', 'true or false'],
])('rejects %s', (_, query, why) => {
  expect(() => runQuery(query, LINES)).toThrow(why);
});

test('reports fields that no line has, except for those that a command created', () => {
  const { absent } = runQuery(
    'filter ms.totl > 1 | stats count(*) as n by events | sort n desc',
    LINES,
  );
  expect(absent).toEqual(['ms.totl', 'events']);
});

test('discovers only the first 200 fields of a line', () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, index]));
  const { rows, absent } = runQuery('display f198, f200', [JSON.stringify({ time: TEN, ...many })]);
  expect(rows).toEqual([{ f198: 198 }]);
  expect(absent).toEqual(['f200']);
});
