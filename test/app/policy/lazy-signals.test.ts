import { decideBy, type Scenario } from '../../support/decide.ts';
import { policyText, rule } from '../../support/policies.ts';

const fetched = async (rules: string, circumstances: Scenario = {}) =>
  (await decideBy(policyText(rules, 'feeds: [tor]'), circumstances)).fetched.join(' ');

const deny = (id: string, when: string) => rule(id, when, '{ deny: No }');

describe('a signal is fetched only when a condition cannot be decided without it', () => {
  const all = 'address geo reputation';
  // Payload 01 has the grant client_credentials; the country is LK and the score 0.
  test.each<[string, string, string]>([
    ['true', 'true', ''],
    ['the grant alone', 'request.grant == "password"', ''],
    ['the address alone', 'address.public', 'address'],
    ['the country', 'geo.country == "KP"', 'address geo'],
    ['the score', 'abuse.score >= 75', 'address reputation'],
    ['the network', 'network.asn == 1', 'address network'],
    ['anonymizers', 'anonymizer.vpn', 'address anonymizer'],
    [
      'everything, in the order of cost',
      'abuse.score < 75 && address.within("tor") == false && anonymizer.vpn == false && network.asn != 1 && geo.country != "KP"',
      'address geo network anonymizer feeds reputation',
    ],
    ['a feed that decides', 'abuse.score >= 75 && address.within("tor")', 'address feeds'],
    ['another grant and the score', 'request.grant == "password" && abuse.score >= 75', ''],
    ['the score and another grant', 'abuse.score >= 75 && request.grant == "password"', ''],
    [
      'this grant and the score',
      'request.grant == "client_credentials" && abuse.score >= 75',
      'address reputation',
    ],
    ['this grant or the score', 'request.grant == "client_credentials" || abuse.score >= 75', ''],
    ['the score or this grant', 'abuse.score >= 75 || request.grant == "client_credentials"', ''],
    [
      'another grant or the score',
      'request.grant == "password" || abuse.score >= 75',
      'address reputation',
    ],
    [
      'the score, and a country that does not match',
      'abuse.score >= 75 && geo.country == "KP"',
      'address geo',
    ],
    ['the score, and a country that matches', 'abuse.score >= 75 && geo.country == "LK"', all],
    [
      'the score, or a country that matches',
      'abuse.score >= 75 || geo.country == "LK"',
      'address geo',
    ],
    [
      'no country that matches, in parentheses',
      '(abuse.score >= 75 || abuse.tor) && (geo.country == "KP" || request.grant == "password")',
      'address geo',
    ],
    ['a negation', '!(abuse.score >= 75 && geo.country == "KP")', 'address geo'],
    [
      'a branch that is not evaluated',
      'request.grant == "password" ? abuse.score >= 75 : false',
      '',
    ],
    [
      'a branch that is evaluated',
      'request.grant == "password" ? false : abuse.score >= 75',
      'address reputation',
    ],
    ['the presence of a field', 'has(geo.city)', 'address geo'],
    ['a list of countries', 'geo.country in ["KP", "LK"] || abuse.score >= 75', 'address geo'],
    ['a header that decides', '"x-nothing" in request.headers && geo.country == "KP"', ''],
  ])('%s', async (_, when, signals) => {
    expect(await fetched(deny('one', when))).toBe(signals);
  });

  test('a rule that refuses by country causes no reputation lookup', async () => {
    const rules = deny('country', 'geo.country == "KP"') + deny('risk', 'abuse.score >= 75');
    expect(await fetched(rules, { geo: 'KP' })).toBe('address geo');
    expect(await fetched(rules, { geo: 'LK' })).toBe('address geo reputation');
  });

  test('a rule after the end of the evaluation fetches nothing', async () => {
    const rules = rule('end', true, '{ allow: true }') + deny('risk', 'abuse.score >= 75');
    expect(await fetched(rules)).toBe('');
  });

  test('rules without signals fetch none', async () => {
    const rules =
      rule('short', true, '{ lifetime: 5m }') + deny('grant', 'request.grant == "password"');
    expect(await fetched(rules)).toBe('');
  });

  test('a description fetches its signals if the rule matches', async () => {
    const text = `{ deny: "From \${geo.country}" }`;
    expect(await fetched(rule('one', true, text))).toBe('address geo');
    expect(await fetched(rule('one', 'request.grant == "password"', text))).toBe('');
  });

  test('a claim value fetches its signals if the rule matches', async () => {
    const claim = `{ claims: { set: { risk: "\${abuse.score}" } } }`;
    expect(await fetched(rule('one', true, claim))).toBe('address reputation');
    expect(await fetched(rule('one', false, claim))).toBe('');
  });
});

describe.each(['value', 'promise'] as const)(
  'a reputation that is returned as a %s',
  (reputationAs) => {
    test('is fetched once for all rules', async () => {
      const rules =
        deny('a', 'abuse.score >= 75 || geo.country == "KP"') +
        deny('b', 'abuse.score >= 50 && geo.country != ""') +
        rule(
          'c',
          'abuse.score >= 25',
          `{ claims: { set: { risk: "\${abuse.score}" } }, lifetime: 5m }`,
        ) +
        rule('d', 'abuse.score >= 10 && address.public', '{ lifetime: 10m }');
      const decision = await decideBy(policyText(rules), { reputation: 30, reputationAs });
      expect(decision).toMatchObject({
        fetched: ['address', 'geo', 'reputation'],
        matched: ['c', 'd'],
      });
    });

    test('is fetched once if it is unknown', async () => {
      const rules = deny('a', 'abuse.score >= 75') + deny('b', 'abuse.score >= 50');
      const decision = await decideBy(policyText(rules), { reputation: 'quota', reputationAs });
      expect(decision.fetched).toEqual(['address', 'reputation']);
    });

    test('leads to the same decision', async () => {
      const rules = deny('a', 'abuse.score >= 75');
      expect(await decideBy(policyText(rules), { reputation: 75, reputationAs })).toMatchObject({
        outcome: 'refuse',
      });
      expect(await decideBy(policyText(rules), { reputation: 74, reputationAs })).toMatchObject({
        outcome: 'issue',
      });
    });
  },
);

test('requests do not share lookups', async () => {
  const rules = policyText(deny('risk', 'abuse.score >= 75'));
  const [bad, good] = await Promise.all([
    decideBy(rules, { reputation: 90, reputationAs: 'promise' }),
    decideBy(rules, { reputation: 3, reputationAs: 'promise' }),
  ]);
  expect([bad.outcome, good.outcome]).toEqual(['refuse', 'issue']);
});
