import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const LISTS = `lists:
  countries: [KP, IR]
  networks: [10.0.0.0/8]
  asns: [64500]
  nobody: []`;

const issuesOf = (when: string) => issuesIn(policyText(rule('one', when, '{ deny: No }'), LISTS));

describe('reports an issue in a condition with its rule and line', () => {
  test.each<[string, string, string]>([
    ['an empty condition', ' ', 'an expression must not be empty.'],
    [
      'a misspelt variable',
      'abus.score > 3',
      'unknown variable abus (in: abus.score > 3); did you mean abuse?',
    ],
    [
      'a misspelt field',
      'abuse.scor > 3',
      'unknown field scor (in: abuse.scor > 3); did you mean score?',
    ],
    [
      'a misspelt nested field',
      'user.organization.nam == "x"',
      'unknown field nam (in: user.organization.nam == "x"); did you mean name?',
    ],
    [
      'a number compared with a string',
      'abuse.score >= "75"',
      'incompatible types: int >= string; write the number without quotes: 75 (in: abuse.score >= "75").',
    ],
    [
      'a string compared with a number',
      'request.grant == 3',
      'incompatible types: string == int (in: request.grant == 3).',
    ],
    [
      'a boolean compared with a string',
      'address.public == "yes"',
      'incompatible types: bool == string (in: address.public == "yes").',
    ],
    [
      'an incomplete condition',
      'abuse.score >=',
      'the expression is incomplete (in: abuse.score >=).',
    ],
    [
      'a single equals sign',
      'request.grant = "x"',
      'Unexpected character: =; write == to compare (in: request.grant = "x").',
    ],
    [
      'a number as a condition',
      'abuse.score',
      'a condition must be true or false, not int; compare it (in: abuse.score).',
    ],
    [
      'a claim as a condition, which may have any type',
      'token.claims.admin',
      'a condition must be true or false, not dyn; compare it, e.g. with == true (in: token.claims.admin).',
    ],
    [
      'an unknown list',
      'geo.country in lists.countrys',
      'unknown field countrys (in: geo.country in lists.countrys); did you mean countries?',
    ],
    [
      'an unknown list of networks',
      'address.within("network")',
      'within("network") refers to an unknown list or feed; did you mean "networks"?',
    ],
    [
      'a list whose name is computed',
      'address.within(request.grant)',
      'within expects the name of a list or feed in quotes, e.g. within("trusted_networks").',
    ],
    [
      'a list by index',
      'geo.country in lists["countries"]',
      'write lists.name, not lists["name"].',
    ],
    ['a field by index', 'geo["country"] == "KP"', 'write geo.name, not geo["name"].'],
    [
      'an address in a plain list',
      'address.value in lists.countries',
      'write address.within("countries"): it supports CIDRs, and addresses in any notation.',
    ],
    [
      'a string in a list of numbers',
      'geo.country in lists.asns',
      'incompatible types: string in list<int> (in: geo.country in lists.asns).',
    ],
    [
      'a number in a list of strings',
      'geo.asn in lists.countries',
      'incompatible types: int in list<string> (in: geo.asn in lists.countries).',
    ],
    [
      'a score as a share of 1',
      'abuse.score >= 0.75',
      'abuse.score >= 0.75 compares a whole number from 0 to 100 with a share of 1; write 75.',
    ],
    [
      'a share of 1 on the left',
      '0.5 < abuse.score',
      'abuse.score > 0.5 compares a whole number from 0 to 100 with a share of 1; write 50.',
    ],
    [
      'an unknown country',
      'geo.country == "UK"',
      '"UK" is not an ISO 3166-1 alpha-2 country code; write "GB".',
    ],
    [
      'an unknown country, on the left',
      '"UK" == geo.country',
      '"UK" is not an ISO 3166-1 alpha-2 country code; write "GB".',
    ],
    [
      'a country in lower case',
      'geo.country != "kp"',
      '"kp" is not an ISO 3166-1 alpha-2 country code; write "KP".',
    ],
    [
      'an unknown country, among others',
      'geo.country in ["KP", "EU"]',
      '"EU" is not an ISO 3166-1 alpha-2 country code; compare geo.continent with "EU".',
    ],
    [
      'an unknown country, in a part of the condition',
      'request.grant == "x" || !(geo.country in ["ZZ"])',
      '"ZZ" is not an ISO 3166-1 alpha-2 country code; write two capital letters such as KP.',
    ],
    [
      'has() of a field that is never absent',
      'has(request.headers.x)',
      expect.stringMatching(
        /^has\(\) is for fields of address, geo, network, anonymizer and abuse;/,
      ) as unknown as string,
    ],
  ])('%s', (_, when, sentence) => {
    const issues = issuesOf(when).map((issue) => {
      const location = 'policy.yaml:10: rule "one", when: ';
      return issue.startsWith(location) ? issue.slice(location.length) : issue;
    });
    expect(issues).toEqual([sentence]);
  });
});

describe('accepts a valid condition', () => {
  test.each([
    ['an empty list of strings', 'geo.country in lists.nobody'],
    ['an empty list of numbers', 'geo.asn in lists.nobody'],
    ['an empty list of addresses', 'address.within("nobody")'],
    ['a country compared with the empty string', 'geo.country != ""'],
    ['Norway, which YAML 1.1 reads as false', 'geo.country in ["NO"]'],
    ['Kosovo', 'geo.country == "XK"'],
    ['a score compared with a double', 'abuse.score > 74.5'],
    ['a claim compared with true', 'token.claims.admin == true'],
    ['a timestamp', 'now.timestamp < timestamp("2027-01-01T00:00:00Z")'],
    ['a header by name', 'request.headers["x-risk"].startsWith("high")'],
    ['a scope among the granted ones', 'token.scopes.exists(scope, scope.startsWith("internal_"))'],
  ])('%s', (_, when) => {
    expect(issuesOf(when)).toEqual([]);
  });
});

describe('suggests CEL syntax for the syntax of other languages', () => {
  test.each<[string, string]>([
    ['abuse.score > 5 and abuse.tor', 'unexpected "and"; write && for "and"'],
    ['abuse.score > 5 OR abuse.tor', 'unexpected "OR"; write || for "or"'],
    ['not address.public', 'unexpected "address"; write ! or != for "not"'],
    ['abuse.score not in [5]', 'unexpected "not"; write ! or != for "not"'],
    ['geo.country IN ["KP"]', 'unexpected "IN"; write in'],
    ['abuse.score between 1 and 5', 'unexpected "between"; CEL has no such keyword'],
    ['geo.country = "KP"', 'Unexpected character: =; write == to compare'],
    ['geo.country <> "KP"', 'unexpected <>; write !='],
    [
      'geo.country == null',
      'incompatible types: string == null; write !has(…) to test whether a field has no value',
    ],
    ['abuse.score > "75"', 'incompatible types: int > string; write the number without quotes: 75'],
    [
      'network.asn == "AS64496"',
      'incompatible types: int == string; write the number without quotes: 64496',
    ],
    ['abuse.score == 75.5', 'incompatible types: int == double; write a whole number'],
    [
      'contains(request.client_id, "a")',
      "found no matching overload for 'contains(string, string)'; write it behind a value: value.contains(…)",
    ],
    ['abuse.score => 5', 'Unexpected character: =; write >='],
    ['abuse.tor & abuse.stale', 'Unexpected character: &; write && for "and"'],
    ['geo.country == “KP”', 'Unexpected character: “; write straight quotes: "…"'],
    ['abuse.tor # often', 'Unexpected character: #; comments in CEL begin with //'],
    ['${abuse.tor}', 'Unexpected character: $; use ${…} only in texts; a condition is already CEL'],
    [
      'token.scopes.contains("a")',
      `found no matching overload for 'list.contains(string)'; write "x" in the list`,
    ],
    [
      'token.scopes.length > 1',
      `List index must be int, got 'string'; it has no fields; for its length, write size(…)`,
    ],
    [
      'request.grant.toLowerCase() == "x"',
      `found no matching overload for 'string.toLowerCase()'; write lowerAscii()`,
    ],
    [
      'address.within(lists.networks)',
      `found no matching overload for 'Address.within(list<string>)'; write the name of the list in quotes, e.g. within("trusted_networks")`,
    ],
  ])('%s', (when, sentence) => {
    expect(issuesOf(when)).toEqual([
      `policy.yaml:10: rule "one", when: ${sentence} (in: ${when}).`,
    ]);
  });

  test('shows only the part around the issue of a long condition', () => {
    const [sentence = ''] = issuesOf(
      `${'request.grant != "password" && '.repeat(40)}abuse.tor and ${'abuse.stale && '.repeat(40)}true`,
    );
    expect(sentence).toContain('abuse.tor and abuse.stale');
    expect(sentence.length).toBeLessThan(400);
  });
});
