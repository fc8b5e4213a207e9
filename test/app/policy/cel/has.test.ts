import { decideBy, type Scenario } from '../../../support/decide.ts';
import { policyText, rule } from '../../../support/policies.ts';

/** The entry of each signal has an effect that differs from the refusal of the rule. */
const UNKNOWN =
  'unknown: { address: { lifetime: 1m }, geo: { lifetime: 2m }, reputation: { lifetime: 3m } }';

const policy = (when: string, then = '{ deny: Matched }') =>
  policyText(rule('one', when, then), UNKNOWN);

const REFUSED = { outcome: 'refuse', matched: ['one'], unknown: [], failed: [] };
const ISSUED = { outcome: 'issue', matched: [], unknown: [], failed: [] };
const entryOf = (signal: string) => ({
  outcome: 'restrict',
  matched: [`unknown.${signal}`],
  failed: [],
  unknown: [expect.objectContaining({ signal })],
});

const NO_GEO = { geo: 'not-found' };
const NO_REPUTATION = { reputation: 'quota' };
const NO_ADDRESS = { address: 'missing' };

describe('has() is false for fields of an unknown signal', () => {
  test.each<[string, Scenario, object]>([
    ['!has(geo.country)', NO_GEO, REFUSED],
    ['!has(geo.country)', { geo: 'database' }, REFUSED],
    ['!has(geo.country)', { geo: 'private' }, REFUSED],
    ['has(geo.country) == false', NO_GEO, REFUSED],
    ['!geo.?country.hasValue()', NO_GEO, REFUSED],
    ['geo.?country.orValue("") == ""', NO_GEO, REFUSED],
    ['geo.?country.orValue("none") == "none"', NO_GEO, REFUSED],
    ['has(geo.country) ? geo.country == "KP" : true', NO_GEO, REFUSED],
    ['!has(geo.country) || geo.country == "KP"', NO_GEO, REFUSED],
    ['!(has(geo.country) && geo.country == "LK")', NO_GEO, REFUSED],
    ['cel.bind(g, geo, !has(g.country))', NO_GEO, REFUSED],
    ['!has(geo.city) && request.grant == "client_credentials"', NO_GEO, REFUSED],
    ['!has(abuse.score)', NO_REPUTATION, REFUSED],
    ['!has(abuse.reports)', { reputation: 'timeout' }, REFUSED],
    ['abuse.?score.orValue(100) >= 75', NO_REPUTATION, REFUSED],
    ['!has(address.value)', NO_ADDRESS, REFUSED],
    ['!has(address.version)', { address: 'malformed' }, REFUSED],
    ['!has(geo.country)', NO_ADDRESS, REFUSED],
    ['!has(abuse.score)', { address: 'ambiguous' }, REFUSED],
  ])('%s matches with %j', async (when, circumstances, expected) => {
    expect(await decideBy(policy(when), circumstances)).toMatchObject(expected);
  });
});

describe('the entry of an unknown signal applies if the condition does not match without the signal', () => {
  test.each<[string, Scenario, string]>([
    ['has(geo.country)', NO_GEO, 'geo'],
    ['has(geo.country) && geo.country == "KP"', NO_GEO, 'geo'],
    ['has(geo.country) ? geo.country == "KP" : false', NO_GEO, 'geo'],
    ['geo.?country.orValue("") == "KP"', NO_GEO, 'geo'],
    ['geo.country != "LK"', NO_GEO, 'geo'],
    ['!has(geo.country) && geo.country == "KP"', NO_GEO, 'geo'],
    ['has(abuse.score) && abuse.score >= 75', NO_REPUTATION, 'reputation'],
    ['abuse.?score.orValue(0) >= 75', NO_REPUTATION, 'reputation'],
    ['has(geo.country) && geo.country == "KP"', NO_ADDRESS, 'address'],
    ['has(address.value) && address.within("office")', NO_ADDRESS, 'address'],
    ['!address.within("office")', NO_ADDRESS, 'address'],
  ])('%s with %j', async (when, circumstances, signal) => {
    const text = `${policy(when)}lists: { office: [10.0.0.0/8] }\n`;
    expect(await decideBy(text, circumstances)).toMatchObject(entryOf(signal));
  });

  test('no entry applies if the rest of the condition decides without the signal', async () => {
    const when = 'has(geo.country) && request.grant == "password"';
    expect(await decideBy(policy(when), NO_GEO)).toMatchObject(ISSUED);
  });

  test('a rule that allows requires a known signal, unless its condition accepts an unknown one', async () => {
    const rules = (when: string) =>
      policyText(
        rule('home', when, '{ allow: true }') + rule('rest', true, '{ deny: Rest }'),
        'unknown: { address: { deny: Unknown }, geo: { deny: Unknown } }',
      );
    const home = await decideBy(rules('has(geo.country) && geo.country == "LK"'), NO_GEO);
    expect(home).toMatchObject({ outcome: 'refuse', matched: ['unknown.geo'] });
    const accepting = await decideBy(rules('!has(geo.country) || geo.country == "LK"'), NO_GEO);
    expect(accepting).toMatchObject({ outcome: 'issue', matched: ['home'] });
  });
});

describe('a signal is fetched before has() tests its field', () => {
  test.each<[string, Scenario, boolean]>([
    ['!has(geo.country)', { geo: 'LK' }, false],
    ['!has(geo.city)', { geo: 'LK' }, true],
    ['has(geo.country)', { geo: 'LK' }, true],
    ['!has(abuse.score)', { reputation: 50 }, false],
    ['!has(abuse.reports)', { reputation: 50 }, true],
    ['!has(address.value)', {}, false],
  ])('%s with %j: %s', async (when, circumstances, matches) => {
    for (const reputationAs of ['value', 'promise'] as const) {
      const decision = await decideBy(policy(when), { ...circumstances, reputationAs });
      expect(decision).toMatchObject(matches ? REFUSED : ISSUED);
    }
  });

  test.each([
    ['!has(geo.country) || abuse.score >= 75', NO_GEO, ['address', 'geo'], REFUSED],
    [
      '!has(geo.country) && abuse.score >= 75',
      { ...NO_GEO, reputation: 80 },
      ['address', 'geo', 'reputation'],
      REFUSED,
    ],
    [
      '!has(geo.country) && abuse.score >= 75',
      { ...NO_GEO, reputation: 10 },
      ['address', 'geo', 'reputation'],
      ISSUED,
    ],
    [
      'has(geo.country) ? false : abuse.score >= 75',
      { ...NO_GEO, reputation: 80 },
      ['address', 'geo', 'reputation'],
      REFUSED,
    ],
  ])('%s with %j fetches %j', async (when, circumstances, fetched, expected) => {
    const decision = await decideBy(policy(when), { ...circumstances, reputationAs: 'promise' });
    expect(decision).toMatchObject({ ...expected, fetched });
  });
});

describe('in texts', () => {
  test.each([
    ['has(geo.country) ? geo.country : "nowhere"', 'nowhere'],
    ['geo.?country.orValue("nowhere")', 'nowhere'],
    ['geo.country', 'unknown'],
  ])('${%s} becomes %s', async (expression, text) => {
    const then = `{ deny: 'From \${${expression.replaceAll("'", "''")}}' }`;
    const decision = await decideBy(policy('true', then), NO_GEO);
    expect(decision.refusal?.description).toBe(`From ${text}`);
  });
});

test('a missing field of a variable of cel.bind counts as unknown', async () => {
  const when = 'cel.bind(g, geo, g.city == "Colombo")';
  expect(await decideBy(policy(when), { geo: 'LK' })).toMatchObject(entryOf('geo'));
});
