import type { ScoreKnowledge } from '../../../app/src/signals/reputation/score-knowledge.ts';
import { signalFields } from '../../../app/src/telemetry/signal-fields.ts';
import { addressOf, MONDAY_MORNING } from '../../support/circumstances.ts';
import { type Decided, decideBy, decideOn, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyOf, type RuleFields } from '../../support/policies.ts';

const HOUR_MS = 3_600_000;
const PUBLISHED_AT = MONDAY_MORNING - HOUR_MS;

function proven(min: number, max = min): ScoreKnowledge {
  return { min, max, listed: min > 0, publishedAt: PUBLISHED_AT, age: HOUR_MS };
}

const HIT = proven(90);
const MISS = proven(0, 24);
const OLD_HIT = proven(90, 100);

const DENY = { deny: 'Blocked.' };
const checks = ({ fetched }: Decided) => fetched.filter((name) => name === 'reputation').length;

test.each<[string, ScoreKnowledge | undefined, Decided['outcome'], number]>([
  // The score of a CHECK, if there is one, is 50.
  ['abuse.score >= 75', HIT, 'refuse', 0],
  ['abuse.score >= 75', MISS, 'issue', 0],
  ['abuse.score >= 75', OLD_HIT, 'refuse', 0],
  ['abuse.score >= 75', undefined, 'issue', 1],
  ['abuse.score < 75', HIT, 'issue', 0],
  ['abuse.score < 75', MISS, 'refuse', 0],
  ['abuse.score < 75', OLD_HIT, 'issue', 0],
  ['abuse.score in [90, 91]', HIT, 'refuse', 0],
  ['abuse.score in [90, 91]', MISS, 'issue', 0],
  ['abuse.score in [90, 91]', OLD_HIT, 'issue', 1],
  ['abuse.score >= 10', MISS, 'refuse', 1],
  ['abuse.score < 10', MISS, 'issue', 1],
  ['abuse.score < 10', HIT, 'issue', 0],
  ['abuse.score >= 10 && abuse.score < 75', HIT, 'issue', 0],
  ['abuse.score + 0 >= 75', HIT, 'refuse', 0],
  ['abuse.score + 0 >= 75', MISS, 'issue', 1],
  ['abuse.score + 0 >= 75', OLD_HIT, 'issue', 1],
  ['has(abuse.score)', HIT, 'refuse', 0],
  ['has(abuse.score)', MISS, 'refuse', 1],
  // Another field takes a CHECK, unless the rest of the condition decides.
  ['abuse.score >= 75 || abuse.tor', HIT, 'refuse', 0],
  ['abuse.score >= 75 && abuse.tor', HIT, 'issue', 1],
  ['abuse.score >= 75 || abuse.tor', MISS, 'issue', 1],
  ['geo.country == "KP" && abuse.score + 0 > 1', MISS, 'issue', 0],
  ['geo.country == "LK" && abuse.score >= 75', HIT, 'refuse', 0],
])('%s with the proof %j: %s after %d checks', async (when, provenScore, outcome, count) => {
  const policy = policyOf([{ id: 'risky', when, effects: DENY }]);
  const decided = await decideBy(policy, {
    ...(provenScore && { provenScore }),
    reputation: { score: 50, tor: false, source: 'abuseipdb', checkedAt: MONDAY_MORNING },
  });
  expect({ outcome: decided.outcome, checks: checks(decided) }).toEqual({ outcome, checks: count });
});

test.each(['quota', 'auth', 'timeout', 'upstream'])(
  'a hit decides although the CHECK for another rule fails with %s',
  async (cause) => {
    const policy = policyOf(
      [
        { id: 'anonymous', when: 'abuse.tor', effects: { lifetime: '5m' } },
        { id: 'risky', when: 'abuse.score >= 75', effects: DENY },
      ],
      { unknown: { address: 'ignore', geo: 'ignore', reputation: { lifetime: '1m' } } },
    );
    const decided = await decideBy(policy, { provenScore: HIT, reputation: cause });
    expect(decided.matched).toEqual(['unknown.reputation', 'risky']);
    expect(decided.unknown).toEqual([{ signal: 'reputation', cause, rule: 'anonymous' }]);
  },
);

test('an unlisted address stays below the limit although the CHECK for another rule fails', async () => {
  const policy = policyOf([
    { id: 'some', when: 'abuse.score >= 10', effects: { lifetime: '5m' } },
    { id: 'risky', when: 'abuse.score >= 75', effects: DENY },
  ]);
  const decided = await decideBy(policy, { provenScore: MISS, reputation: 'quota' });
  expect(decided.outcome).toBe('issue');
  expect(decided.unknown).toEqual([{ signal: 'reputation', cause: 'quota', rule: 'some' }]);
});

test('after a CHECK the rest of the request uses its record', async () => {
  const rules: RuleFields[] = [
    { id: 'first', when: 'abuse.score >= 75', effects: { lifetime: '5m' } },
    { id: 'anonymous', when: 'abuse.tor', effects: { lifetime: '4m' } },
    { id: 'again', when: 'abuse.score >= 75', effects: DENY },
  ];
  const reputation = { score: 10, tor: false, source: 'abuseipdb', checkedAt: 0 } as const;
  const decided = await decideBy(policyOf(rules), { provenScore: HIT, reputation });
  expect(decided.matched).toEqual(['first']);
  expect(checks(decided)).toBe(1);
});

test('a record that is older than the list does not replace it', async () => {
  const rules: RuleFields[] = [
    { id: 'anonymous', when: 'abuse.tor', effects: { lifetime: '4m' } },
    { id: 'risky', when: 'abuse.score >= 75', effects: DENY },
    { id: 'some', when: 'abuse.score >= 10', effects: DENY },
  ];
  const reputation = {
    score: 80,
    tor: false,
    source: 'memory',
    stale: true,
    checkedAt: PUBLISHED_AT - 1,
  } as const;
  const decided = await decideBy(policyOf(rules), { provenScore: MISS, reputation });
  // The list bounds the score by 24, which is the nearest to the old record.
  expect(decided.refusedBy).toBe('some');
});

test.each<[string, string, ScoreKnowledge, string | undefined, number]>([
  ['Score ${abuse.score}.', 'a hit', HIT, 'Score 90.', 0],
  ['Score ${abuse.score}.', 'a miss', MISS, 'Score 10.', 1],
  ['High: ${abuse.score >= 75}.', 'a hit', HIT, 'High: true.', 0],
  ['High: ${abuse.score >= 75}.', 'a miss', MISS, 'High: false.', 0],
  ['Some: ${abuse.score >= 10}.', 'a miss', MISS, 'Some: true.', 1],
  ['By ${abuse.isp}.', 'a hit', HIT, 'By Example.', 1],
])('the text %s with %s takes the right source', async (deny, _, provenScore, text, count) => {
  const policy = policyOf([{ id: 'any', effects: { deny } }]);
  const reputation = {
    score: 10,
    isp: 'Example',
    source: 'abuseipdb',
    checkedAt: MONDAY_MORNING,
  } as const;
  const decided = await decideBy(policy, { provenScore, reputation });
  expect(decided.refusal?.description).toBe(text);
  expect(checks(decided)).toBe(count);
});

test('a claim with the exact score of a hit takes no CHECK, and a failed one leaves it out', async () => {
  const policy = policyOf([
    { id: 'mark', effects: { claims: { set: { score: '${abuse.score}' } } } },
  ]);
  const hit = await decideBy(policy, { provenScore: HIT, reputation: 'quota' });
  expect(checks(hit)).toBe(0);
  expect(hit.unknown).toEqual([]);
  const miss = await decideBy(policy, { provenScore: MISS, reputation: 'quota' });
  expect(checks(miss)).toBe(1);
  expect(miss.unknown).toEqual([{ signal: 'reputation', cause: 'quota', rule: 'mark' }]);
});

test('a hit serves a claim although the CHECK for a condition failed', async () => {
  const policy = policyOf([
    { id: 'unrecorded', when: '!has(abuse.tor)', effects: { lifetime: '5m' } },
    { id: 'mark', effects: { claims: { set: { score: '${abuse.score}' } } } },
  ]);
  const decided = await decideBy(policy, { provenScore: HIT, reputation: 'quota' });
  expect(checks(decided)).toBe(1);
  expect(decided.matched).toEqual(['unrecorded', 'mark']);
  expect(decided.unknown).toEqual([]);
});

test('a miss that decides a condition does not serve a claim with a lower limit', async () => {
  const policy = policyOf([
    {
      id: 'low',
      when: 'abuse.score < 75',
      effects: { claims: { set: { some: '${abuse.score >= 10}' } } },
    },
  ]);
  const failed = await decideOn(payload('01'), policy, { provenScore: MISS, reputation: 'quota' });
  expect(tokenOf(failed.outcome).claims).not.toHaveProperty('some');
  expect(failed.event.decision.unknown).toEqual([
    { signal: 'reputation', cause: 'quota', rule: 'low' },
  ]);
  // Between the limit of the claim and the highest score that an unlisted address can have.
  const old = { score: 20, source: 'memory', checkedAt: PUBLISHED_AT - 1 } as const;
  const cached = await decideOn(payload('01'), policy, { provenScore: MISS, reputation: old });
  expect(tokenOf(cached.outcome).claims).toMatchObject({ some: true });
});

test('each condition is decided by its own limits', async () => {
  const policy = policyOf([
    { id: 'risky', when: 'abuse.score >= 75', effects: DENY },
    { id: 'some', when: 'abuse.score >= 10 && abuse.score < 25', effects: { lifetime: '5m' } },
    { id: 'below', when: 'abuse.score < 75', effects: { lifetime: '4m' } },
  ]);
  const old = { score: 20, source: 'memory', checkedAt: PUBLISHED_AT - 1 } as const;
  const decided = await decideBy(policy, { provenScore: MISS, reputation: old });
  expect(decided.matched).toEqual(['some', 'below']);
});

test('an entry of unknown uses the list for its texts', async () => {
  const unknown = {
    address: 'ignore',
    geo: { deny: 'Score ${abuse.score}.' },
    reputation: 'ignore',
  };
  const policy = policyOf([{ id: 'place', when: 'geo.country == "LK"', effects: DENY }], {
    unknown,
  });
  const decided = await decideBy(policy, { geo: 'database', provenScore: HIT });
  expect(decided.refusal?.description).toBe('Score 90.');
  expect(checks(decided)).toBe(0);
});

test('monitor mode decides by the list, too', async () => {
  const rules = [{ id: 'risky', when: 'abuse.score >= 75', effects: DENY }];
  const policy = policyOf(rules, { mode: 'monitor' });
  const decided = await decideBy(policy, { provenScore: HIT });
  expect(decided).toMatchObject({ outcome: 'issue', dryRunOutcome: 'refuse' });
  expect(checks(decided)).toBe(0);
});

describe('the decision record', () => {
  const RISKY = { id: 'risky', when: 'abuse.score >= 75', effects: DENY };
  const ANONYMOUS = { id: 'anonymous', when: 'abuse.tor', effects: { lifetime: '5m' } };
  const AGE = { source: 'blacklist', age_seconds: 3600 };

  test.each<[string, RuleFields[], ScoreKnowledge, number | string, object]>([
    ['a hit', [RISKY], HIT, 0, { score: 90, ...AGE }],
    ['a miss', [RISKY], MISS, 0, { score_at_most: 24, ...AGE }],
    ['an outdated hit', [RISKY], OLD_HIT, 0, { score: 90, ...AGE }],
    [
      'a hit after a failed CHECK',
      [ANONYMOUS, RISKY],
      HIT,
      'quota',
      { score: 90, ...AGE, cause: 'quota' },
    ],
  ])('shows %s', async (_, rules, provenScore, reputation, expected) => {
    const { decisionRecord } = await import('../../../app/src/telemetry/decision-record.ts');
    const { event } = await decideOn(payload('01'), policyOf(rules), { provenScore, reputation });
    const record = decisionRecord(event, { formatAddress: ({ value }) => value });
    expect(JSON.parse(JSON.stringify(record)).signals.reputation).toEqual(expected);
  });
});

describe('an address that inherits a listed score', () => {
  const SOURCE = addressOf('2a00::1');
  const INHERITED: ScoreKnowledge = { ...proven(96), listed: false, inheritedFrom: SOURCE };
  /** The address itself may have any score. */
  const AT_LEAST: ScoreKnowledge = { ...INHERITED, max: 100 };
  const CHECKED = { tor: false, source: 'abuseipdb', checkedAt: MONDAY_MORNING } as const;
  const CHECKED_BEFORE = { tor: false, source: 'memory', checkedAt: PUBLISHED_AT - 1 } as const;

  test.each<[string, ScoreKnowledge, number, Decided['outcome'], number]>([
    // The score of a CHECK of the address itself.
    ['abuse.score >= 75', INHERITED, 10, 'refuse', 0],
    ['abuse.score + 0 == 96', INHERITED, 10, 'refuse', 0],
    ['abuse.score >= 75', AT_LEAST, 10, 'refuse', 0],
    ['abuse.score + 0 == 96', AT_LEAST, 10, 'refuse', 1],
    ['abuse.score + 0 == 99', AT_LEAST, 99, 'refuse', 1],
    ['abuse.inherited', INHERITED, 10, 'refuse', 1],
    ['abuse.inherited', AT_LEAST, 96, 'issue', 1],
    ['abuse.inherited', AT_LEAST, 99, 'issue', 1],
    ['!abuse.tor && abuse.score >= 75', INHERITED, 10, 'refuse', 1],
    ['!abuse.tor && abuse.score == 96', AT_LEAST, 10, 'refuse', 1],
    ['abuse.score >= 75 && !abuse.inherited', INHERITED, 10, 'issue', 1],
  ])(
    '%s with the proof %j and the own score %d',
    async (when, provenScore, score, outcome, count) => {
      const policy = policyOf([{ id: 'risky', when, effects: DENY }]);
      const decided = await decideBy(policy, { provenScore, reputation: { score, ...CHECKED } });
      expect({ outcome: decided.outcome, checks: checks(decided) }).toEqual({
        outcome,
        checks: count,
      });
    },
  );

  test.each<[string, ScoreKnowledge | undefined, object, number]>([
    ['a record of the address, which is newer', AT_LEAST, { score: 10, ...CHECKED }, 96],
    ['a higher record of the address', AT_LEAST, { score: 98, ...CHECKED }, 98],
    ['a record of the address that is older', INHERITED, { score: 10, ...CHECKED_BEFORE }, 96],
    [
      'a record that is inherited itself',
      AT_LEAST,
      { score: 80, ...CHECKED_BEFORE, inheritedFrom: SOURCE },
      96,
    ],
    [
      'a higher record that is inherited itself',
      AT_LEAST,
      { score: 98, ...CHECKED_BEFORE, inheritedFrom: SOURCE },
      98,
    ],
    [
      'no list, but an inherited record',
      undefined,
      { score: 80, ...CHECKED_BEFORE, inheritedFrom: SOURCE },
      80,
    ],
    [
      'a higher listed score of its own',
      proven(90),
      { score: 80, ...CHECKED_BEFORE, inheritedFrom: SOURCE },
      90,
    ],
    [
      'a lower listed score of its own',
      proven(30),
      { score: 80, ...CHECKED_BEFORE, inheritedFrom: SOURCE },
      80,
    ],
  ])('and has %s has the higher score', async (_, provenScore, reputation, score) => {
    const rules: RuleFields[] = [
      { id: 'anonymous', when: 'abuse.tor', effects: DENY },
      { id: 'any', when: 'true', effects: { deny: 'Score ${abuse.score}.' } },
    ];
    const decided = await decideBy(policyOf(rules), {
      ...(provenScore && { provenScore }),
      reputation,
    });
    expect(decided.refusal?.description).toBe(`Score ${score}.`);
  });

  test('has a record with the score and its source', async () => {
    const rules: RuleFields[] = [
      { id: 'any', when: 'true', effects: { deny: 'Score ${abuse.score}.' } },
    ];
    const reputation = { score: 10, ...CHECKED };
    const { event } = await decideOn(payload('01'), policyOf(rules), {
      provenScore: AT_LEAST,
      reputation,
    });
    const fields = signalFields(event.signals, ({ value }) => value).reputation;
    expect(fields).toMatchObject({ score: 96, source: 'blacklist', inherited_from: SOURCE.value });
  });
});
