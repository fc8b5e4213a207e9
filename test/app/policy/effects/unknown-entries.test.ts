import type { SignalName } from '../../../../app/src/signals/request-signals.ts';
import { ALL_UNKNOWN_CAUSES } from '../../../support/circumstances.ts';
import { decideBy, type Scenario } from '../../../support/decide.ts';
import { policyText, rule } from '../../../support/policies.ts';

const USES: Readonly<Record<SignalName, string>> = {
  address: 'address.public',
  geo: 'geo.country == "KP"',
  network: 'network.asn == 64500',
  anonymizer: 'anonymizer.vpn',
  feeds: 'address.within("tor-exits")',
  reputation: 'abuse.score >= 75',
};

/** Returns a policy with an entry for one signal; the others are ignored. */
function policyWith(signal: string, entry: string, rules: string): string {
  const entries = Object.keys(USES).map(
    (name) => `  ${name}: ${name === signal ? entry : 'ignore'}`,
  );
  return policyText(rules, `feeds: [tor-exits]\nunknown:\n${entries.join('\n')}`);
}

const unknown = (signal: string, cause: string): Scenario => ({ [signal]: cause });

describe.each(ALL_UNKNOWN_CAUSES)('with %s unknown (%s)', (signal, cause) => {
  const rules = rule('uses', USES[signal], '{ deny: Matched }');
  const unknownSignals = [{ signal, cause, rule: 'uses' }];

  test('ignore issues the token and records the unknown signal', async () => {
    const decision = await decideBy(policyWith(signal, 'ignore', rules), unknown(signal, cause));
    expect(decision).toMatchObject({
      outcome: 'issue',
      matched: [],
      failed: [],
      unknown: unknownSignals,
    });
  });

  test('an effect applies', async () => {
    const entry = '{ deny: Not known }';
    const decision = await decideBy(policyWith(signal, entry, rules), unknown(signal, cause));
    expect(decision).toMatchObject({
      outcome: 'refuse',
      refusal: { reason: 'access_denied', description: 'Not known' },
      matched: [`unknown.${signal}`],
      unknown: unknownSignals,
    });
  });

  test('the entry for the cause applies instead of default', async () => {
    const entry = `{ ${cause}: { lifetime: 5m }, default: { deny: Not known } }`;
    const decision = await decideBy(policyWith(signal, entry, rules), unknown(signal, cause));
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: [`unknown.${signal}`],
      unknown: unknownSignals,
    });
  });

  test('the entry for the cause may ignore what default refuses', async () => {
    const entry = `{ ${cause}: ignore, default: { deny: Not known } }`;
    const decision = await decideBy(policyWith(signal, entry, rules), unknown(signal, cause));
    expect(decision).toMatchObject({ outcome: 'issue', matched: [], unknown: unknownSignals });
  });

  test('default covers causes without an entry', async () => {
    const [other] = ALL_UNKNOWN_CAUSES.flatMap(([name, one]) =>
      name === signal && one !== cause ? [one] : [],
    );
    const entry = `{ ${other}: ignore, default: { lifetime: 5m } }`;
    const decision = await decideBy(policyWith(signal, entry, rules), unknown(signal, cause));
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: [`unknown.${signal}`],
      unknown: unknownSignals,
    });
  });

  test('no entry applies if no rule needed the signal', async () => {
    const unused = rule('other', `request.grant == "password" && ${USES[signal]}`, '{ deny: No }');
    const decision = await decideBy(
      policyWith(signal, '{ deny: Not known }', unused),
      unknown(signal, cause),
    );
    expect(decision).toMatchObject({ outcome: 'issue', matched: [], unknown: [] });
  });
});

describe('when an entry applies', () => {
  const lifetime = (minutes: number) => `{ lifetime: ${minutes}m }`;
  const risk = rule('risk', 'abuse.score >= 75', '{ deny: No }');
  const cases: readonly (readonly [string, string, string, object])[] = [
    [
      'not after an allow',
      rule('end', true, '{ allow: true }') + risk,
      '{ deny: Not known }',
      { outcome: 'issue', matched: ['end'], unknown: [] },
    ],
    [
      'before an allow',
      risk + rule('end', true, '{ allow: true }'),
      '{ deny: Not known }',
      { outcome: 'refuse', matched: ['unknown.reputation'] },
    ],
    [
      'not after a refusal',
      rule('end', true, '{ deny: End }') + risk,
      '{ deny: Not known }',
      { outcome: 'refuse', matched: ['end'], unknown: [] },
    ],
    [
      'its restriction still applies after an allow',
      risk + rule('end', true, '{ allow: true }'),
      lifetime(5),
      { outcome: 'restrict', matched: ['unknown.reputation', 'end'] },
    ],
    [
      'its restriction does not prevent a later refusal',
      risk + rule('end', true, '{ deny: End }'),
      lifetime(5),
      { outcome: 'refuse', matched: ['unknown.reputation', 'end'] },
    ],
    [
      'an entry that allows ends the evaluation',
      risk + rule('end', true, '{ deny: End }'),
      '{ allow: true }',
      { outcome: 'issue', matched: ['unknown.reputation'] },
    ],
    [
      'an entry that allows does not undo an earlier restriction',
      rule('short', true, lifetime(5)) + risk,
      '{ allow: true }',
      { outcome: 'restrict', matched: ['short', 'unknown.reputation'] },
    ],
  ];
  test.each(cases)('%s', async (_, rules, entry, expected) => {
    expect(
      await decideBy(policyWith('reputation', entry, rules), { reputation: 'quota' }),
    ).toMatchObject(expected);
  });

  test('it applies once, at the first rule that needed the signal', async () => {
    const entry = '{ scopes: { add: [seen] } }';
    const rules =
      rule('first', 'geo.country == "KP"', '{ deny: No }') +
      risk +
      rule('third', 'abuse.score >= 25', lifetime(5)) +
      rule('fourth', 'abuse.stale', lifetime(1));
    const decision = await decideBy(policyWith('reputation', entry, rules), {
      reputation: 'timeout',
    });
    expect(decision.matched).toEqual(['unknown.reputation']);
    expect(decision.unknown).toEqual([{ signal: 'reputation', cause: 'timeout', rule: 'risk' }]);
    expect(decision.operations).toEqual([
      { op: 'add', path: '/accessToken/scopes/-', value: 'seen' },
    ]);
  });

  test('each of two unknown signals has its entry applied', async () => {
    const rules = rule('place', 'geo.country == "KP"', '{ deny: No }') + risk;
    const text = policyText(
      rules,
      'unknown: { address: ignore, geo: { lifetime: 10m }, reputation: { lifetime: 5m } }',
    );
    const decision = await decideBy(text, { geo: 'database', reputation: 'auth' });
    expect(decision.matched).toEqual(['unknown.geo', 'unknown.reputation']);
    expect(decision.operations).toMatchObject([{ value: 300 }]);
  });

  test('a condition that another signal decides does not need the unknown signal', async () => {
    const rules = rule('either', 'abuse.score >= 75 || geo.country == "KP"', '{ deny: Matched }');
    const decision = await decideBy(policyWith('reputation', '{ lifetime: 5m }', rules), {
      geo: 'KP',
      reputation: 'quota',
    });
    expect(decision).toMatchObject({ outcome: 'refuse', matched: ['either'], unknown: [] });
  });
});

describe('an unknown address', () => {
  const rules =
    rule('place', 'geo.country == "KP"', '{ deny: No }') +
    rule('risk', 'abuse.score >= 75', '{ deny: No }') +
    rule('near', 'address.version == 4', '{ deny: No }');
  const text = policyText(
    rules,
    'unknown: { address: { lifetime: 5m }, geo: { deny: Geo }, reputation: { deny: Reputation } }',
  );

  test('applies only its own entry: geo and reputation are never fetched', async () => {
    const decision = await decideBy(text, { address: 'malformed', geo: 'KP', reputation: 99 });
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: ['unknown.address'],
      unknown: [{ signal: 'address', cause: 'malformed', rule: 'place' }],
      fetched: ['address'],
    });
  });

  test('does not match a negation', async () => {
    const not =
      rule('not', '!(geo.country == "KP")', '{ allow: true }') +
      rule('rest', true, '{ deny: Rest }');
    expect(
      await decideBy(policyWith('address', 'ignore', not), { address: 'missing' }),
    ).toMatchObject({ outcome: 'refuse', matched: ['rest'] });
  });
});

describe('a known country record without the field that a rule reads', () => {
  const entry = '{ not-found: { lifetime: 5m }, default: { deny: Not known } }';
  const place = { country: 'LK', asn: 64500 };

  test.each([
    ['a city', 'geo.city == "Colombo"', place],
    ['a city in an inequality', 'geo.city != "Colombo"', place],
    ['a country', 'geo.country == "KP"', { asn: 64500 }],
    ['a country among others', 'geo.country in ["KP"]', { asn: 64500 }],
    ['a number', 'geo.asn == 64501', { country: 'LK' }],
    [
      'an absent field next to a present one',
      'geo.country == "LK" && geo.timezone == "Asia/Colombo"',
      place,
    ],
  ])('counts as not found: %s', async (_, when, geo) => {
    const decision = await decideBy(
      policyWith('geo', entry, rule('uses', when, '{ deny: Matched }')),
      { geo },
    );
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: ['unknown.geo'],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'uses' }],
      failed: [],
    });
  });

  test.each<[string, string, boolean]>([
    ['has() of a present field', 'has(geo.asn)', true],
    ['has() of an absent field', 'has(geo.city)', false],
    ['not has()', '!has(geo.city)', true],
    ['has() before the field', 'has(geo.city) && geo.city == "Colombo"', false],
    ['not has() or the field', '!has(geo.city) || geo.city == "Colombo"', true],
    ['another field that decides', 'geo.city == "Colombo" || geo.country == "LK"', true],
  ])('has no effect on %s', async (_, when, matches) => {
    const decision = await decideBy(
      policyWith('geo', entry, rule('uses', when, '{ deny: Matched }')),
      { geo: place },
    );
    expect(decision).toMatchObject({
      outcome: matches ? 'refuse' : 'issue',
      matched: matches ? ['uses'] : [],
      unknown: [],
    });
  });

  test('a reputation without the field counts as invalid', async () => {
    const rules = rule('tor', 'abuse.tor', '{ deny: No }');
    const decision = await decideBy(
      policyWith('reputation', '{ invalid: { lifetime: 5m }, default: ignore }', rules),
      { reputation: 3 },
    );
    expect(decision).toMatchObject({
      outcome: 'restrict',
      unknown: [{ signal: 'reputation', cause: 'invalid', rule: 'tor' }],
    });
  });
});

describe('a template that reads an unknown signal', () => {
  test('a refusal contains unknown instead, and still refuses', async () => {
    const rules = rule('no', true, `{ deny: "From \${geo.country} today" }`);
    const decision = await decideBy(policyWith('geo', '{ lifetime: 5m }', rules), {
      geo: 'not-found',
    });
    expect(decision).toMatchObject({
      outcome: 'refuse',
      refusal: { description: 'From unknown today' },
      matched: ['no'],
    });
  });

  test('a claim is skipped, and the entry applies', async () => {
    const rules = rule('mark', true, `{ claims: { set: { country: "\${geo.country}" } } }`);
    const decision = await decideBy(policyWith('geo', '{ lifetime: 5m }', rules), {
      geo: 'not-found',
    });
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: ['mark', 'unknown.geo'],
      skipped: [{ rule: 'mark', effect: 'claims.set', cause: 'no-value' }],
      unknown: [{ signal: 'geo', cause: 'not-found', rule: 'mark' }],
    });
  });

  test('an entry that allows does not undo the restriction of the rule that needed it', async () => {
    const rules = rule(
      'cut',
      true,
      '{ lifetime: 5m, claims: { set: { risk: "${abuse.score}" } } }',
    );
    const decision = await decideBy(policyWith('reputation', '{ allow: true }', rules), {
      reputation: 'quota',
    });
    expect(decision).toMatchObject({
      outcome: 'restrict',
      matched: ['cut', 'unknown.reputation'],
      operations: [{ path: '/accessToken/claims/expires_in', value: 300 }],
    });
  });

  test('an entry may itself read a known signal', async () => {
    const rules = rule('risk', 'abuse.score >= 75', '{ lifetime: 5m }');
    const decision = await decideBy(
      policyWith('reputation', `{ deny: "Not known in \${geo.country}" }`, rules),
      { reputation: 'quota' },
    );
    expect(decision.refusal?.description).toBe('Not known in LK');
  });
});

describe('a cause that older policies do not name', () => {
  const OLD_CAUSES =
    'private: ignore, reserved: ignore, auth: ignore, upstream: ignore, invalid: ignore';
  const risk = rule('risk', 'abuse.score >= 75', '{ deny: No }');

  test.each<[string, string, string, readonly string[]]>([
    [
      'budget has the entry of quota',
      'budget',
      'quota: { lifetime: 5m }, timeout: { deny: No }',
      ['unknown.reputation'],
    ],
    [
      'pending has the entry of timeout',
      'pending',
      'quota: { deny: No }, timeout: { lifetime: 5m }',
      ['unknown.reputation'],
    ],
    ['budget is ignored as quota is', 'budget', 'quota: ignore, timeout: { deny: No }', []],
    ['pending is ignored as timeout is', 'pending', 'quota: { deny: No }, timeout: ignore', []],
    [
      'budget has its own entry',
      'budget',
      'quota: { deny: No }, timeout: { deny: No }, budget: { lifetime: 5m }',
      ['unknown.reputation'],
    ],
    [
      'pending has its own entry',
      'pending',
      'quota: { deny: No }, timeout: { deny: No }, pending: { lifetime: 5m }',
      ['unknown.reputation'],
    ],
    [
      'budget has the default',
      'budget',
      'quota: { deny: No }, timeout: { deny: No }, default: { lifetime: 5m }',
      ['unknown.reputation'],
    ],
    [
      'pending has the default',
      'pending',
      'quota: { deny: No }, timeout: { deny: No }, default: { lifetime: 5m }',
      ['unknown.reputation'],
    ],
  ])('%s', async (_, reputation, causes, matched) => {
    const text = policyWith('reputation', `{ ${OLD_CAUSES}, ${causes} }`, risk);
    const decision = await decideBy(text, { reputation });
    expect(decision).toMatchObject({
      outcome: matched.length === 0 ? 'issue' : 'restrict',
      matched,
      unknown: [{ signal: 'reputation', cause: reputation, rule: 'risk' }],
    });
  });
});
