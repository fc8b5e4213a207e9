import { decideBy } from '../../support/decide.ts';
import { requestWithClaims } from '../../support/payloads.ts';
import { issuesIn, policyText, rule } from '../../support/policies.ts';

const LISTS = `lists:
  a: [KP, IR]
  b: [RU]
  bad: [kp]
  continents: [EU]
  networks: [10.0.0.0/8]
  asns: [64500]
  nobody: []`;

const issuesOf = (when: string) =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), LISTS)).map((issue) =>
    issue.replace('policy.yaml:13: rule "one", when: ', ''),
  );

const NO_COUNTRY =
  /^(policy\.yaml:5: lists\.bad\.0: )?"(kp|ir|uk|EU)" is not an ISO 3166-1 alpha-2 country code; (write "(KP|IR|GB)"|compare geo\.continent with "EU")\.$/;

describe('a country code is checked wherever it can reach a comparison', () => {
  test.each([
    'geo.country in lists.bad + lists.b',
    'geo.country in (token.lifetime > 3 ? lists.bad : lists.b)',
    '["kp"].exists(c, c == geo.country)',
    '["kp"].exists(c, geo.country == c)',
    '!["kp"].all(c, geo.country != c)',
    '["kp"].filter(c, geo.country == c).size() > 0',
    '["kp"].map(c, c == geo.country)[0]',
    '["kp"].exists_one(c, c == geo.country)',
    '[geo.country].exists(c, c == "kp")',
    '[geo.country].exists(c, c in ["kp"])',
    '[geo.country].exists(c, c in lists.bad)',
    'lists.bad.exists(c, c == geo.country)',
    'geo.country in {"kp": 1}',
    '{"kp": 1}[geo.country] == 1',
    '{"kp": 1}[?geo.country].orValue(0) == 1',
    '{geo.country: 1}["kp"] == 1',
    '"kp" in {geo.country: 1}',
    'geo.?country.orValue("") == "kp"',
    'geo.?country.orValue("kp") == "KP"',
    'geo.?country.value() == "kp"',
    'dyn(geo.country) == "kp"',
    'string(geo.country) == "kp"',
    'geo.country == "k" + "p"',
    'optional.of(geo.country).or(optional.of("kp")).value() == "KP"',
    'optional.of("kp").value() == geo.country',
    'geo.country == {"a": request.grant, "b": "kp"}["b"]',
    '{"kp": 1, "IR": 2}.all(k, k != geo.country)',
    '{"x": ["kp"]}["x"].exists(c, c == geo.country)',
    '["kp"].map(c, {"c": c}).exists(m, m.c == geo.country)',
    'geo.country in ["KP"].map(c, c.lowerAscii())',
    '[["KP"], ["uk"]].exists(l, l.exists(c, c == geo.country))',
    'geo.country in dyn(lists.bad)',
    'lists.bad == [geo.country]',
    'lists.bad.filter(c, c == geo.country).size() == 1',
    '[lists.bad, lists.a].exists(l, geo.country in l)',
    'cel.bind(x, lists.bad, cel.bind(y, x, geo.country in y))',
    'cel.bind(x, {"l": lists.bad}, geo.country in x.l)',
    'lists.bad[now.weekday - now.weekday] == geo.country',
    'geo.country in {"a": {"kp": 1}}[request.grant]',
    '(has(geo.country) ? geo.country : "kp") in lists.a',
    'geo.country.trim() == "kp"',
    'geo.country == "kp".trim()',
    'geo.country in "KP,ir".split(",")',
    'geo.country == "KP".lowerAscii()',
    'cel.bind(c, geo.country, c == "kp")',
    'cel.bind(g, geo, g.country == "kp")',
    'cel.bind(l, ["kp"], geo.country in l)',
    'cel.bind(l, lists.bad, geo.country in l)',
    '[geo][0].country == "kp"',
    '[geo].exists(g, g.country == "kp")',
    '{"g": geo}.g.country == "kp"',
    '[geo.country] == ["kp"]',
    '{"c": geo.country} == {"c": "kp"}',
    '["kp"][0] == geo.country',
    'geo.country in (request.grant == "x" ? ["kp"] : ["KP"])',
    'geo.country == (request.grant == "x" ? "kp" : "KP")',
    'geo.country in ["KP"] + ["ir"]',
    '[["kp"]].exists(l, geo.country in l)',
    'geo.country == lists.bad[0]',
    'geo.country in dyn(["kp"])',
    'request.headers["x"] == "1" ? geo.country == "kp" : false',
    'geo.country == "KP" || geo.country == "uk"',
    '(geo.country) in (["KP", "EU"])',
    '["a", "b"].exists(k, {"a": "kp", "b": "IR"}[k] == geo.country)',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([expect.stringMatching(NO_COUNTRY)]);
  });

  test.each([
    ['a refusal', "{ deny: \"From ${geo.country == 'kp' ? 'there' : 'here'}\" }"],
    ['a claim', '{ claims: { set: { near: "${[\'kp\'].exists(c, c == geo.country)}" } } }'],
  ])('also in the template of %s', (_, then) => {
    expect(issuesIn(policyText(rule('one', true, then)))).toEqual([
      expect.stringContaining('"kp" is not an ISO 3166-1 alpha-2 country code'),
    ]);
  });
});

describe('a comparison that cannot be checked is an issue with a remedy', () => {
  test.each([
    'geo.country.lowerAscii() == "kp"',
    'geo.country.startsWith("k")',
    'geo.country.matches("^kp$")',
    '"kp ir".contains(geo.country)',
    'geo.country < "L"',
    'geo.country + "" == "kp"',
    'geo.country.substring(0, 2) == "kp"',
    '[geo.country].join("") == "kp"',
    'lists.a.map(c, c.lowerAscii()).exists(c, c == geo.country)',
    'lists.a == [geo.country.lowerAscii()]',
    '["K", "k"].exists(k, k + "P" == geo.country)',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([
      expect.stringMatching(
        /; write geo\.country == "KP", geo\.country in \["KP", "IR"\] or geo\.country in lists\.restricted_countries\.$/,
      ),
    ]);
  });
});

describe('a continent code is checked too', () => {
  test.each([
    ['geo.continent == "XX"', '"XX"'],
    ['geo.continent == "Europe"', '"Europe"'],
    ['geo.continent in ["eu"]', '"eu"'],
    ['geo.continent in lists.b', 'lists.b.0: "RU"'],
    ['["KP"].exists(c, c == geo.continent)', '"KP"'],
    ['{"KP": 1}[?geo.continent].orValue(0) == 1', '"KP"'],
  ])('%s', (when, place) => {
    expect(issuesOf(when)).toEqual([expect.stringContaining(`${place} is not a continent code; `)]);
  });

  test.each([
    'geo.continent.lowerAscii() == "eu"',
    'geo.continent.startsWith("E")',
    'geo.continent > "AS"',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([
      expect.stringMatching(
        /; write geo\.continent == "EU" or geo\.continent in \["EU", "NA"\], of AF, AN, AS, EU, NA, OC, SA\.$/,
      ),
    ]);
  });

  test('a list must not be used for both countries and continents', () => {
    expect(
      issuesOf('geo.country in lists.continents && geo.continent in lists.continents'),
    ).toEqual([
      'policy.yaml:6: lists.continents: is used both for countries and for continents; split it into two lists.',
    ]);
  });
});

describe('a valid comparison loads', () => {
  test.each([
    'geo.country in lists.a + lists.b',
    'geo.country in (token.lifetime > 3 ? lists.a : lists.b)',
    '["KP"].exists(c, c == geo.country)',
    'geo.country in {"KP": 1}',
    '{"KP": 1}[?geo.country].orValue(0) == 1',
    'geo.?country.orValue("") == ""',
    'geo.?country.orValue("none") == "none"',
    'geo.?country.orValue("none") in ["none", "KP"]',
    'geo.?country.orValue("XX") != "KP"',
    'geo.country == request.headers["x-country"]',
    'geo.country.lowerAscii() == request.params["country"]',
    'request.params["countries"].split(",").exists(c, c == geo.country)',
    'geo.country == token.claims["country"]',
    'geo.country in token.claims["countries"]',
    'token.claims.countries.exists(c, c == geo.country)',
    'geo.country != "KP" && request.headers["x"] != "none"',
    'cel.bind(c, request.headers["x-country"], c == geo.country && c != "none")',
    'geo.country in "KP,IR".split(",")',
    'geo.country == "kp".upperAscii()',
    'geo.country.upperAscii() == "KP"',
    'size(geo.country) == 2',
    'geo.country.size() == 2',
    'geo.organization.startsWith("Example")',
    'geo.continent == "EU"',
    'geo.continent in lists.continents',
    'geo.continent in ["EU", "NA"] && geo.country in lists.a',
    '[geo.country, geo.continent].exists(c, c == request.grant)',
    'cel.bind(c, geo.country, c in lists.a)',
    'geo.country in lists.nobody',
    'geo.country == (has(geo.city) ? "KP" : "IR")',
    'lists.a.exists(c, c == geo.country)',
    'lists.a.filter(c, c != "KP").exists(c, c == geo.country)',
    'geo.city in ["kp"]',
    '{"KP": "high", "IR": "low"}[?geo.country].orValue("none") == "high"',
    '["a", "b"].exists(k, {"a": "KP", "b": "IR"}[k] == geo.country)',
    'has(geo.country) && geo.country == "KP"',
    'geo.asn in lists.asns',
    '"KP" in [geo.country]',
    '"kp" == request.params["c"] && geo.country == "KP"',
    'request.headers["x"].contains(geo.country)',
    'request.params[geo.country] == "1"',
    'geo.country in request.params',
  ])('%s', (when) => {
    expect(issuesOf(when)).toEqual([]);
  });
});

describe('a valid comparison matches as written', () => {
  test.each<[string, string, boolean]>([
    ['geo.country in lists.a + lists.b', 'RU', true],
    ['geo.country in lists.a + lists.b', 'LK', false],
    ['geo.country in (token.lifetime > 3 ? lists.a : lists.b)', 'IR', true],
    ['["KP"].exists(c, c == geo.country)', 'KP', true],
    ['lists.a.exists(c, c == geo.country)', 'IR', true],
    ['{"KP": 1}[?geo.country].orValue(0) == 1', 'KP', true],
    ['{"KP": 1}[?geo.country].orValue(0) == 1', 'LK', false],
    ['geo.country in "KP,IR".split(",")', 'IR', true],
    ['geo.country == "kp".upperAscii()', 'KP', true],
    ['geo.country in lists.nobody', 'KP', false],
  ])('%s, from %s: %s', async (when, geo, expected) => {
    const decision = await decideBy(
      policyText(rule('one', when, '{ deny: No }'), `${LISTS.replace('[kp]', '[KP]')}`),
      { geo },
    );
    expect(decision).toMatchObject({ outcome: expected ? 'refuse' : 'issue', failed: [] });
  });

  test('a country code from the request is compared as is', async () => {
    const policy = policyText(
      rule('one', 'geo.country == token.claims["country"]', '{ deny: No }'),
    );
    const outcome = async (country: string) =>
      (await decideBy(policy, { geo: 'KP', request: requestWithClaims({ country }) })).outcome;
    expect(await outcome('KP')).toBe('refuse');
    expect(await outcome('kp')).toBe('issue');
  });
});
