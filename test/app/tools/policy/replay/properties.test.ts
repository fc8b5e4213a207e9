import fc from 'fast-check';
import {
  isDecisionLine,
  recordedOutcome,
} from '../../../../../app/tools/policy/replay/decision-line.ts';
import { ReplayPolicy } from '../../../../../app/tools/policy/replay/replay-policy.ts';
import { decideBy, type Scenario } from '../../../../support/decide.ts';
import { issuesIn, policyOf, policyText, rule } from '../../../../support/policies.ts';
import { recordedDecision } from '../../../../support/recorded-decision.ts';

const FEEDS = ['feed', 'other'];
const LISTS = { wide: ['9.0.0.0/8', '2001:500::/32'], narrow: ['9.9.9.9/32'], nobody: [] };
const FEEDS_AND_LISTS = `feeds: ${JSON.stringify(FEEDS)}\nlists: ${JSON.stringify(LISTS)}`;

/** Conditions on everything that a record contains, and on much that it lacks. */
const CONDITIONS = [
  ...['geo.country == "KP"', 'geo.country in ["US", "KP"]', '!has(geo.country)', 'geo.asn > 100'],
  ...['has(geo.city)', 'geo.city == "Oslo"', 'geo.continent == "EU"'],
  ...['abuse.score >= 10', 'abuse.score >= 25', 'abuse.score >= 75', 'abuse.score == 0'],
  ...['abuse.reports > 3', 'abuse.stale', 'abuse.age_hours > 1', 'abuse.inherited'],
  ...['network.asn == 64500', 'network.organization == "Example"', 'anonymizer.vpn'],
  ...['anonymizer.tor || anonymizer.relay', 'address.within("feed")', 'address.within("other")'],
  ...['address.within("wide")', 'address.within("narrow")', 'address.within("nobody")'],
  ...['address.value == "9.9.9.9"', 'address.public', 'address.version == 6', 'address.signed'],
  ...['request.grant == "client_credentials"', 'request.client_id == "nobody"'],
  ...['request.headers["postman-token"] != ""', 'request.scopes.exists(s, s == "a")'],
  ...['token.claims["sub"] == "x"', 'token.claims["sub"] > 3', 'token.lifetime > 60'],
  ...['tenant.name == "acmecorp"', 'user.id == ""', 'now.hour >= 9', 'now.weekday == 6', 'true'],
];

const compilable = new Map<string, boolean>();

/** Some combinations can never be true, which is an issue. */
function compiles(when: string): boolean {
  const text = policyText(rule('one', when, '{ allow: true }'), FEEDS_AND_LISTS);
  const known = compilable.get(when) ?? issuesIn(text).length === 0;
  compilable.set(when, known);
  return known;
}

const condition = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...CONDITIONS) },
    fc
      .tuple(
        fc.constantFrom(...CONDITIONS),
        fc.constantFrom('&&', '||'),
        fc.constantFrom(...CONDITIONS),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} !(${right})`),
    fc
      .tuple(fc.constantFrom(...CONDITIONS), fc.constantFrom(...CONDITIONS))
      .map(([one, other]) => `(${one}) ? (${other}) : (geo.asn == 1)`),
  )
  .filter(compiles);

/** Restrictions that every generated request allows, so that they change its token. */
const effects = fc.constantFrom<object>(
  { deny: 'Refused.' },
  { deny: 'Refused from $' + '{geo.country}.' },
  { allow: true },
  { lifetime: '1m' },
  { lifetime: '1m', allow: true },
  { claims: { set: { risk: '$' + '{abuse.score}' } } },
  { claims: { set: { place: '$' + '{geo.city}' } } },
  { claims: { set: { vpn: '$' + '{anonymizer.vpn}' } } },
);

const entry = fc.constantFrom<unknown>(
  'ignore',
  { deny: 'Unknown.' },
  { lifetime: '1m' },
  { allow: true },
);

const policy = fc
  .record({
    rules: fc.array(
      fc.record(
        {
          when: condition,
          effects,
          mode: fc.constantFrom('enforce' as const, 'monitor' as const),
          unenforceable: fc.constantFrom('deny' as const, 'ignore' as const),
        },
        { requiredKeys: ['when', 'effects'] },
      ),
      { minLength: 1, maxLength: 5 },
    ),
    mode: fc.constantFrom('enforce', 'monitor'),
    unknown: fc.record({
      address: entry,
      geo: fc.oneof(entry, fc.record({ default: entry, 'not-found': entry })),
      network: entry,
      anonymizer: entry,
      feeds: fc.record({ absent: entry, expired: entry }),
      reputation: fc.oneof(entry, fc.record({ default: entry, timeout: entry, invalid: entry })),
    }),
  })
  .map(({ rules, ...rest }) => ({ rules, rest }));

type GeneratedPolicy = typeof policy extends fc.Arbitrary<infer T> ? T : never;

function compiled({ rules, rest }: GeneratedPolicy) {
  return policyOf(
    rules.map((each, at) => ({ ...each, id: `rule-${at}` })),
    {
      ...rest,
      feeds: ['feed', 'other'],
      lists: { wide: ['9.0.0.0/8', '2001:db8::/32'], narrow: ['9.9.9.9/32'], nobody: [] },
    },
  );
}

const reputation = fc.constantFrom<NonNullable<Scenario['reputation']>>(
  ...[0, 20, 50, 100, 'timeout', 'quota', { score: 30, reports: 5 }],
  { score: 80, stale: true, age: 7_200_000 },
);

/** What a list proves, with a score that agrees with it. */
const proven = (score: number, min: number, max: number): Scenario => ({
  reputation: score,
  provenScore: { min, max, listed: min > 0, publishedAt: 1, age: 1000 },
});

const scores = fc.oneof(
  fc.record({ reputation }),
  fc.constantFrom(proven(20, 0, 24), proven(0, 0, 74), proven(90, 90, 90), proven(95, 80, 100)),
);

const circumstances: fc.Arbitrary<Scenario> = fc
  .tuple(
    fc.record({
      address: fc.constantFrom(
        '9.9.9.9',
        '9.9.9.8',
        '205.210.31.51',
        '2001:500::1',
        '2002:909:909::1',
        'missing',
      ),
      geo: fc.constantFrom<NonNullable<Scenario['geo']>>(
        ...['KP', 'US', 'not-found', 'database'],
        ...[{ country: 'NO', asn: 200, city: 'Oslo' }, { continent: 'EU' }, { asn: 5 }],
      ),
      network: fc.constantFrom<NonNullable<Scenario['network']>>(
        'absent',
        'not-found',
        { asn: 1 },
        { asn: 64500, organization: 'Example' },
      ),
      anonymizer: fc.constantFrom<NonNullable<Scenario['anonymizer']>>(
        {},
        { vpn: true },
        { vpn: 'absent' },
        'expired',
      ),
      feeds: fc.constantFrom<NonNullable<Scenario['feeds']>>(
        {},
        { feed: true },
        { feed: 'absent', other: 'expired' },
      ),
      now: fc.constantFrom(Date.UTC(2026, 0, 5, 10, 30), Date.UTC(2026, 0, 10, 3)),
    }),
    scores,
  )
  .map(([given, score]) => ({ ...given, ...score }));

const addressFormat = fc.constantFrom(
  { form: 'whole' } as const,
  { form: 'truncated' } as const,
  { form: 'hashed', key: 'key' } as const,
);

/** Compiling the policies takes most of the time, so each pair of them decides on several requests. */
const scenarios = fc.array(fc.tuple(circumstances, addressFormat), {
  minLength: 12,
  maxLength: 12,
});

test('what a replay determines is what the candidate decides on the same request', async () => {
  const counts = { determined: 0, undetermined: 0 };
  await fc.assert(
    fc.asyncProperty(policy, policy, scenarios, async (oldPolicy, newPolicy, requests) => {
      const [old, candidate] = [compiled(oldPolicy), compiled(newPolicy)];
      const [replayOld, replayCandidate] = [new ReplayPolicy(old), new ReplayPolicy(candidate)];
      for (const [given, format] of requests) {
        const record = await recordedDecision(old, given, format);
        if (!isDecisionLine(record)) throw new Error('not a decision record');
        const before = replayOld.decide(record);
        if (before.determined) expect(before.outcome).toBe(recordedOutcome(record).outcome);
        const after = replayCandidate.decide(record);
        counts[after.determined ? 'determined' : 'undetermined'] += 1;
        if (after.determined) {
          const decision = await decideBy(candidate, given);
          expect(after.outcome).toBe(decision.dryRunOutcome ?? decision.outcome);
        } else expect(after.needs).not.toEqual([]);
      }
    }),
    { numRuns: 50 },
  );
  // Neither answer is always given.
  expect(Math.min(counts.determined, counts.undetermined)).toBeGreaterThan(50);
});
