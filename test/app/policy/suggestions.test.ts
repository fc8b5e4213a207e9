import { checkPolicy } from '../../../app/src/policy/compile.ts';

/** Returns the first issue of a policy, as its suggestion and message. */
function firstIssue(text: string): { suggestion: string | undefined; message: string } {
  const [issue] = checkPolicy(text, 'policy.yaml').issues;
  return { suggestion: issue?.suggestion, message: issue?.message ?? '' };
}

function withCondition(when: string): string {
  return `version: 1
lists: { trusted_networks: [10.0.0.0/8], blocked: [KP] }
feeds: [tor-exits]
rules:
  - id: one
    when: '${when}'
    then: { deny: No }
unknown: { address: { deny: No }, geo: { deny: No }, network: { deny: No }, reputation: { deny: No }, feeds: { deny: No } }
`;
}

describe('in a condition, a misspelt', () => {
  test.each([
    ['variable', 'abus.score > 3', 'abuse'],
    ['variable, with letters swapped', 'goe.country == "KP"', 'geo'],
    ['variable, in capital letters', 'Geo.country == "KP"', 'geo'],
    ['variable of two words', 'reqest.grant == "password"', 'request'],
    ['field that is written as a variable', 'country == "KP"', 'geo.country'],
    ['list that is written as a variable', 'geo.country in blocked', 'lists.blocked'],
    ['field', 'abuse.scor > 3', 'score'],
    ['field, another one', 'geo.contry == "KP"', 'country'],
    ['field, with an addition', 'request.grant_type == "password"', 'grant'],
    ['field, in part', 'request.client == "a"', 'client_id'],
    ['field of another variable', 'abuse.country == "KP"', 'geo.country'],
    ['field in has', 'has(geo.contry)', 'country'],
    ['optional field', 'geo.?contry.orValue("") == "KP"', 'country'],
    ['list', 'geo.country in lists.blockd', 'blocked'],
    ['list of networks', 'address.within("trusted_network")', 'trusted_networks'],
    ['feed', 'address.within("tor-exit")', 'tor-exits'],
    ['method', 'request.client_id.startswith("a")', 'startsWith'],
    ['method, in snake case', 'request.client_id.ends_with("a")', 'endsWith'],
    ['country without quotes', 'geo.country == KP', '"KP"'],
    ['continent without quotes', 'geo.continent == EU', '"EU"'],
    ['constant', 'abuse.tor == True', 'true'],
    ['address', 'ip.within("trusted_networks")', 'address'],
    ['time', 'time.hour > 5', 'now'],
    ['function', 'timestmp("2027-01-01T00:00:00Z") > now.timestamp', 'timestamp'],
  ])('%s', (_, when, suggestion) => {
    expect(firstIssue(withCondition(when)).suggestion).toBe(suggestion);
  });

  test.each([
    'customer.name == "a"',
    'geo.xyz == "a"',
    'geo.country in lists.unrelated',
    'address.within("unrelated")',
    'request.client_id.encrypt() == "a"',
    'request.client_id.startsWith(1)',
  ])('name that resembles none has no suggestion: %s', (when) => {
    const { suggestion, message } = firstIssue(withCondition(when));
    expect(suggestion).toBeUndefined();
    expect(message).not.toContain('did you mean');
    expect(message).not.toBe('');
  });
});

describe('the name of a place becomes its code', () => {
  test.each([
    ['geo.continent == "Europe"', 'EU'],
    ['geo.continent == "eu"', 'EU'],
    ['geo.continent in ["north america"]', 'NA'],
    ['geo.continent == "South-America"', 'SA'],
    ['geo.country == "UK"', 'GB'],
    ['geo.country == "Germany"', 'DE'],
    ['geo.country == "germeny"', 'DE'],
    ['geo.country == "de"', 'DE'],
    ['geo.country == " DE"', 'DE'],
    ['geo.country in ["KP", "Iran"]', 'IR'],
    ['geo.country == "DEU"', 'DE'],
    ['geo.country == "usa"', 'US'],
    ['geo.country == "United States"', 'US'],
    ['geo.country == "North Korea"', 'KP'],
    ['geo.country == "Hong Kong"', 'HK'],
    ['geo.country == "Côte d’Ivoire"', 'CI'],
    ['geo.country == "Saint Lucia"', 'LC'],
    ['geo.country == "Turkey"', 'TR'],
    ['geo.country == "Türkiye"', 'TR'],
    ['geo.country == "Zimbabwe"', 'ZW'],
    ['geo.country == "ZWE"', 'ZW'],
    ['geo.country == "XKX"', 'XK'],
  ])('%s', (when, suggestion) => {
    const issue = firstIssue(withCondition(when));
    expect(issue.suggestion).toBe(suggestion);
    expect(issue.message).toContain(`; write "${suggestion}".`);
  });

  test('in a list', () => {
    const text = withCondition('geo.country in lists.blocked').replace('[KP]', '[KP, Germany]');
    expect(firstIssue(text)).toEqual({
      suggestion: 'DE',
      message: '"Germany" is not an ISO 3166-1 alpha-2 country code; write "DE".',
    });
  });

  test.each([
    ['geo.country == "EU"', 'compare geo.continent with "EU".'],
    ['geo.country == "Europe"', 'compare geo.continent with "EU".'],
    ['geo.continent == "DE"', 'compare geo.country with "DE".'],
    ['geo.continent == "Germany"', 'compare geo.country with "DE".'],
    ['geo.country == "ZZ"', 'write two capital letters such as KP.'],
    ['geo.country == ".*"', 'write two capital letters such as KP.'],
    ['geo.continent == "EMEA"', 'write one of AF, AN, AS, EU, NA, OC, SA.'],
  ])('another remedy: %s', (when, remedy) => {
    const issue = firstIssue(withCondition(when));
    expect(issue.suggestion).toBeUndefined();
    expect(issue.message).toContain(`; ${remedy}`);
  });
});

describe('a regular expression in a removal becomes a glob', () => {
  const removing = (name: string) =>
    `version: 1\nrules: [{ id: one, when: true, then: { scopes: { remove: ['${name}'] } } }]\n`;
  test.each([
    ['^admin.*$', 'admin*'],
    ['^admin', 'admin'],
    ['admin.*', undefined],
    ['.*', '*'],
    ['admin|root', undefined],
    ['[a-z]+', undefined],
    ['!admin', undefined],
    ['^(a|b)$', undefined],
  ])('%s', (name, suggestion) => {
    expect(firstIssue(removing(name)).suggestion).toBe(suggestion);
  });
});

describe('in the file, a misspelt', () => {
  const rule = 'rules: [{ id: one, when: true, then: { deny: No } }]';
  const ruleWith = (then: string, more = '') =>
    `version: 1\nrules: [{ id: one, when: true, then: ${then}${more} }]\n`;
  test.each([
    ['key', `version: 1\ntime_zone: UTC\n${rule}`, 'timezone'],
    ['key of a rule', ruleWith('{ deny: No }', ', mod: monitor'), 'mode'],
    ['effect', ruleWith('{ denny: No }'), 'deny'],
    ['effect of two words', ruleWith('{ refreshToken: { drop: true } }'), 'refresh_token'],
    ['part of an effect', ruleWith('{ scopes: { removes: [a] } }'), 'remove'],
    ['mode', `version: 1\nmode: enforced\n${rule}`, 'enforce'],
    ['signal', `version: 1\n${rule}\nunknown: { adress: ignore }`, 'address'],
    [
      'cause',
      `version: 1\n${rule}\nunknown: { reputation: { timout: ignore, default: ignore } }`,
      'timeout',
    ],
  ])('%s', (_, text, suggestion) => {
    const found = firstIssue(text);
    expect(found.suggestion).toBe(suggestion);
    expect(found.message).toMatch(new RegExp(`did you mean ${suggestion}\\?$`));
  });
});

test('the suggestion is in the message', () => {
  expect(firstIssue(withCondition('abuse.scor > 3')).message).toBe(
    'unknown field scor (in: abuse.scor > 3); did you mean score?',
  );
});
