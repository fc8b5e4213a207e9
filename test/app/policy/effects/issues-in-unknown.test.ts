import { decideBy } from '../../../support/decide.ts';
import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const issuesOf = (unknown: string, when = 'abuse.score > 3 && geo.country == "KP"') =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), `unknown: ${unknown}`));

const REPUTATION = 'private, reserved, quota, budget, auth, timeout, upstream, invalid, pending';
const ENTRY = 'must be ignore or an effect, e.g. { lifetime: 5m }.';

describe('a signal that a rule uses must have an entry', () => {
  const REFUSALS: Readonly<Record<string, string>> = {
    address: '{ deny: Access token issuance is blocked because the client address is unknown. }',
    geo: '{ deny: Access token issuance is blocked because your region is unknown. }',
    reputation:
      '{ deny: Access token issuance is blocked because the reputation of your address is unknown. }',
  };
  const needs = (name: string) => {
    const [signal = ''] = name.split(' ');
    return `policy.yaml:2: unknown: rule "one" needs ${name}, so an entry must specify what happens when it is unknown, e.g. ${signal}: ${REFUSALS[signal]}.`;
  };
  const needsAddress = needs(
    'address (geo, network, anonymizer, feeds and reputation depend on the address)',
  );

  test.each<[string, string, string, string[]]>([
    ['address', 'address.public', '{ geo: ignore }', [needsAddress]],
    ['geo', 'geo.country == "KP"', '{ address: ignore }', [needs('geo')]],
    [
      'geo, and the address behind it',
      'geo.country == "KP"',
      '{ reputation: ignore }',
      [needsAddress, needs('geo')],
    ],
    ['reputation', 'abuse.score > 3', '{ address: ignore }', [needs('reputation')]],
    [
      'reputation, and the address behind it',
      'abuse.stale',
      '{ geo: ignore }',
      [needsAddress, needs('reputation')],
    ],
    ['the address behind geo alone', 'has(geo.city)', '{ geo: ignore }', [needsAddress]],
    [
      'all three',
      'abuse.score > 3 || geo.asn == 1',
      '{}',
      [needsAddress, needs('geo'), needs('reputation')],
    ],
  ])('%s', (_, when, unknown, sentences) => {
    expect(issuesOf(unknown, when)).toEqual(sentences);
  });

  test.each(Object.entries(REFUSALS))(
    'the suggested entry for %s loads and refuses',
    async (signal, entry) => {
      const when = { address: 'address.public', geo: 'geo.asn == 1', reputation: 'abuse.tor' }[
        signal
      ];
      const entries = { address: '{ deny: No }', geo: '{ deny: No }', [signal]: entry };
      const lines = Object.entries(entries).map(([name, one]) => `  ${name}: ${one}`);
      const text = policyText(
        rule('one', String(when), '{ deny: No }'),
        `unknown:\n${lines.join('\n')}`,
      );
      const unknown = { address: 'missing', geo: 'database', reputation: 'quota' }[signal];
      const decision = await decideBy(text, { [signal]: unknown });
      expect(decision).toMatchObject({ outcome: 'refuse', matched: [`unknown.${signal}`] });
    },
  );

  test.each([
    ['a refusal', `{ deny: "From \${geo.country}" }`],
    ['a claim', `{ claims: { set: { country: "\${geo.country}" } } }`],
    ['a claim with a list of strings', `{ claims: { set: { seen: ["\${geo.country}"] } } }`],
  ])('also if only the template of %s uses it', (_, then) => {
    const text = policyText(rule('one', true, then), 'unknown: { address: ignore }');
    expect(issuesIn(text)).toEqual([needs('geo')]);
  });

  test('names the first rule that uses the signal', () => {
    const rules =
      rule('first', 'geo.country == "KP"', '{ deny: No }') +
      rule('one', 'abuse.score > 3', '{ deny: No }') +
      rule('two', 'abuse.score > 4', '{ deny: No }');
    expect(issuesIn(policyText(rules, 'unknown: { address: ignore, geo: ignore }'))).toEqual([
      needs('reputation'),
    ]);
  });

  test('no entry is needed if no rule uses a signal', () => {
    expect(issuesOf('{}', 'request.grant == "password"')).toEqual([]);
    expect(issuesIn('version: 1\nrules: []\n')).toEqual([]);
  });
});

describe('an invalid entry is reported with its line', () => {
  const all = (entries: string) =>
    `{ address: ignore, geo: ignore, reputation: ignore, ${entries} }`;
  const one = (name: string, entry: string) => {
    const others = ['address', 'geo', 'reputation'].filter((other) => other !== name);
    return `{ ${others.map((other) => `${other}: ignore`).join(', ')}, ${name}: ${entry} }`;
  };

  test.each<[string, string, string]>([
    [
      'an unknown signal name',
      all('weather: ignore'),
      '.weather: is not a signal; the signals are address, geo, network, anonymizer, feeds, reputation.',
    ],
    ['a string other than ignore', one('geo', 'skip'), `.geo: ${ENTRY}`],
    ['null', one('geo', 'null'), `.geo: ${ENTRY}`],
    ['a list', one('geo', '[]'), `.geo: ${ENTRY}`],
    ['no effect', one('geo', '{}'), '.geo: needs an effect, e.g. { lifetime: 15m }.'],
    ['an unknown effect', one('geo', '{ shorten: 5m }'), '.geo.shorten: is not a known key.'],
    [
      'an invalid effect',
      one('geo', '{ lifetime: 0 }'),
      '.geo.lifetime: 0 is not a valid duration; write 90s, 15m, 1h or a number of seconds, above 0 and below 100 years.',
    ],
    [
      'an invalid description',
      one('address', '{ deny: "" }'),
      '.address.deny: a refusal needs a description: without one the client gets a 200 without a token.',
    ],
    [
      'an unknown cause',
      one('reputation', '{ default: ignore, outage: ignore }'),
      `.reputation.outage: is not a cause of an unknown reputation; the causes are ${REPUTATION}.`,
    ],
    [
      'a misspelt cause alone',
      one('reputation', '{ qouta: ignore }'),
      `.reputation.qouta: is not a cause of an unknown reputation; the causes are ${REPUTATION}; did you mean quota?`,
    ],
    [
      'a cause of another signal',
      one('geo', '{ default: ignore, quota: ignore }'),
      '.geo.quota: is not a cause of an unknown geo; the causes are private, reserved, not-found, database.',
    ],
    [
      'a cause of another signal for feeds',
      one('feeds', '{ default: ignore, quota: ignore }'),
      '.feeds.quota: is not a cause of an unknown feed; the causes are absent, expired.',
    ],
    [
      'an effect among causes',
      one('address', '{ default: ignore, lifetime: 5m }'),
      '.address.lifetime: is an effect next to causes; put it below default or below a cause.',
    ],
    [
      'unenforceable, which is for rules',
      one('address', '{ deny: "No", unenforceable: ignore }'),
      '.address.unenforceable: is not a known key.',
    ],
    [
      'some causes, without default',
      one(
        'reputation',
        '{ private: ignore, quota: ignore, auth: { lifetime: 5m }, upstream: ignore }',
      ),
      '.reputation: needs default, or entries for reserved, timeout, invalid.',
    ],
    ['an invalid string for a cause', one('geo', '{ default: refuse }'), `.geo.default: ${ENTRY}`],
    [
      'no effect for a cause',
      one('geo', '{ default: {} }'),
      '.geo.default: needs an effect, e.g. { lifetime: 15m }.',
    ],
    [
      'an invalid effect for a cause',
      one('geo', '{ default: ignore, database: { deny: "a, b" } }'),
      `.geo.database.deny: the identity server does not accept "," in a refusal; use letters, digits, spaces and - _ . ! ? ; : ' ( ) [ ].`,
    ],
  ])('%s', (_, unknown, sentence) => {
    expect(issuesOf(unknown)).toEqual([`policy.yaml:2: unknown${sentence}`]);
  });

  test.each([
    [
      'every cause, without default',
      '{ missing: ignore, malformed: ignore, ambiguous: { deny: No }, unsigned: { deny: No } }',
    ],
    ['only default', '{ default: ignore }'],
    ['one cause and default', '{ default: ignore, missing: { lifetime: 5m } }'],
  ])('%s is valid', (_, entry) => {
    expect(issuesOf(one('address', entry))).toEqual([]);
  });
});
