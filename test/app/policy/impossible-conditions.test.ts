import { decideBy } from '../../support/decide.ts';
import { issuesIn, policyText, rule } from '../../support/policies.ts';

const LISTS = `lists:
  strings: [b, a, b]
  numbers: [3, 1]
  networks: [10.0.0.0/8]
  nobody: []`;

const issuesOf = (when: string) =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), LISTS)).map((issue) =>
    issue.replace('policy.yaml:10: rule "one", when: ', ''),
  );

describe('a condition that passes the type checker but cannot work is an issue', () => {
  test.each<[string, RegExp]>([
    ['cel.bind(a, address, a.within("nope"))', /^within\("nope"\) refers to an unknown list/],
    ['[address].exists(a, a.within("nope"))', /^within\("nope"\) refers to an unknown list/],
    ['{"a": address}.a.within("nope")', /^within\("nope"\) refers to an unknown list/],
    ['address.within("net" + "work")', /^within\("network"\) refers to an unknown list/],
    [
      'cel.bind(a, address, a.within(request.grant))',
      /^within expects the name of a list or feed in quotes/,
    ],
    ['token.claims["x"].within("networks")', /^a value of type dyn has no method within\(\)/],
    ['token.claims["x"].getHours() == 3', /^a value of type dyn has no method getHours\(\)/],
    ['token.claims["x"].contains(1)', /^contains\(\) expects string, got int/],
    ['token.claims["x"].hasValue()', /^a value of type dyn has no method hasValue\(\)/],
    ['token.claims["x"] < now.timestamp', /convert the other operand, e\.g\. timestamp\(/],
    ['token.claims["x"] == bytes("a")', /convert the other operand with bytes\(…\)/],
    [
      'now.timestamp in [token.claims["x"]]',
      /^a value of type dyn is never a google\.protobuf\.Timestamp/,
    ],
    ['token.claims["x"] + 1u == 2u', /^a value of type dyn is never a uint/],
    ['token.claims["x"][true] == 1', /^a claim has no keys of type bool/],
    ['geo in [geo]', /^values of type Geo cannot be compared/],
    ['[address] == [address]', /^values of type Address cannot be compared/],
    ['{"a": user} == {"a": user}', /^values of type User cannot be compared/],
    ['geo.?city in [geo.?city]', /^values of type optional<string> cannot be compared/],
    ['now.timestamp.year == 2026', /^a value of type google\.protobuf\.Timestamp has no fields/],
    ['organization[request.grant] == "x"', /^a field of Organization must be accessed by name/],
    ['has(geo.contry)', /^unknown field contry/],
    ['geo.?contry.hasValue()', /^unknown field contry/],
    ['has(geo.country.code)', /^has\(\) expects a single field/],
    [
      'cel.bind(r, request, has(r.grant))',
      /^has\(\) is for fields of address, geo, network, anonymizer and abuse/,
    ],
    ['request.headers.?x.orValue("d") == "d"', /^request\.headers\.x is never absent/],
    ['request.headers[?"x"].orValue("d") == "d"', /^request\.headers\.x is never absent/],
    ['request.params[?"x"].orValue("d") == "d"', /^request\.params\.x is never absent/],
    ['token.claims.?x.orValue("d") == "d"', /^token\.claims\.x is never absent/],
    [
      '{"constructor": request.grant}["constructor"] == "x"',
      /^a map cannot have the key "constructor"/,
    ],
    ['{1: request.grant}.exists(k, k == 1)', /^a loop over a map requires keys of type string/],
    ['{1: request.grant}["1"] == "x"', /^a map with keys of type int has no key of type string/],
    [
      '{1.5: request.grant}[1.5] == "x"',
      /^the keys of a map must be of type string, int, uint or bool/,
    ],
    [
      'dyn(now.timestamp) == now.timestamp',
      /cannot be used as a value of type dyn|is never a google/,
    ],
    [
      '(bytes(request.grant) + bytes("x")).json().a == 1',
      /^json\(\) requires bytes that were made from a string/,
    ],
    ['lists.nobody[0] == "a"', /^lists\.nobody is empty/],
    ['lists.nobody[now.weekday] == "a"', /^lists\.nobody is empty/],
    ['lists.strings[2] == "a"', /^lists\.strings\[2\] does not exist: the list has 2 entries/],
    ['cel.bind(l, lists, "a" in l["strings"])', /^write lists\.name, not lists\["name"\]/],
    ['lists.numbers.join(",") == "3,1"', /no matching overload|incompatible types/],
    ['address.value == "2001:DB8::1"', /write "2001:db8::1"/],
    ['address.value == "10.0.0.0/8"', /for a network, write address\.within\("list"\)/],
    ['lists.networks.exists(n, n == address.value)', /^write address\.within\("networks"\)/],
  ])('%s', (when, sentence) => {
    const [first, ...more] = issuesOf(when);
    expect(first).toMatch(sentence);
    // The type of an operand may be wrong for two reasons.
    expect(more.length).toBeLessThan(2);
  });
});

describe('every operation works on a list of the policy, in the order of the file', () => {
  test.each([
    'lists.strings.join(",") == "b,a"',
    'lists.strings.join() == "ba"',
    'lists.strings[0] == "b" && lists.strings[1] == "a"',
    'lists.strings[?5].orValue("none") == "none"',
    'size(lists.strings) == 2 && lists.strings.size() == 2',
    'lists.strings + ["c"] == ["b", "a", "c"]',
    '["c"] + lists.strings == ["c", "b", "a"]',
    'lists.strings + lists.strings == ["b", "a", "b", "a"]',
    'lists.strings == ["b", "a"]',
    'lists.strings != ["a", "b"]',
    'lists.numbers == [3, 1]',
    'lists.numbers[1] + 1 == 2',
    'lists.nobody + ["a"] == ["a"]',
    'size(lists.nobody) == 0',
    'lists.strings.exists(t, t == "a")',
    'lists.strings.all(t, t in ["a", "b"])',
    'lists.strings.exists_one(t, t == "a")',
    'lists.strings.filter(t, t != "b") == ["a"]',
    'lists.strings.map(t, t + t) == ["bb", "aa"]',
    'lists.strings.map(t, t != "b", t) == ["a"]',
    'cel.bind(all, lists.strings + ["c"], "c" in all)',
    '{"k": lists.strings}.k.join("-") == "b-a"',
    '(now.hour >= 0 ? lists.strings : []).join(",") == "b,a"',
    'type(lists.strings) == list',
    '"a" in lists.strings && !("c" in lists.strings)',
    'lists.strings in [["b", "a"]]',
    'cel.bind(a, address, a.within("networks"))',
    '[address].exists(a, a.within("networks"))',
  ])('%s', async (when) => {
    const decision = await decideBy(policyText(rule('one', when, '{ deny: No }'), LISTS), {
      address: '10.1.2.3',
    });
    expect(decision).toMatchObject({ outcome: 'refuse', failed: [], unknown: [] });
  });

  test('no operation sees an expired entry', async () => {
    const text = policyText(
      rule('one', 'lists.it.join(",") == "a" && lists.it + ["c"] == ["a", "c"]', '{ deny: No }'),
      'lists: { it: [a, { value: b, until: 2026-01-04 }] }',
    );
    expect((await decideBy(text)).outcome).toBe('refuse');
    expect((await decideBy(text, { now: Date.UTC(2026, 0, 4) })).outcome).toBe('issue');
  });

  test('a claim can be set to a list of the policy', async () => {
    const text = policyText(
      rule('one', true, "{ claims: { set: { all: '${lists.strings}' } } }"),
      LISTS,
    );
    const [operation] = (await decideBy(text)).operations;
    expect(operation).toMatchObject({ value: { name: 'all', value: ['b', 'a'] } });
  });
});
