import { type Verdict, verdictOf } from '../../../support/conditions.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const REQUEST = requestWithClaims({
  one: 1,
  one_text: '1',
  thirty: '30',
  nan: 'NaN',
  infinite: '1e999',
  half: 0.5,
  yes: true,
  yes_text: 'true',
  numbers: [1, 2],
  digits: ['1', '2'],
  mixed: ['1', 2],
  nested: [[1], [2]],
  nested_text: [['1'], ['2']],
  device: { level: 1, tags: ['a', 'b'] },
  device_text: { level: '1', tags: ['a', 'b'] },
  device_more: { level: 1 },
  time: '2026-01-05T10:30:00Z',
});

const LISTS = { levels: [1, 2], names: ['1', '2'], none: [] };

describe('equality between values of different types fails the condition', () => {
  test.each<[string, Verdict]>([
    // A claim and a value of the policy.
    ['token.claims["one"] == 1', 'true'],
    ['token.claims["one"] == 2', 'false'],
    ['token.claims["one_text"] == 1', 'fails'],
    ['1 == token.claims["one_text"]', 'fails'],
    ['token.claims["one_text"] != 1', 'fails'],
    ['!(token.claims["one_text"] == 1)', 'fails'],
    ['token.claims["one"] == "1"', 'fails'],
    ['token.claims["one"] != "1"', 'fails'],
    ['token.claims["yes_text"] == true', 'fails'],
    ['token.claims["yes"] == "true"', 'fails'],
    ['token.claims["yes"] == 1', 'fails'],
    ['token.claims["one"] == true', 'fails'],
    ['token.claims["device"] == "a"', 'fails'],
    ['timestamp(token.claims["time"]) == now.timestamp', 'true'],
    // A string that CEL does not convert, such as a parameter that the client omits.
    ['int(request.params["missing"]) > 3', 'fails'],
    ['uint(request.params["missing"]) > 3u', 'fails'],
    ['double(request.params["missing"]) > 3.0', 'fails'],
    ['double(token.claims["nan"]) > 3.0', 'fails'],
    ['double(token.claims["infinite"]) > 3.0', 'fails'],
    ['double(token.claims["one_text"]) < 3.0', 'true'],
    ['int(token.claims["one_text"]) == 1', 'true'],
    ['timestamp("2026-02-" + token.claims["thirty"] + "T10:00:00Z") < now.timestamp', 'fails'],
    ['timestamp("2026-01-" + token.claims["thirty"] + "T10:00:00Z") > now.timestamp', 'true'],
    // Two values of the request.
    ['token.claims["one"] == token.claims["one_text"]', 'fails'],
    ['token.claims["one"] != token.claims["one_text"]', 'fails'],
    ['token.claims["one"] == request.grant', 'fails'],
    ['request.client_id == token.claims["one"]', 'fails'],
    ['request.params["device"] == token.claims["one"]', 'fails'],
    ['token.claims["one"] == token.lifetime', 'false'],
    // int, uint and double are one type.
    ['token.claims["one"] == 1.0', 'true'],
    ['token.claims["one"] == 1u', 'true'],
    ['token.claims["one"] != 1.0', 'false'],
    ['token.claims["half"] == 1', 'false'],
    ['token.claims["one"] in [1.0, 2.0]', 'true'],
    // null.
    ['token.claims["absent"] == 1', 'false'],
    ['token.claims["absent"] != 1', 'true'],
    ['token.claims["absent"] == "1"', 'false'],
    ['token.claims["absent"] == null', 'true'],
    ['token.claims["one"] == null', 'false'],
    ['token.claims["one"] != null', 'true'],
    ['token.claims["absent"] == token.claims["other"]', 'true'],
    ['token.claims["absent"] == []', 'true'],
    ['token.claims["one"] == []', 'false'],
    // Lists and their elements.
    ['token.claims["numbers"] == [1, 2]', 'true'],
    ['token.claims["numbers"] == [1.0, 2.0]', 'true'],
    ['token.claims["numbers"] == [2, 1]', 'false'],
    ['token.claims["numbers"] == [1, 2, 3]', 'false'],
    ['token.claims["digits"] == [1, 2]', 'fails'],
    ['token.claims["digits"] != [1, 2]', 'fails'],
    ['token.claims["digits"] == [3, 4]', 'fails'],
    ['token.claims["mixed"] == ["1", "2"]', 'fails'],
    ['token.claims["mixed"] == ["0", "2"]', 'fails'],
    ['token.claims["numbers"] == token.claims["digits"]', 'fails'],
    ['token.claims["digits"] == token.claims["digits"]', 'true'],
    ['token.claims["nested"] == [[1], [2]]', 'true'],
    ['token.claims["nested_text"] == [[1], [2]]', 'fails'],
    ['token.claims["nested"] == token.claims["nested_text"]', 'fails'],
    ['token.claims["numbers"] == lists.levels', 'true'],
    ['token.claims["digits"] == lists.levels', 'fails'],
    ['token.claims["numbers"] != lists.names', 'fails'],
    // Objects and their fields.
    ['token.claims["device"] == {"level": 1, "tags": 1}', 'fails'],
    ['token.claims["device_more"] == {"level": 1}', 'true'],
    ['token.claims["device_more"] == {"level": 2}', 'false'],
    ['token.claims["device_more"] == {"level": "1"}', 'fails'],
    ['token.claims["device_more"] == {"other": 1}', 'false'],
    ['token.claims["device"] == token.claims["device_text"]', 'fails'],
    ['token.claims["device"]["level"] == 1', 'true'],
    ['token.claims["device_text"]["level"] == 1', 'fails'],
    ['token.claims.device_text.level != 1', 'fails'],
    ['token.claims.?device_text.?level.orValue(0) == 1', 'fails'],
    // Values whose static type is dyn.
    ['dyn(request.grant) != dyn(token.lifetime)', 'fails'],
    ['dyn(token.scopes) == dyn("openid")', 'fails'],
    ['cel.bind(level, token.claims["one_text"], level == 1)', 'fails'],
    ['(request.grant == "x" ? dyn(1) : dyn("1")) == 1', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST, LISTS)).toBe(verdict);
  });
});

describe('membership among values of another type fails the condition', () => {
  test.each<[string, Verdict]>([
    ['token.claims["one"] in [1, 2]', 'true'],
    ['token.claims["one"] in [2, 3]', 'false'],
    ['token.claims["one_text"] in [1, 2]', 'fails'],
    ['!(token.claims["one_text"] in [1, 2])', 'fails'],
    ['token.claims["one"] in ["1", "2"]', 'fails'],
    ['token.claims["yes_text"] in [true]', 'fails'],
    ['token.claims["one"] in lists.levels', 'true'],
    ['token.claims["one_text"] in lists.levels', 'fails'],
    ['token.claims["one"] in lists.names', 'fails'],
    ['token.claims["one"] in lists.none', 'false'],
    ['token.claims["one"] in token.scopes', 'fails'],
    ['"1" in token.claims["numbers"]', 'fails'],
    ['1 in token.claims["digits"]', 'fails'],
    ['3 in token.claims["numbers"]', 'false'],
    // One equal element is enough, whatever the types of the others.
    ['"1" in token.claims["mixed"]', 'true'],
    ['2 in token.claims["mixed"]', 'true'],
    ['"2" in token.claims["mixed"]', 'fails'],
    ['token.claims["one"] in token.claims["numbers"]', 'true'],
    ['token.claims["one"] in token.claims["digits"]', 'fails'],
    ['[1] in token.claims["nested"]', 'true'],
    ['["1"] in token.claims["nested"]', 'fails'],
    ['token.claims["absent"] in [1, 2]', 'false'],
    ['token.claims["absent"] in lists.names', 'false'],
    ['token.claims["absent"] in token.claims["other"]', 'false'],
    ['"level" in token.claims["device"]', 'true'],
    ['"other" in token.claims["device"]', 'false'],
    ['1 in token.claims["device"]', 'fails'],
    ['token.claims["one_text"] in {"1": "x"}', 'true'],
    ['token.claims["one_text"] in {1: "x"}', 'fails'],
    ['token.claims["one"] in {1: "x"}', 'true'],
    ['token.claims["one"] in {"1": "x"}', 'fails'],
    ['{1: "x"}[token.claims["one"]] == "x"', 'true'],
    ['{1: "x"}[token.claims["one_text"]] == "x"', 'fails'],
    ['token.claims["one_text"] in request.headers', 'false'],
    ['token.claims["one"] in request.headers', 'fails'],
    ['"one" in token.claims', 'true'],
    ['token.claims["one"] in token.claims', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST, LISTS)).toBe(verdict);
  });

  const MANY = Array.from({ length: 100 }, (_, at) => at);
  test.each<[string, readonly unknown[], string, Verdict]>([
    ['strings', MANY.map(String), '"99" in token.claims["many"]', 'true'],
    ['strings', MANY.map(String), '"x" in token.claims["many"]', 'false'],
    ['strings', MANY.map(String), '99 in token.claims["many"]', 'fails'],
    ['numbers', MANY, '99 in token.claims["many"]', 'true'],
    ['numbers', MANY, '99.0 in token.claims["many"]', 'true'],
    ['numbers', MANY, '99.5 in token.claims["many"]', 'false'],
    ['numbers', MANY, '"99" in token.claims["many"]', 'fails'],
    ['numbers and a string', [...MANY, 'x'], '"x" in token.claims["many"]', 'true'],
    ['numbers and a string', [...MANY, 'x'], '5 in token.claims["many"]', 'true'],
    ['numbers and a string', [...MANY, 'x'], '500 in token.claims["many"]', 'fails'],
    ['numbers and null', [...MANY, null], '500 in token.claims["many"]', 'false'],
    ['numbers and booleans', [...MANY, true], 'true in token.claims["many"]', 'true'],
    ['lists', MANY.map((at) => [at]), '[5] in token.claims["many"]', 'true'],
    ['lists', MANY.map((at) => [at]), '5 in token.claims["many"]', 'true'],
    ['lists', MANY.map((at) => [at]), '"5" in token.claims["many"]', 'fails'],
  ])('in a long list of %s', async (_, many, when, verdict) => {
    expect(await verdictOf(when, requestWithClaims({ many }))).toBe(verdict);
  });
});

describe('an order of values of different types fails the condition', () => {
  test.each<[string, Verdict]>([
    ['token.claims["one"] < 2', 'true'],
    ['token.claims["one"] < 1.5', 'true'],
    ['token.claims["one_text"] < 2', 'fails'],
    ['token.claims["one_text"] >= token.claims["one"]', 'fails'],
    ['token.claims["absent"] < 2', 'fails'],
    ['timestamp(token.claims["time"]) < now.timestamp', 'false'],
    ['token.claims["one"] + 9223372036854775807 > 0', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST)).toBe(verdict);
  });
});

describe('arithmetic, lists and maps keep types', () => {
  test.each<[string, Verdict]>([
    ['token.claims["one"] / 2.0 == 0.5', 'true'],
    ['token.claims["half"] / 2.0 == 0.25', 'true'],
    ['token.claims["half"] * 2.0 == 1.0', 'true'],
    ['token.claims["half"] * 2 == 1', 'fails'],
    ['(token.claims["numbers"] + ["a"])[0] == "x"', 'fails'],
    ['(token.claims["numbers"] + ["a"]).exists(e, e == "x")', 'fails'],
    ['"x" in token.claims["numbers"] + ["a"]', 'fails'],
    ['"x" in ["a"] + token.claims["numbers"]', 'fails'],
    ['{"a": token.claims["one_text"]}["a"] == 1', 'fails'],
    ['[token.claims["one_text"]][0] == 1', 'fails'],
    ['[token.claims["one_text"]] == [1]', 'fails'],
    ['token.claims["digits"].map(d, d)[0] == 1', 'fails'],
    ['token.claims["digits"].map(d, d) == [1, 2]', 'fails'],
    ['-token.claims["half"] == -1', 'false'],
    ['optional.of(token.claims["one_text"]).orValue(1) == 1', 'fails'],
    ['optional.of(token.claims["one_text"]).value() == 1', 'fails'],
    ['bytes("{\\"a\\": \\"1\\"}" + request.params["none"]).json().a == 1', 'fails'],
    ['bytes("{\\"a\\": 1}" + request.params["none"]).json().a == 1', 'true'],
    ['token.claims["one"] - 0.5 == token.claims["half"]', 'true'],
    ['token.claims["half"] + token.claims["one"] == 1.5', 'true'],
    ['1.5 + token.claims["one"] == 2.5', 'true'],
    ['token.claims["one"] / 2 == 0', 'true'],
    ['token.claims["one_text"] * 2.0 == 2.0', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST)).toBe(verdict);
  });
});

describe('the other operand of && and || may still decide', () => {
  test.each<[string, Verdict]>([
    ['token.claims["one_text"] == 1 && request.grant == "none"', 'false'],
    ['token.claims["one_text"] == 1 && request.grant == "authorization_code"', 'fails'],
    ['token.claims["one_text"] == 1 || request.grant == "authorization_code"', 'true'],
    ['token.claims["one_text"] == 1 || request.grant == "none"', 'fails'],
    ['token.claims["digits"].exists(d, d == 1)', 'fails'],
    ['token.claims["mixed"].exists(d, d == 2)', 'true'],
    ['token.claims["mixed"].exists(d, d == 3)', 'fails'],
    ['token.claims["mixed"].all(d, d == 3)', 'false'],
    ['token.claims["digits"].all(d, d != 3)', 'fails'],
    ['token.claims["digits"].filter(d, d == 1).size() == 0', 'fails'],
    ['token.claims["mixed"].exists_one(d, d == 2)', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST)).toBe(verdict);
  });
});

describe('headers and parameters are strings: a comparison with another type is rejected', () => {
  test.each([
    'request.headers["x-level"] == 1',
    'request.params.level == 1',
    'request.params["level"] in [1, 2]',
    '1 in request.params["levels"]',
    '"admin" in request.params["roles"]',
    'request.headers["x-level"] > 3',
    'request.params["roles"].exists(r, r == "admin")',
    'request.headers["x-level"]',
  ])('%s', (when) => {
    expect(issuesIn(policyText(rule('one', when, '{ deny: No }')))).toHaveLength(1);
  });

  test.each<[string, Verdict]>([
    ['request.params["device"] == "003ef4a768182ba1ece32cb"', 'true'],
    ['int(request.params["device"].substring(0, 3)) == 3', 'true'],
    ['request.params[token.claims["one_text"]] == ""', 'true'],
    ['request.params[token.claims["one"]] == ""', 'fails'],
    ['request.headers["x-none"].size() == 0', 'true'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST)).toBe(verdict);
  });
});

describe('rejects comparisons of types that always differ', () => {
  test.each([
    'dyn("1") == 1',
    'dyn("1") in [1, 2]',
    '["1", "2"].exists(d, dyn(d) == 1)',
    'token.claims["one"] == now.timestamp',
    'token.claims["one"] == b"1"',
  ])('%s', (when) => {
    expect(issuesIn(policyText(rule('one', when, '{ deny: No }')))).toHaveLength(1);
  });
});

test('lowerAscii and upperAscii change only ASCII letters', async () => {
  const request = requestWithClaims({ it: '\u212aP Straße \u0130I' });
  expect(
    await verdictOf('token.claims.it.lowerAscii() == "\\u212ap straße \\u0130i"', request),
  ).toBe('true');
  expect(
    await verdictOf('token.claims.it.upperAscii() == "\\u212aP STRAßE \\u0130I"', request),
  ).toBe('true');
});
