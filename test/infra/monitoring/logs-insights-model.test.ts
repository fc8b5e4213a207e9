import { runQuery } from '../../support/logs-insights/index.ts';

/** A query that is run over events of our own must mean here what it means in CloudWatch, or fail. */
const EVENTS = [
  { time: '2026-01-07T10:01:00Z', event: 'a', ms: { total: 30 }, list: [{ n: 1 }, { n: 2 }] },
  { time: '2026-01-07T10:04:59Z', event: 'a', ms: { total: 10 }, list: [] },
  { time: '2026-01-07T10:05:00Z', event: 'b', ms: { total: 20 }, percent: 50 },
];
const LINES = EVENTS.map((event) => JSON.stringify(event));
const TEN = Date.UTC(2026, 0, 7, 10);

test.each<[string, string, object[]]>([
  ['= takes equals', 'filter event = "b" | display event', [{ event: 'b' }]],
  [
    '!= takes the others',
    'filter event != "b" | display ms.total',
    [{ 'ms.total': 30 }, { 'ms.total': 10 }],
  ],
  ['in takes one of several', 'filter event in ["b", "c"] | display event', [{ event: 'b' }]],
  [
    'and binds more than or',
    'filter event = "b" or event = "a" and ms.total < 20 | display ms.total',
    [{ 'ms.total': 10 }, { 'ms.total': 20 }],
  ],
  [
    'brackets bind most',
    'filter (event = "b" or event = "a") and ms.total < 20 | display ms.total',
    [{ 'ms.total': 10 }],
  ],
  [
    'a comparison with what is not there is false',
    'filter percent > 1 | display event',
    [{ event: 'b' }],
  ],
  [
    'an element of a list is a field',
    'filter ispresent(list.1.n) | display list.1.n',
    [{ 'list.1.n': 2 }],
  ],
  [
    'unnest makes a row of each element, and none of none',
    'filter event = "a" | fields jsonParse(@message) as all | unnest all.list into one | display one.n',
    [{ 'one.n': 1 }, { 'one.n': 2 }],
  ],
  [
    'fields compute, from the first value that is there',
    'fields 100 as whole | fields 100 / coalesce(percent, whole) as weight | display weight',
    [{ weight: 1 }, { weight: 1 }, { weight: 2 }],
  ],
  [
    'time is cut into steps',
    'stats count(*) as n by bin(5m)',
    [
      { 'bin(5m)': TEN, n: 2 },
      { 'bin(5m)': TEN + 300_000, n: 1 },
    ],
  ],
  [
    'a row of those that lack the key',
    'stats count(*) as n, sum(ms.total) as all by percent | sort n desc',
    [
      { n: 2, all: 40 },
      { percent: 50, n: 1, all: 20 },
    ],
  ],
  [
    'what is quoted is a field, whatever it is called',
    'stats sum(`ms.total`) as all by `event` | sort all desc',
    [
      { event: 'a', all: 40 },
      { event: 'b', all: 20 },
    ],
  ],
  [
    'percentiles, maxima and how many different ones',
    'stats pct(ms.total, 50) as p50, pct(ms.total, 99) as p99, max(ms.total) as top, count_distinct(event) as kinds',
    [{ p50: 20, p99: 30, top: 30, kinds: 2 }],
  ],
  [
    'the first ones',
    '# a comment\nsort ms.total desc\n| limit 1\n| display ms.total',
    [{ 'ms.total': 30 }],
  ],
])('%s', (_, query, rows) => {
  expect(runQuery(query, LINES).rows).toEqual(rows);
});

test.each<[string, string, string]>([
  ['a command', 'dedup event', '"dedup" is none of'],
  ['a function', 'filter strcontains(event, "a")', 'no function strcontains'],
  ['a function that is given a number', 'fields coalesce(percent, 100) as x', 'Wanted a word'],
  ['an aggregate', 'stats avg(ms.total) as x', '"avg" is none of'],
  ['an aggregate without a name', 'stats count(*)', 'Wanted "as"'],
  ['an operator', 'filter event =~ "a"', 'Not understood'],
  ['quotes', "filter event = 'a'", 'Not understood'],
  ['like', 'filter event like "a"', 'Wanted "|"'],
  ['a name with a hyphen', 'display policy-mode', 'Not understood'],
  ['a keyword as a name', 'display by', 'is a keyword'],
  ['a direction', 'sort ms.total down', '"down" is none of'],
  ['nothing after a pipe', 'filter event = "a" |', 'Wanted a word'],
  ['a field that stats leaves out', 'stats count(*) as n by event | display ms.total', 'leaves no'],
  ['a text beside a number', 'filter ms.total = "30"', 'Of two kinds'],
  ['!= beside what may be missing', 'filter percent != 50', 'missing'],
  ['a number as a filter', 'filter ms.total', 'true or false'],
])('refused: %s', (_, query, why) => {
  expect(() => runQuery(query, LINES)).toThrow(why);
});

test('fields that no line has are named, those that a command made are not', () => {
  const { absent } = runQuery(
    'filter ms.totl > 1 | stats count(*) as n by events | sort n desc',
    LINES,
  );
  expect(absent).toEqual(['ms.totl', 'events']);
});

test('of a line with very many members only the first 200 are fields', () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, index]));
  const { rows, absent } = runQuery('display f198, f200', [JSON.stringify({ time: TEN, ...many })]);
  expect(rows).toEqual([{ f198: 198 }]);
  expect(absent).toEqual(['f200']);
});
