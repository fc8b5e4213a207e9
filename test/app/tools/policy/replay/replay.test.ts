import type { Policy } from '../../../../../app/src/policy/policy.ts';
import { replay } from '../../../../../app/tools/policy/replay/replay.ts';
import type { Scenario } from '../../../../support/decide.ts';
import { policyOf, type RuleFields } from '../../../../support/policies.ts';
import { recordedDecision } from '../../../../support/recorded-decision.ts';

const DENY = { deny: 'Refused.' };
const deny = (when: string, id = 'rule'): RuleFields => ({ id, when, effects: DENY });
const restrict = (when: string, id = 'rule'): RuleFields => ({
  id,
  when,
  effects: { lifetime: '1m' },
});
const NOTHING = policyOf([]);
/** Fetches the country and the score of every request. */
const READS_ALL = policyOf([deny('geo.country == "XK" || abuse.score > 100 - 1', 'reads-all')]);

/** Replays one decision, and returns its outcome before and after, or what the record lacks. */
async function replayOne(
  old: Policy,
  given: Scenario,
  rules: readonly RuleFields[],
  changes: object = {},
  more: object = {},
) {
  const record = { ...(await recordedDecision(old, given)), ...changes };
  const { outcomes, undetermined, changes: found } = await replay([record], policyOf(rules, more));
  const [outcome] = outcomes;
  if (outcome === undefined) return { needs: undetermined.byNeed.top.map(({ key }) => key) };
  const [change] = found.byRule;
  return {
    from: outcome.from,
    to: outcome.to,
    ...(change && { rule: change.rule, former: change.formerRule }),
  };
}

describe('a condition is decided as far as the record shows it', () => {
  const listed = (score: object) => ({
    signals: {
      address: { value: '9.9.9.9' },
      reputation: { source: 'blacklist', age_seconds: 60, ...score },
    },
  });

  test.each<[string, string, object, object]>([
    ['a country', 'geo.country == "LK"', {}, { to: 'refuse' }],
    ['another country', 'geo.country == "KP"', {}, { to: 'issue' }],
    ['a city', 'geo.city == "Colombo"', {}, { needs: ['geo.city'] }],
    ['a score', 'abuse.score >= 75', {}, { to: 'issue' }],
    ['other fields of the reputation', 'abuse.reports > 3', {}, { needs: ['abuse.reports'] }],
    ['a header', 'request.headers["x-a"] == "b"', {}, { needs: ['request.headers["x-a"]'] }],
    ['a claim', 'token.claims["groups"] == "a"', {}, { needs: ['token.claims["groups"]'] }],
    ['the lifetime', 'token.lifetime > 60', {}, { needs: ['token.lifetime'] }],
    ['the user', 'user.store == "A"', {}, { needs: ['user.store'] }],
    ['the organization', 'organization.depth > 0', {}, { needs: ['organization.depth'] }],
    ['a signal that was not fetched', 'anonymizer.vpn', {}, { needs: ['anonymizer.vpn'] }],
    ['the tenant', 'tenant.name == "acmecorp"', {}, { to: 'refuse' }],
    ['the id of the tenant', 'tenant.id == "4127"', {}, { needs: ['tenant.id'] }],
    ['the client', 'request.client_id == "m2mFleet_7yQ0aXcV3bN1kLpRsTua"', {}, { to: 'refuse' }],
    [
      'a shortened client id',
      'request.client_id == "a"',
      { client_id: 'aaa…' },
      { needs: ['request.client_id'] },
    ],
    ['the time', 'now.hour == 10', {}, { to: 'refuse' }],
    ['a record without a time', 'now.hour == 10', { time: undefined }, { needs: ['now.hour'] }],
    [
      'a false part beside a missing one',
      'geo.country == "KP" && user.id == "a"',
      {},
      { to: 'issue' },
    ],
    [
      'a true part beside a missing one',
      'geo.country == "LK" || user.id == "a"',
      {},
      { to: 'refuse' },
    ],
    [
      'a bound below the limit',
      'abuse.score >= 25',
      listed({ score_at_most: 24 }),
      { to: 'issue' },
    ],
    [
      'a bound above the limit',
      'abuse.score >= 10',
      listed({ score_at_most: 24 }),
      { needs: ['abuse.score'] },
    ],
    [
      'a listed score above the limit',
      'abuse.score >= 75',
      listed({ score: 90 }),
      { to: 'refuse' },
    ],
    [
      'a listed score, which may have risen',
      'abuse.score >= 95',
      listed({ score: 90 }),
      { needs: ['abuse.score'] },
    ],
  ])('%s', async (_, when, changes, expected) => {
    expect(await replayOne(READS_ALL, {}, [deny(when)], changes)).toMatchObject(expected);
  });
});

describe('a recorded network answers as far as it reaches', () => {
  const NETWORK = { signals: { address: { value: '203.0.112.0/24' } } };
  const HASHED = { signals: { address: { value: 'a'.repeat(32) }, geo: { country: 'US' } } };
  const lists = {
    wide: ['203.0.0.0/16'],
    narrow: ['203.0.112.7/32'],
    far: ['198.51.100.0/24'],
    nobody: [],
  };

  test.each<[string, string, object, object]>([
    ['a wider list', 'address.within("wide")', NETWORK, { to: 'refuse' }],
    ['a list that does not overlap', 'address.within("far")', NETWORK, { to: 'issue' }],
    [
      'a narrower list',
      'address.within("narrow")',
      NETWORK,
      { needs: ['address.within("narrow")'] },
    ],
    ['the version', 'address.version == 4', NETWORK, { to: 'refuse' }],
    ['whether it is public', 'address.public', NETWORK, { to: 'refuse' }],
    ['the address itself', 'address.value == "203.0.112.7"', NETWORK, { needs: ['address.value'] }],
    ['an empty list and a hash', 'address.within("nobody")', HASHED, { to: 'issue' }],
    ['a list and a hash', 'address.within("wide")', HASHED, { needs: ['address.within("wide")'] }],
    ['the version and a hash', 'address.version == 4', HASHED, { needs: ['address.version'] }],
    ['whether a hash is public, as its country shows', 'address.public', HASHED, { to: 'refuse' }],
  ])('%s', async (_, when, changes, expected) => {
    expect(await replayOne(NOTHING, {}, [deny(when)], changes, { lists })).toMatchObject(expected);
  });
});

describe('a decision is determined if it does not depend on what is missing', () => {
  const COUNTRY_ONLY = policyOf([deny('geo.country == "LK"', 'country')]);

  test.each<[string, readonly RuleFields[], { signals?: object; unknown?: object }, object]>([
    [
      'a refusal above',
      [deny('geo.country == "LK"', 'country'), deny('user.id == "a"')],
      {},
      { to: 'refuse' },
    ],
    [
      'a refusal below, in another order',
      [deny('abuse.score >= 75'), deny('geo.country == "LK"', 'country')],
      {},
      { to: 'refuse' },
    ],
    [
      'unless an entry of unknown could have issued the token',
      [deny('abuse.score >= 75'), deny('geo.country == "LK"', 'country')],
      { unknown: { address: 'ignore', geo: 'ignore', reputation: { allow: true } } },
      { needs: ['abuse.score'] },
    ],
    [
      'a rule that only adds a claim',
      [{ id: 'add', when: 'user.id == "a"', effects: { claims: { set: { a: 'b' } } } }],
      {},
      { to: 'issue' },
    ],
    ['a rule that may restrict', [restrict('user.id == "a"')], {}, { needs: ['user.id'] }],
    [
      'an unknown address that the matching rule does not read',
      [restrict('request.grant == "client_credentials"')],
      { signals: { address: { cause: 'missing' } }, unknown: { address: DENY } },
      { to: 'restrict' },
    ],
    ['a monitored rule', [{ ...deny('user.id == "a"'), mode: 'monitor' }], {}, { to: 'issue' }],
  ])('%s', async (_, rules, { signals, ...more }, expected) => {
    const changes = signals === undefined ? {} : { signals };
    expect(await replayOne(COUNTRY_ONLY, {}, rules, changes, more)).toMatchObject(expected);
  });
});

describe('the outcome before is', () => {
  const given: Scenario = { geo: 'KP' };
  const rules = [deny('geo.country == "KP"', 'country')];

  test('the recorded one, with its rule', async () => {
    expect(await replayOne(policyOf(rules), given, [])).toEqual({
      ...{ from: 'refuse', to: 'issue', rule: undefined, former: 'country' },
    });
  });

  test('in monitor mode, that of the dry run', async () => {
    const monitored = policyOf(rules, { mode: 'monitor' });
    const record = await recordedDecision(monitored, given);
    expect(record).toMatchObject({ outcome: 'issue', dry_run_outcome: 'refuse' });
    const report = await replay([record], NOTHING);
    expect(report).toMatchObject({ monitored: 1, outcomes: [{ from: 'refuse', to: 'issue' }] });
    expect(report.changes.byRule).toMatchObject([{ formerRule: 'country' }]);
  });

  test('that of another policy, replayed on the same records', async () => {
    const record = await recordedDecision(READS_ALL, given);
    const report = await replay([record], NOTHING, { against: policyOf(rules) });
    expect(report.outcomes).toMatchObject([{ from: 'refuse', to: 'issue', records: 1 }]);
  });

  test('the recorded one wherever the other policy has decided itself', async () => {
    const old = policyOf([deny('user.id == "a"', 'user')]);
    const record = await recordedDecision(old, given);
    const report = await replay([record], policyOf(rules), { against: old });
    expect(report).toMatchObject({ undetermined: { records: 1 } });
    expect(report.undetermined.byNeed.top).toMatchObject([{ key: 'geo.country' }]);
  });
});

describe('a restriction', () => {
  const restricted = policyOf([restrict('geo.country == "LK"')]);

  test.each<[string, Policy, readonly RuleFields[], object, object]>([
    ['counts as restrict', READS_ALL, [restrict('geo.country == "LK"')], {}, { to: 'restrict' }],
    [
      'of a rule that left the token unchanged depends on the token',
      READS_ALL,
      [restrict('geo.country == "LK"')],
      { rules: ['rule'] },
      { needs: ['token'] },
    ],
    [
      'refuses if the request did not allow the same effect',
      restricted,
      [restrict('geo.country == "LK"', 'other')],
      {
        outcome: 'refuse',
        unenforceable: [{ rule: 'rule', effect: 'lifetime', cause: 'not-allowed' }],
      },
      { to: 'refuse' },
    ],
    [
      'of refresh tokens does nothing for a grant without them',
      READS_ALL,
      [{ id: 'rule', effects: { refresh_token: { drop: true } } }],
      {},
      { to: 'issue' },
    ],
    [
      'of refresh tokens counts for other grants',
      READS_ALL,
      [{ id: 'rule', effects: { refresh_token: { drop: true } } }],
      { grant: 'authorization_code' },
      { to: 'restrict' },
    ],
  ])('%s', async (_, old, rules, changes, expected) => {
    expect(await replayOne(old, {}, rules, changes)).toMatchObject(expected);
  });
});

describe('the report', () => {
  const candidate = policyOf([deny('geo.country == "KP"', 'country')]);

  async function recordsOf(givens: readonly Scenario[], changes: object = {}) {
    const records = await Promise.all(givens.map((given) => recordedDecision(READS_ALL, given)));
    return records.map((record) => ({ ...record, ...changes }));
  }

  test('weights records of which only a sample was written', async () => {
    const sampled = await recordsOf([{ geo: 'KP' }, { geo: 'US' }], { sampled_percent: 5 });
    const report = await replay([...sampled, ...(await recordsOf([{ geo: 'KP' }]))], candidate);
    expect(report).toMatchObject({
      replayed: { records: 3, decisions: 41 },
      sampled: 2,
      changed: { records: 2, decisions: 21 },
      unchanged: { records: 1, decisions: 20 },
    });
    expect(report.changes.byCountry.top).toEqual([{ key: 'KP', records: 2, decisions: 21 }]);
  });

  test('leaves out records of tests, unless told otherwise', async () => {
    const records = await recordsOf([{ geo: 'KP' }], { test: 'canary' });
    expect(await replay(records, candidate)).toMatchObject({ replayed: { records: 0 }, tests: 1 });
    const included = await replay(records, candidate, { includeTests: true });
    expect(included).toMatchObject({ replayed: { records: 1 }, tests: 0 });
  });

  test('has the period, and examples with all that the record says', async () => {
    const records = await recordsOf([{ geo: 'KP' }, { geo: 'KP', now: Date.UTC(2026, 0, 3) }]);
    const report = await replay(records, candidate);
    expect(report.period).toEqual({
      from: '2026-01-03T00:00:00.000Z',
      to: '2026-01-05T10:30:00.000Z',
    });
    expect(report.changes.byRule[0]?.examples[0]).toEqual({
      decisionId: 'id',
      time: '2026-01-05T10:30:00.000Z',
      address: '205.210.31.51',
      country: 'KP',
      client: 'm2mFleet_7yQ0aXcV3bN1kLpRsTua',
      grant: 'client_credentials',
    });
  });

  test('accepts values of other types', async () => {
    const odd = {
      ...{ event: 'decision', outcome: 'restrict', time: 'noon', client_id: 5, rules: 5 },
      signals: { address: [1], geo: { country: 5 }, reputation: { score: 'x' }, feeds: {} },
      monitored: [{}],
      unenforceable: [{ rule: 1 }],
    };
    const report = await replay([odd], candidate);
    expect(report).toMatchObject({ replayed: { records: 1 }, period: undefined });
  });

  test('ignores what is not a decision record', async () => {
    const decision = { event: 'decision', outcome: 'issue' };
    const values = [
      ...[null, 'text', { event: 'metrics' }, { event: 'decision' }, []],
      ...[
        { signals: 'x' },
        { signals: { geo: null } },
        { monitored: [null] },
        { skipped: 'x' },
      ].map((fields) => ({ ...decision, ...fields })),
    ];
    expect(await replay(values, candidate)).toMatchObject({ replayed: { records: 0 } });
  });
});
