import { issuesIn, policyText, rule } from '../../support/policies.ts';

const COUNTRY = 'geo.country in lists.it';
const NETWORK = 'address.within("it")';
const PLAIN = 'request.client_id in lists.it';

const issuesOf = (list: string, when: string) =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), `version: 1\nlists:\n  it: ${list}`));

const NO_CIDR = 'is not a valid CIDR; write 10.0.0.0/8, 2001:db8::/32 or one address.';
const NO_COUNTRY = 'is not an ISO 3166-1 alpha-2 country code; write';
const NO_ENTRY =
  'must be a string, an integer or { value, until, owner, note }, with until a date such as 2027-01-31.';

describe('an invalid list is reported with its line', () => {
  test.each<[string, string, string, string]>([
    [
      'a CIDR with host bits',
      '[10.0.0.1/8]',
      NETWORK,
      '.0: "10.0.0.1/8" has bits set below its prefix; write 10.0.0.0/8 for the network, or 10.0.0.1 for the address.',
    ],
    [
      'an IPv6 CIDR with host bits',
      '["2001:db8:0:8001::1/49"]',
      NETWORK,
      '.0: "2001:db8:0:8001::1/49" has bits set below its prefix; write 2001:db8:0:8000::/49 for the network, or 2001:db8:0:8001::1 for the address.',
    ],
    ['a network mask', '[10.0.0.0/255.0.0.0]', NETWORK, `.0: "10.0.0.0/255.0.0.0" ${NO_CIDR}`],
    ['a prefix that is too long', '[10.0.0.0/33]', NETWORK, `.0: "10.0.0.0/33" ${NO_CIDR}`],
    ['a name in place of a CIDR', '[192.0.2.1, office]', NETWORK, `.1: "office" ${NO_CIDR}`],
    ['a number in place of a CIDR', '[64500]', NETWORK, `.0: "64500" ${NO_CIDR}`],
    ['an invalid CIDR with an owner', '[{ value: 10.1, owner: ops }]', NETWORK, `.0: ${NO_ENTRY}`],
    ['an invalid country', '[KP, UK]', COUNTRY, `.1: "UK" ${NO_COUNTRY} "GB".`],
    ['a country in small letters', '[kp]', COUNTRY, `.0: "kp" ${NO_COUNTRY} "KP".`],
    ['an alpha-3 code', '[PRK]', COUNTRY, `.0: "PRK" ${NO_COUNTRY} "KP".`],
    [
      'a list of addresses and countries both',
      '[KP]',
      `${NETWORK} || ${COUNTRY}`,
      ': is used both for addresses and for countries; split it into two lists.',
    ],
    [
      'a list that mixes strings and numbers',
      '[a, 1]',
      PLAIN,
      ': mixes strings and numbers; quote the numbers or remove the strings.',
    ],
    ['a fraction', '[1.5]', PLAIN, `.0: ${NO_ENTRY}`],
    ['a boolean', '[true]', PLAIN, `.0: ${NO_ENTRY}`],
    ['null', '[a, null]', PLAIN, `.1: ${NO_ENTRY}`],
    ['an entry without a value', '[{ until: 2027-01-01 }]', PLAIN, `.0: ${NO_ENTRY}`],
    [
      'an entry with an unknown key',
      '[{ value: a, untl: 2027-01-01 }]',
      PLAIN,
      '.0.untl: is not a known key; did you mean until?',
    ],
    [
      'a day that no month has',
      '[{ value: a, until: 2027-02-29 }]',
      PLAIN,
      '.0.until: must be a date such as 2027-01-31.',
    ],
    [
      'a date that is not ISO 8601',
      '[{ value: a, until: tomorrow }]',
      PLAIN,
      '.0.until: must be a date such as 2027-01-31.',
    ],
    [
      'a moment in place of a date',
      '[{ value: a, until: "2027-01-01T00:00:00Z" }]',
      PLAIN,
      '.0.until: must be a date such as 2027-01-31.',
    ],
    ['a string instead of a list', 'KP', PLAIN, ': must be a list, not "KP".'],
  ])('%s', (_, list, when, sentence) => {
    expect(issuesOf(list, when)).toEqual([`policy.yaml:3: lists.it${sentence}`]);
  });

  test.each([
    ['a hyphen', 'trusted-networks', 'a list name must consist of letters, digits and _.'],
    ['a property of every object', 'constructor', 'is reserved; choose another name.'],
    ['the name of the prototype', '__proto__', 'is reserved; choose another name.'],
  ])('a list name that is %s', (_, name, sentence) => {
    const text = policyText(
      rule('one', true, '{ deny: No }'),
      `version: 1\nlists:\n  ${name}: [a]`,
    );
    expect(issuesIn(text)).toEqual([`policy.yaml:3: lists.${name}: ${sentence}`]);
  });

  test('reports the line of the entry', () => {
    const list =
      '\n    - KP\n    - value: IR\n      note: since May\n    - value: RUS\n      owner: ops';
    expect(issuesOf(list, COUNTRY)).toEqual([
      `policy.yaml:7: lists.it.2: "RUS" ${NO_COUNTRY} "RU".`,
    ]);
  });

  test('checks a list that only a template uses', () => {
    const deny = `{ deny: "Seen \${address.within('it')} here" }`;
    const text = policyText(rule('one', true, deny), 'version: 1\nlists:\n  it: [office]');
    expect(issuesIn(text)).toEqual([`policy.yaml:3: lists.it.0: "office" ${NO_CIDR}`]);
  });
});

describe('a valid list loads', () => {
  test.each([
    [
      'single addresses and blocks',
      '[192.0.2.1, 10.0.0.0/8, "2001:db8::/32", "2001:db8::1"]',
      NETWORK,
    ],
    ['a country that older YAML took for false', '[NO]', COUNTRY],
    [
      'a country with owner, note and date',
      '[{ value: KP, until: 2028-02-29, owner: ops, note: "why" }]',
      COUNTRY,
    ],
    [
      'strings that look like a CIDR or a country but are not used as one',
      '[10.0.0.1/8, UK]',
      PLAIN,
    ],
    ['numbers', '[64500, { value: 64501, until: 2027-01-01 }]', 'geo.asn in lists.it'],
    ['quoted numbers, as strings', '["007", "64500"]', PLAIN],
  ])('%s', (_, list, when) => {
    expect(issuesOf(list, when)).toEqual([]);
  });
});
