import { PolicyError } from '../../../../../app/src/policy/file/issues.ts';
import { readCases } from '../../../../../app/tools/policy/cases/read.ts';

function issuesIn(text: string): readonly string[] {
  try {
    readCases(text, 'a.cases.yaml');
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.issues;
    throw error;
  }
}

const readOne = (given: string, expect = 'issue') =>
  issuesIn(`cases:\n  - { name: one, given: ${given}, expect: ${expect} }`);

describe('an issue has file, line, place and remedy', () => {
  const at = 'a.cases.yaml:2: case "one", ';
  test.each([
    ['{ countri: LK }', 'given.countri: is not a known key; did you mean country?'],
    [
      '{ country: lk }',
      'given.country: "lk" is not an ISO 3166-1 alpha-2 country code, such as LK.',
    ],
    [
      '{ continent: Europe }',
      'given.continent: "Europe" is not a continent; write AF, AN, AS, EU, NA, OC or SA.',
    ],
    ['{ score: 101 }', 'given.score: must be a whole number from 0 to 100.'],
    [
      '{ address: 1.2.3 }',
      'given.address: "1.2.3" is not an IP address; write one such as 205.210.31.51.',
    ],
    [
      '{ time: "24:00" }',
      'given.time: "24:00" is not a valid time; write "09:30", "Sun 09:30", 2026-01-31T09:30 (in the policy\'s time zone) or 2026-01-31T09:30:00Z.',
    ],
    [
      '{ time: 2026-02-30T10:00 }',
      'given.time: "2026-02-30T10:00" is not a valid time; write "09:30", "Sun 09:30", 2026-01-31T09:30 (in the policy\'s time zone) or 2026-01-31T09:30:00Z.',
    ],
    [
      '{ lifetime: 5 min }',
      'given.lifetime: "5 min" is not a valid lifetime; write 90s, 15m, 1h or a number of seconds, or unstated.',
    ],
    ['{ contract: 2.0 }', 'given.contract: must be 1.0, 1.1, 1.2 or 1.3.'],
    [
      '{ anonymizer: [vpm] }',
      'given.anonymizer: must be a list of what the address is, such as [vpn], or a mapping such as { vpn: true, tor: absent }; the names are vpn, tor, proxy, hosting, relay.',
    ],
    [
      '{ feeds: { tor: yes } }',
      'given.feeds: must have true, false, absent or expired for each feed.',
    ],
    [
      '{ headers: { a: 1 } }',
      'given.headers: must have a string, a list of strings, or null (absent) for each name; quote numbers.',
    ],
    [
      '{ unknown: { geo: quota } }',
      'given.unknown.geo: must be a cause, a list of causes, or any; the causes are private, reserved, not-found, database.',
    ],
    [
      '{ country: LK, geo: { country: LK } }',
      'given.country: is stated twice, also as geo.country; remove one of them.',
    ],
    [
      '{ score: 1, unknown: { reputation: quota } }',
      'given.unknown.reputation: is stated as unknown, and its fields are stated as well; remove one of them.',
    ],
    [
      '{ address: 8.8.8.8, unknown: { address: missing } }',
      'given.unknown.address: is stated as unknown, and as an address; remove one.',
    ],
    [
      '{ address: 10.0.0.1, score: 1 }',
      'given: the address 10.0.0.1 is private and is not looked up, so it cannot have abuse; state another address, or remove abuse.',
    ],
    [
      '{ request: a.json, grant: password }',
      'given.grant: has no effect beside request, whose file has the whole request; remove one of them.',
    ],
  ])('%s', (given, message) => {
    expect(readOne(given)).toEqual([at + message]);
  });

  test.each([
    ['refused', 'expect.outcome: must be issue, restrict or refuse; did you mean refuse?'],
    ['{ outcom: refuse }', 'expect.outcom: is not a known key; did you mean outcome?'],
    ['{}', 'expect: needs what the case expects, e.g. { outcome: refuse }.'],
    [
      '{ outcome: refuse, token: { lifetime: 5m } }',
      'expect: a refused token has no properties; remove token, or expect another outcome.',
    ],
    [
      '{ token: { lifetime: 5 } , unknown: [geo] }',
      'expect.unknown: must be a mapping of signals to causes, e.g. { reputation: quota }; {} for none.',
    ],
  ])('expect: %s', (expected, message) => {
    expect(readOne('{}', expected)).toEqual([at + message]);
  });

  test.each([
    ['', ['a.cases.yaml:1: the file is empty; write cases, e.g. as in docs/policy-tests.md.']],
    [
      'default: {}',
      [
        'a.cases.yaml:1: cases: is missing.',
        'a.cases.yaml:1: default: is not a known key; did you mean defaults?',
      ],
    ],
    [
      'cases: [{ name: a }]',
      [
        'a.cases.yaml:1: case "a", expect: is missing; state what the case expects, e.g. expect: refuse.',
      ],
    ],
    [
      'cases:\n  - { name: a, expect: issue }\n  - { name: a, expect: issue }',
      ['a.cases.yaml:3: case "a": another case has the name "a"; give this one a name of its own.'],
    ],
    [
      'cases:\n  - name: a\n    each:\n      - { score: 1, expect: issue }\n      - { scores: 1, expect: issue }',
      ['a.cases.yaml:5: case "a", row 2, scores: is not a known key; did you mean score?'],
    ],
    [
      'cases: [{ name: a, each: [] }]',
      ['a.cases.yaml:1: case "a", each: must have a row, e.g. - { score: 25 }.'],
    ],
    ['cases: [', [expect.stringMatching(/^a.cases.yaml:1: /)]],
  ])('%j', (text, issues) => {
    expect(issuesIn(text)).toEqual(issues);
  });
});

describe('defaults and tables', () => {
  const names = (text: string) =>
    readCases(text, 'a.cases.yaml').cases.map(({ name, line }) => `${line} ${name}`);

  test('a row is a case with its own line, named by its fields or its own name', () => {
    const text = `cases:
  - name: office hours
    expect: issue
    each:
      - { score: 25, time: "09:00" }
      - { name: night, score: 25 }`;
    expect(names(text)).toEqual(['5 office hours: score 25, time 09:00', '6 office hours: night']);
  });

  test('each cause is a case', () => {
    const text =
      'cases: [{ name: a, given: { unknown: { geo: [private, database], address: missing } }, expect: refuse }]';
    expect(names(text)).toEqual(['1 a (geo: private)', '1 a (geo: database)']);
    const any =
      'cases: [{ name: a, given: { unknown: { feeds: any, address: any } }, expect: refuse }]';
    expect(names(any)).toHaveLength(8);
  });

  const facts = (defaults: string, given: string) => {
    const text = `{ defaults: { given: ${defaults} }, cases: [{ name: a, given: ${given}, expect: issue }] }`;
    return readCases(text, 'a.cases.yaml').cases[0]?.facts;
  };

  test.each([
    [
      '{ score: 1, country: LK }',
      '{ score: 2 }',
      { known: { geo: { country: 'LK' }, abuse: { score: 2 } } },
    ],
    ['{ abuse: { tor: true } }', '{ score: 2 }', { known: { abuse: { tor: true, score: 2 } } }],
    [
      '{ score: 1 }',
      '{ unknown: { reputation: auth } }',
      { known: {}, causes: { reputation: ['auth'] } },
    ],
    [
      '{ unknown: { reputation: auth } }',
      '{ score: 1 }',
      { known: { abuse: { score: 1 } }, causes: {} },
    ],
    [
      '{ address: 8.8.8.8, score: 1 }',
      '{ unknown: { address: missing } }',
      { address: undefined, known: {} },
    ],
    [
      '{ address: 8.8.8.8, score: 1 }',
      '{ address: 10.0.0.1 }',
      { address: { value: '10.0.0.1' }, known: {} },
    ],
    ['{ unknown: { address: missing } }', '{ address: 8.8.8.8 }', { causes: {} }],
    ['{ feeds: [tor] }', '{ unknown: { feeds: absent } }', { feeds: undefined }],
    [
      '{ unknown: { feeds: absent } }',
      '{ feeds: [] }',
      { feeds: { named: {}, others: false }, causes: {} },
    ],
    [
      '{ claims: { a: 1, b: 2 } }',
      '{ claims: { b: null, c: 3 } }',
      { request: { claims: { a: 1, b: null, c: 3 } } },
    ],
    ['{ scopes: [a] }', '{ scopes: [b] }', { request: { scopes: ['b'] } }],
  ])('%s and %s', (defaults, given, expected) => {
    expect(facts(defaults, given)).toMatchObject(expected);
  });

  test('an expectation replaces single fields of the defaults', () => {
    const text = `{ defaults: { expect: { outcome: issue, token: { lifetime: 1h, id_token: true } } }, cases: [
      { name: a, expect: { token: { lifetime: 5m } } }, { name: b, expect: refuse }, { name: c } ] }`;
    expect(readCases(text, 'a.cases.yaml').cases.map(({ expect }) => expect)).toEqual([
      { outcome: 'issue', token: { lifetime: 300, id_token: true } },
      { outcome: 'refuse' },
      { outcome: 'issue', token: { lifetime: 3600, id_token: true } },
    ]);
  });
});
