import { decideBy } from '../../../support/decide.ts';
import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const LISTS = `lists:
  a: [KP, IR]
  b: [RU]
  scores: [25, 150]
  networks: [10.0.0.0/8]
  asns: [64500]
  zones: [Europe/Berlin, Mars/Base]
  dates: ["2027-01-31T00:00:00Z", "2027-01-31"]
  levels: ["1", high]
  nobody: []`;

const issuesOf = (when: string) =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), LISTS)).map((issue) =>
    issue.replace('policy.yaml:15: rule "one", when: ', ''),
  );

describe('reports a constant part that fails on every request', () => {
  test.each<[string, string, string]>([
    [
      'a duration in days',
      'now.timestamp - timestamp("2027-01-31T00:00:00Z") > duration("7d")',
      'a constant part fails on every request: this is not a valid duration; the units are h, m, s, ms, us and ns, e.g. duration("168h") for 7 days (in: duration("7d")).',
    ],
    [
      'a date without a time',
      'now.timestamp > timestamp("2027-01-31")',
      'a constant part fails on every request: this is not a valid timestamp; write date, time and zone, e.g. timestamp("2027-01-31T00:00:00Z") (in: timestamp("2027-01-31")).',
    ],
    [
      'an unknown time zone',
      'now.timestamp.getHours("Nowhere/X") > 3',
      'a constant part fails on every request: "Nowhere/X" is not a valid time zone; write an IANA name such as Europe/Berlin (in: now.timestamp.getHours("Nowhere/X")).',
    ],
    ['a division by zero', 'token.lifetime / 0 > 3', 'division by zero (in: token.lifetime / 0).'],
  ])('%s', (_, when, sentence) => {
    expect(issuesOf(when)).toEqual([sentence]);
  });

  test.each([
    'getDate',
    'getDayOfMonth',
    'getDayOfWeek',
    'getDayOfYear',
    'getFullYear',
    'getHours',
    'getMinutes',
    'getMonth',
    'getSeconds',
  ])('an unknown time zone in %s', (method) => {
    expect(issuesOf(`now.timestamp.${method}("Mars/Base") == 1`)).toEqual([
      expect.stringContaining('"Mars/Base" is not a valid time zone'),
    ]);
    expect(issuesOf(`now.timestamp.${method}("Asia/Colombo") == 1`)).toEqual([]);
  });

  test.each([
    'duration("7d") > duration("1h")',
    'now.timestamp > timestamp("2027-01-31")',
    'now.timestamp - timestamp("2027-01-31T00:00:00Z") > duration("7d")',
    'now.timestamp.getHours("Nowhere/X") > 3',
    'now.timestamp.getDayOfWeek("Nowhere/X") > 3',
    'token.lifetime > int("x")',
    'token.lifetime > 1/0',
    'token.lifetime / 0 > 3',
    'token.lifetime % 0 == 1',
    'token.lifetime > 9223372036854775807 + 1',
    'token.lifetime > -(-9223372036854775807 - 1)',
    'request.grant == "abc".substring(5)',
    'request.grant.substring(-1) == ""',
    'request.grant.substring(3, 2) == ""',
    'request.grant.indexOf("a", -1) == 1',
    'token.scopes[-1] == "a"',
    '[1, 2][5] == token.lifetime',
    '{"a": 1}["b"] == token.lifetime',
    'optional.none().value() == 1',
    'double("x") > 1.0',
    'bool("maybe")',
    'uint(-1) == 1u',
    '1u - 2u == 3u',
    'int("99999999999999999999") == 3',
    'int(1e30) == 3',
    'timestamp("9999-12-31T23:59:59Z") + duration("24h") > now.timestamp',
    'timestamp(999999999999999) > now.timestamp',
    'duration("9999999999h") > duration("1h")',
    'true || int("x") == 1',
    'now.timestamp > timestamp("2027-01-31T00:00:00Z") + duration("P7D")',
    '[1, 2].exists(n, n > int("x"))',
    'cel.bind(week, duration("7d"), now.timestamp - timestamp(0) > week)',
    'lists.a[2] == "x"',
    'duration("h") > duration("1h")',
    'duration("") > duration("1h")',
    'duration("90") > duration("1h")',
    'duration("1w") > duration("1h")',
    'timestamp("2027-02-30T00:00:00Z") > now.timestamp',
    'timestamp("2027-13-01T00:00:00Z") > now.timestamp',
    'timestamp("2027-01-31T00:00:00") > now.timestamp',
    'timestamp("2027-01-31T00:00:00.000") > now.timestamp',
    'timestamp("31 January 2027 00:00 GMT") > now.timestamp',
    'now.timestamp.getMilliseconds("Mars/Base") == 3',
    'now.timestamp.getHours("") == 3',
    'cel.bind(t, now.timestamp, t.getHours("Mars/Base") == 3)',
    'token.lifetime > int("")',
    'token.lifetime > int("0b11")',
    'request.grant == "password" ? duration("1d") > duration("1h") : true',
    '{"a": duration("1d")}.a > duration("1h")',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([
      expect.stringMatching(
        /^(a constant part fails on every request: .*|division by zero|modulo by zero|a list index must not be negative|lists\.a\[2\] does not exist: the list has 2 entries)( \(in: .*\))?\.$/,
      ),
    ]);
  });

  test.each<[string, readonly string[]]>([
    [
      'cel.bind(zone, "Mars/Base", now.timestamp.getHours(zone) > 3)',
      [
        '"Mars/Base" is not a valid time zone; write an IANA name such as Europe/Berlin (for "Mars/Base").',
      ],
    ],
    [
      'now.timestamp.getHours(abuse.tor ? "Mars/Base" : "UTC") > 3',
      [
        '"Mars/Base" is not a valid time zone; write an IANA name such as Europe/Berlin (for "Mars/Base").',
      ],
    ],
    [
      '["Mars/Base", "UTC"].exists(zone, now.timestamp.getMinutes(zone) > 3)',
      [
        '"Mars/Base" is not a valid time zone; write an IANA name such as Europe/Berlin (for "Mars/Base").',
      ],
    ],
    [
      'lists.zones.exists(zone, now.timestamp.getHours(zone) > 3)',
      [
        'lists.zones contains "Mars/Base": "Mars/Base" is not a valid time zone; write an IANA name such as Europe/Berlin.',
      ],
    ],
    [
      'lists.dates.exists(date, timestamp(date) > now.timestamp)',
      [
        'lists.dates contains "2027-01-31": this is not a valid timestamp; write date, time and zone, e.g. timestamp("2027-01-31T00:00:00Z").',
      ],
    ],
    [
      'lists.levels.exists(level, int(level) == token.lifetime)',
      ['lists.levels contains "high": "high" is not an integer.'],
    ],
    [
      'cel.bind(date, "2027-01-31", timestamp(date) > now.timestamp)',
      [
        'this is not a valid timestamp; write date, time and zone, e.g. timestamp("2027-01-31T00:00:00Z") (for "2027-01-31").',
      ],
    ],
    [
      'cel.bind(level, "high", token.lifetime > int(level))',
      ['"high" is not an integer (for "high").'],
    ],
    [
      'token.lifetime > 1 ? uint(abuse.tor ? -1 : 2) == 1u : true',
      ['uint() does not accept this value (for -1).'],
    ],
  ])('also a value that reaches a function through a variable or a list: %s', (when, sentences) => {
    expect(issuesOf(when)).toEqual(sentences);
  });

  test.each([
    'token.lifetime > 9223372036854775808',
    'token.lifetime > -9223372036854775809',
    'token.claims["level"] == 0xFFFFFFFFFFFFFFFFF',
    'token.lifetime in [1, 9223372036854775808]',
  ])('also a number that does not fit into 64 bits: %s', (when) => {
    expect(issuesOf(when)).toEqual([
      expect.stringMatching(/^-?\d+ does not fit into 64 bits \(in: -?\d+\)\.$/),
    ]);
  });

  test.each([
    ['a refusal', '{ deny: "Until ${timestamp(\'2027-01-31\')}" }'],
    ['a claim', '{ claims: { set: { n: "${int(\'x\')}" } } }'],
  ])('also in the text of %s', (_, then) => {
    expect(issuesIn(policyText(rule('one', true, then)))).toEqual([
      expect.stringContaining('a constant part fails on every request'),
    ]);
  });
});

describe('reports a comparison with a number that a variable never has', () => {
  test.each<[string, string]>([
    ['abuse.score > 100', 'abuse.score > 100 is never true: abuse.score is 0 to 100.'],
    ['150 < abuse.score', 'abuse.score > 150 is never true: abuse.score is 0 to 100.'],
    ['abuse.score < 750', 'abuse.score < 750 is always true: abuse.score is 0 to 100.'],
    ['now.weekday == 7', 'now.weekday is never 7: now.weekday is 0 to 6.'],
    ['address.version != 5', 'address.version is never 5: address.version is 4 or 6.'],
    [
      'abuse.score in lists.scores',
      'lists.scores contains 150, but abuse.score is never 150: abuse.score is 0 to 100.',
    ],
    ['now.timestamp.getMonth() == 12', 'getMonth() is never 12: getMonth() is 0 to 11.'],
    ['size(token.scopes) < 0', 'size() < 0 is never true: size() is at least 0.'],
  ])('%s', (when, sentence) => {
    expect(issuesOf(when)).toEqual([sentence]);
  });

  test.each([
    'abuse.score > 100',
    'abuse.score >= 101',
    'abuse.score == 150',
    'abuse.score < 0',
    '150 < abuse.score',
    'abuse.score in [25, 150]',
    'abuse.score < 750',
    'now.hour == 24',
    'now.weekday == 7',
    'now.minute >= 60',
    'now.hour in [22, 23, 24]',
    'address.version == 5',
    'cel.bind(s, abuse.score, s > 150)',
    'abuse.?score.orValue(0) > 150',
    '{150: 1}[abuse.score] == 1',
    'abuse.score in {150: 1}',
    'abuse.score in [1, 2] + [150]',
    'dyn(abuse.score) == 150',
    'double(abuse.score) > 100.0',
    '[150].exists(x, abuse.score == x)',
    'now.timestamp.getMonth() == 12',
    'now.timestamp.getHours("UTC") == 24',
    'size(token.scopes) < 0',
    'token.lifetime < 0',
    'refresh_token.lifetime == -1',
    'refresh_token.lifetime < 0',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([expect.stringMatching(/ (is|is never)\b.*: .+ is .+\.$/)]);
  });
});

describe('accepts valid constants', () => {
  test.each([
    'now.timestamp < timestamp("2027-01-01T00:00:00Z")',
    'now.timestamp - timestamp("2027-01-01T00:00:00Z") > duration("168h")',
    'now.timestamp.getHours("Europe/Berlin") > 3',
    'now.timestamp.getHours(geo.timezone) > 3',
    'now.timestamp.getMonth() == 11',
    'abuse.score >= 0',
    'abuse.score > 99',
    'abuse.score <= 100',
    'abuse.score == 100',
    'now.hour < 24',
    'now.hour >= 22 || now.hour < 6',
    'now.hour in [22, 23, 0]',
    'now.minute < 60',
    'now.weekday in [0, 6]',
    'address.version == 6',
    'address.version > 4',
    'abuse.score > 74.5',
    'abuse.?score.orValue(200) > 150',
    'timestamp("2027-01-31T00:00:00.5+02:00") > now.timestamp',
    'timestamp("2028-02-29T00:00:00Z") > now.timestamp',
    'duration("1h30m") < duration("1.5h") + duration("-1s")',
    'token.lifetime > int("-5")',
    'refresh_token.lifetime == 0',
    'refresh_token.lifetime > -1',
    'has(abuse.score) ? abuse.score > 5 : true',
    '(has(abuse.reports) ? abuse.reports : -1) < 0',
    'request.grant.substring(2) == "x"',
    'lists.a[0] == "KP"',
    'timestamp(token.claims["since"]) < now.timestamp',
    '[1, 2, 3].map(x, x * 2).exists(x, x == token.lifetime)',
    'now.timestamp == now.timestamp',
    'timestamp("2027-01-01T00:00:00Z") in [now.timestamp]',
    'token.lifetime > -9223372036854775808',
    'token.lifetime <= 9223372036854775807',
    '["UTC", "Asia/Colombo"].exists(zone, now.timestamp.getHours(zone) > 3)',
    '["1", "2"].exists(level, int(level) == token.lifetime)',
    // The condition may have tested a value of the request.
    'cel.bind(level, request.params["level"], level != "" && int(level) > 3)',
    'cel.bind(zone, geo.?timezone.orValue(""), zone != "" && now.timestamp.getHours(zone) > 3)',
    'now.timestamp.getHours(token.claims["zoneinfo"]) > 3',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([]);
  });

  test.each<[string, boolean]>([
    ['now.timestamp > timestamp("2026-01-01T00:00:00Z") + duration("24h")', true],
    ['now.timestamp > timestamp("2027-01-01T00:00:00Z")', false],
    ['now.timestamp.getHours("Asia/Colombo") == 16', true],
    ['"abc".substring(1) == "bc"', true],
    ['6 / 2 == 3', true],
  ])('evaluates %s to %s', async (when, expected) => {
    const decision = await decideBy(policyText(rule('one', when, '{ deny: No }')));
    expect(decision).toMatchObject({ outcome: expected ? 'refuse' : 'issue', failed: [] });
  });
});
