import { readCases } from '../../../../../app/tools/policy/cases/read.ts';
import { runCases } from '../../../../../app/tools/policy/cases/run.ts';
import { compile, policyText, rule } from '../../../../support/policies.ts';

/** Runs one case, and returns its mismatches, or its error. */
async function runOne(rules: string, given: string, expect: string, rest = '') {
  const { cases } = readCases(
    `cases: [{ name: one, given: ${given}, expect: ${expect} }]`,
    'a.cases.yaml',
  );
  const { results } = await runCases(compile(policyText(rules, rest)), cases);
  return results.map(({ status, error, mismatches }) =>
    status === 'error' ? error : mismatches.map((each) => Object.values(each).join(' | ')),
  );
}

const deny = (when: string) => rule('r', when, '{ deny: No. }');

describe('a case states what a condition reads', () => {
  test.each([
    ['{ address: 8.8.8.8 }', 'address.value == "8.8.8.8" && address.public'],
    ['{ address: 8.8.8.8, signed: true }', 'address.signed'],
    ['{ country: LK }', 'geo.country == "LK"'],
    ['{ continent: AS }', 'geo.continent == "AS"'],
    ['{ geo: { city: null, country: LK } }', '!has(geo.city) && geo.country == "LK"'],
    ['{ asn: 7 }', 'geo.asn == 7 && network.asn == 7'],
    ['{ network: { organization: A } }', 'network.organization == "A"'],
    ['{ score: 42 }', 'abuse.score == 42'],
    ['{ abuse: { score: 1, tor: true, age_hours: 5 } }', 'abuse.tor && abuse.age_hours == 5'],
    ['{ abuse: { stale: true, inherited: true } }', 'abuse.stale && abuse.inherited'],
    ['{ anonymizer: [vpn] }', 'anonymizer.vpn && !anonymizer.tor'],
    ['{ anonymizer: { relay: false } }', '!anonymizer.relay'],
    ['{ feeds: [tor] }', 'address.within("tor") && !address.within("vpn")'],
    ['{ feeds: { tor: false } }', '!address.within("tor")'],
    [
      '{ grant: password, client: portal }',
      'request.grant + request.client_id == "passwordportal"',
    ],
    ['{ scopes: [a], requested_scopes: [b] }', '"a" in token.scopes && "b" in request.scopes'],
    ['{ audience: [api] }', 'token.audience == ["api"]'],
    [
      '{ claims: { level: 3, groups: null } }',
      'token.claims["level"] == 3 && token.claims["groups"] == null',
    ],
    [
      '{ lifetime: 10m, refresh_token: 8h }',
      'token.lifetime == 600 && refresh_token.lifetime == 28800',
    ],
    [
      '{ lifetime: unstated, refresh_token: false }',
      'token.lifetime > 86400 && refresh_token.lifetime == 0',
    ],
    [
      '{ headers: { X-Device: d }, params: { p: ["1", "2"] } }',
      'request.headers["x-device"] == "d" && request.params["p"] == "1, 2"',
    ],
    [
      '{ user: { id: u, store: S, organization: { depth: 2 } } }',
      'user.id == "u" && user.store == "S" && user.organization.depth == 2',
    ],
    ['{ user: false }', 'user.id == ""'],
    [
      '{ tenant: { name: t }, organization: { handle: h } }',
      'tenant.name == "t" && organization.handle == "h"',
    ],
    ['{ contract: 1.0 }', 'refresh_token.lifetime == 0 && organization.id == ""'],
    ['{}', 'now.hour == 12 && now.weekday == 1'],
    ['{ time: "Sun 23:59" }', 'now.weekday == 0 && now.hour == 23 && now.minute == 59'],
    ['{ time: 2026-01-31T09:30 }', 'now.timestamp == timestamp("2026-01-31T09:30:00Z")'],
    ['{ time: 2026-07-01T00:30:00+02:00 }', 'now.timestamp == timestamp("2026-06-30T22:30:00Z")'],
  ])('%s', async (given, when) => {
    expect(await runOne(deny(when), given, 'refuse', 'feeds: [tor, vpn]')).toEqual([[]]);
  });
});

test.each([
  ['2026-07-01T00:30', '2026-06-30T22:30:00Z'],
  ['2026-03-29T01:59', '2026-03-29T00:59:00Z'],
  ['2026-03-29T03:00', '2026-03-29T01:00:00Z'],
  // Twice on this day: the first one.
  ['2026-10-25T02:30', '2026-10-25T00:30:00Z'],
])('%s in Vienna is %s', async (time, moment) => {
  const when = `now.timestamp == timestamp("${moment}")`;
  const rest = 'timezone: Europe/Vienna';
  expect(await runOne(deny(when), `{ time: ${time} }`, 'refuse', rest)).toEqual([[]]);
});

test('a time that is skipped is an error of the case', async () => {
  const rest = 'timezone: Europe/Vienna';
  expect(await runOne(deny('true'), '{ time: 2026-03-29T02:30 }', 'refuse', rest)).toEqual([
    "The time 2026-03-29T02:30 does not exist in the policy's time zone: clocks are put forward. State another time.",
  ]);
});

describe('what the policy reads and a case does not state is an error of the case', () => {
  test.each([
    ['geo.country == "KP"', '{ score: 1 }', 'geo.country', 'country: LK'],
    [
      'has(geo.city)',
      '{ country: LK }',
      'geo.city',
      'geo: { city: … } (null if the signal lacks it)',
    ],
    ['abuse.score > 75', '{ country: LK }', 'abuse.score', 'score: 0'],
    ['abuse.tor', '{ score: 1 }', 'abuse.tor', 'abuse: { tor: … } (null if the signal lacks it)'],
    [
      'abuse.stale',
      '{ score: 1 }',
      'abuse.stale',
      'abuse: { stale: … } (null if the signal lacks it)',
    ],
    ['network.asn == 7', '{ country: LK }', 'network.asn', 'asn: 64500'],
    ['anonymizer.vpn', '{}', 'anonymizer.vpn', 'anonymizer: [vpn] (or anonymizer: [])'],
    [
      'address.within("tor")',
      '{ feeds: { vpn: true } }',
      'address.within("tor")',
      'feeds: [tor] (or feeds: [])',
    ],
    ['address.version == 6', '{ country: LK }', 'address', 'address: 205.210.31.51'],
    ['address.signed', '{ address: 8.8.8.8 }', 'address.signed', 'signed: true'],
  ])('%s with %s', async (when, given, variable, example) => {
    expect(await runOne(deny(when), given, 'issue', 'feeds: [tor, vpn]')).toEqual([
      `The policy reads ${variable}, which the case does not state. Add ${example} to given.`,
    ]);
  });

  test('but not what a rule does not need', async () => {
    const when = 'request.grant == "password" && abuse.score > 75';
    expect(await runOne(deny(when), '{ grant: refresh_token }', 'issue')).toEqual([[]]);
  });

  test('nor a signal that a private address does not have', async () => {
    const expected = '{ outcome: issue, unknown: { reputation: private } }';
    expect(await runOne(deny('abuse.score > 75'), '{ address: 10.0.0.1 }', expected)).toEqual([[]]);
  });
});

describe('a mismatch names field, expected and received value', () => {
  const restrict = rule(
    'r',
    'true',
    '{ lifetime: 10m, scopes: { remove: [admin], add: [limited] }, claims: { set: { risk: 5 }, remove: [email] }, refresh_token: { drop: true } }',
  );
  const given = '{ scopes: [openid, admin] }';
  test.each([
    ['refuse', ['outcome | refuse | restrict']],
    ['{ rules: [] }', ['rules | none | r']],
    ['{ token: { lifetime: 10m } }', []],
    ['{ token: { lifetime: 1h } }', ['token.lifetime | 3600 s (1 h) | 600 s (10 min)']],
    ['{ token: { scopes: [limited, openid] } }', []],
    ['{ token: { scopes: [admin] } }', ['token.scopes | admin | limited, openid']],
    ['{ token: { claims: { risk: 5, email: null } } }', []],
    ['{ token: { claims: { risk: 6 } } }', ['token.claims.risk | 6 | 5']],
    [
      '{ token: { claims: { groups: null } } }',
      ['token.claims.groups | absent | ["engineering","on-call"]'],
    ],
    ['{ token: { refresh_token: false, id_token: true } }', []],
    [
      '{ token: { refresh_token: 24h } }',
      ['token.refresh_token | 86400 s (1 d) | not in the response'],
    ],
    ['{ refused_by: r, reason: x }', ['refused_by | r | none', 'reason | x | none']],
    ['{ unknown: {}, failed: [], skipped: [], unenforceable: [], monitored: [] }', []],
    ['{ unknown: { geo: database } }', ['unknown | geo: database | none']],
  ])('%s', async (expected, mismatches) => {
    expect(await runOne(restrict, given, expected)).toEqual([mismatches]);
  });

  test('of a refusal', async () => {
    const expected = '{ outcome: refuse, refused_by: r, reason: access_denied, description: Yes. }';
    expect(await runOne(deny('true'), '{}', expected)).toEqual([['description | Yes. | No.']]);
    expect(await runOne(deny('true'), '{}', '{ token: { lifetime: 1h } }')).toEqual([
      ['token | a token | refused'],
    ]);
  });

  test('of a request that does not allow a restriction', async () => {
    expect(
      await runOne(
        rule('r', 'true', '{ refresh_token: { drop: true }, claims: { set: { a: 1 } } }'),
        '{ contract: 1.2 }',
        '{ outcome: refuse, unenforceable: [refresh_token.drop of r] }',
      ),
    ).toEqual([[]]);
  });

  test('of a monitored policy', async () => {
    expect(
      await runOne(
        deny('true'),
        '{}',
        '{ outcome: issue, dry_run_outcome: refuse, dry_run_refused_by: r, monitored: { r: issue } }',
        'mode: monitor',
      ),
    ).toEqual([['monitored | r: issue | r: refuse']]);
  });
});

test('a request file cannot be read without a reader', async () => {
  expect(await runOne(deny('true'), '{ request: a.json }', 'refuse')).toEqual([
    'The request file a.json cannot be read here. Describe the request in given.',
  ]);
});

test.each([
  ['the mode of the policy', '', 'monitor', ['passed', 'failed']],
  ['enforce', 'mode: enforce\n', 'monitor', ['failed', 'passed']],
  ['monitor', 'mode: monitor\n', 'enforce', ['passed', 'failed']],
])('a file with %s decides in it', async (_, line, mode, expected) => {
  const { cases } = readCases(
    `${line}cases:
  - { name: monitored, given: { address: 8.8.8.8 }, expect: { outcome: issue, dry_run_outcome: refuse } }
  - { name: enforced, given: { address: 8.8.8.8 }, expect: { outcome: refuse } }`,
    'a.cases.yaml',
  );
  const policy = compile(policyText(deny('address.public'), `mode: ${mode}`));
  expect((await runCases(policy, cases)).results.map(({ status }) => status)).toEqual(expected);
});
