import { type ExplainedRule, explain } from '../../../../app/tools/explain/explain.ts';
import { decideBy, type Scenario, scenario } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { compile, policyText, rule } from '../../../support/policies.ts';

async function explained(policy: string, circumstances: Scenario = {}) {
  const { request, signals, now } = scenario(circumstances);
  return explain(request, compile(policy), signals, now);
}

/** The rules by id. */
async function rulesOf(policy: string, circumstances: Scenario = {}) {
  const { rules } = await explained(policy, circumstances);
  return Object.fromEntries(rules.map((one) => [one.id, one]));
}

const deny = (id: string, when: string | boolean, more = '') =>
  rule(id, when, '{ deny: No }', more);
const SHORT = '{ lifetime: 5m }';
const UNKNOWN = (entry: string) =>
  `unknown: { address: ignore, geo: ignore, reputation: ${entry} }`;
const REFUSES = { source: 'one', actions: ['refuse with access_denied: No'], monitored: false };

interface Case {
  readonly name: string;
  readonly policy: string;
  readonly circumstances?: Scenario;
  /** The explanation of the rule `one`. */
  readonly one: Partial<ExplainedRule>;
}

describe('The explanation contains', () => {
  test.each<Case>([
    {
      name: 'a matching rule, with the values of its variables',
      policy: policyText(deny('one', 'abuse.score >= 75 && now.hour == 10')),
      circumstances: { reputation: 80 },
      one: {
        when: 'abuse.score >= 75 && now.hour == 10',
        outcome: 'matched',
        values: [
          { name: 'abuse.score', value: '80' },
          { name: 'now.hour', value: '10' },
        ],
        unknown: [],
        effects: [REFUSES],
      },
    },
    {
      name: 'a rule that does not match',
      policy: policyText(deny('one', 'geo.country == "KP"')),
      circumstances: { geo: 'LK' },
      one: {
        outcome: 'not-matched',
        values: [{ name: 'geo.country', value: '"LK"' }],
        effects: [],
      },
    },
    {
      name: 'the answers of feeds',
      policy: policyText(
        deny('one', 'address.within("tor") || address.within("old") || anonymizer.vpn'),
        'feeds: [tor, old]',
      ),
      circumstances: { feeds: { tor: false, old: 'expired' }, anonymizer: { vpn: 'absent' } },
      one: {
        outcome: 'unknown',
        values: [
          { name: 'address.value', value: '"205.210.31.51"' },
          { name: 'address.within("tor")', value: 'false' },
          { name: 'address.within("old")', missing: 'the feed is unknown: expired' },
          { name: 'anonymizer.vpn', missing: 'anonymizer is unknown: absent' },
        ],
        unknown: [
          { signal: 'anonymizer', cause: 'absent', entry: 'ignore' },
          { signal: 'feeds', cause: 'expired', entry: 'ignore' },
        ],
      },
    },
    {
      name: 'a signal that the condition did not need',
      policy: policyText(deny('one', 'request.grant == "password" && abuse.score >= 75')),
      one: {
        outcome: 'not-matched',
        values: [
          { name: 'request.grant', value: '"client_credentials"' },
          { name: 'abuse.score', missing: 'not needed' },
        ],
      },
    },
    {
      name: 'a signal that only the reason of the refusal needs',
      policy: policyText(
        rule('one', 'geo.country == "LK" || abuse.tor', '{ deny: "Score ${abuse.score}" }'),
      ),
      circumstances: { geo: 'LK', reputation: 42 },
      one: {
        outcome: 'matched',
        values: [
          { name: 'geo.country', value: '"LK"' },
          { name: 'abuse.tor', missing: 'not needed' },
        ],
        effects: [
          { source: 'one', actions: ['refuse with access_denied: Score 42'], monitored: false },
        ],
      },
    },
    {
      name: 'a signal that is unknown, and the effect of its entry',
      policy: policyText(deny('one', 'abuse.score >= 75'), UNKNOWN(SHORT)),
      circumstances: { reputation: 'timeout' },
      one: {
        outcome: 'unknown',
        values: [{ name: 'abuse.score', missing: 'reputation is unknown: timeout' }],
        unknown: [{ signal: 'reputation', cause: 'timeout', entry: 'applies' }],
        effects: [
          {
            source: 'unknown.reputation',
            actions: ['cap the lifetime at 300 s (5 min)'],
            monitored: false,
          },
        ],
      },
    },
    {
      name: 'a signal that is unknown, and an entry that applied before',
      policy: policyText(
        deny('zero', 'abuse.score >= 90') + deny('one', 'abuse.tor'),
        UNKNOWN(SHORT),
      ),
      circumstances: { reputation: 'quota' },
      one: {
        outcome: 'unknown',
        unknown: [{ signal: 'reputation', cause: 'quota', entry: 'applied-before' }],
        effects: [],
      },
    },
    {
      name: 'an unknown signal that is ignored',
      policy: policyText(deny('one', 'abuse.score >= 75')),
      circumstances: { reputation: 'auth' },
      one: {
        outcome: 'unknown',
        unknown: [{ signal: 'reputation', cause: 'auth', entry: 'ignore' }],
        effects: [],
      },
    },
    {
      name: 'a country that is unknown because the address is',
      policy: policyText(deny('one', 'geo.country == "KP"')),
      circumstances: { address: 'missing' },
      one: {
        outcome: 'unknown',
        values: [{ name: 'geo.country', missing: 'address is unknown: missing' }],
        unknown: [{ signal: 'address', cause: 'missing', entry: 'ignore' }],
      },
    },
    {
      name: 'a field that the database does not have',
      policy: policyText(deny('one', 'geo.city == "Bern"')),
      one: {
        outcome: 'unknown',
        values: [{ name: 'geo.city', missing: 'not present' }],
        unknown: [{ signal: 'geo', cause: 'not-found', entry: 'ignore' }],
      },
    },
    {
      name: 'a failed condition',
      policy: policyText(deny('one', 'token.claims["level"] > 3')),
      circumstances: { request: requestWithClaims({ level: 'high' }) },
      one: {
        outcome: 'failed',
        error: expect.stringMatching(/^no such overload: .*> int$/),
        values: [{ name: 'token.claims["level"]', value: '"high"' }],
        effects: [REFUSES],
      },
    },
    {
      name: 'a failed condition of a rule that only allows',
      policy: policyText(rule('one', 'token.claims["level"] > 3', '{ allow: true }')),
      circumstances: { request: requestWithClaims({ level: 'high' }) },
      one: { outcome: 'failed', effects: [] },
    },
    {
      name: 'a rule after the end of the evaluation',
      policy: policyText(rule('zero', true, '{ allow: true }') + deny('one', 'abuse.score > 1')),
      one: {
        outcome: 'not-reached',
        when: 'abuse.score > 1',
        values: [],
        unknown: [],
        effects: [],
      },
    },
    {
      name: 'a monitored rule',
      policy: policyText(deny('one', true, 'mode: monitor')),
      one: { outcome: 'matched', effects: [{ ...REFUSES, monitored: true }] },
    },
    {
      name: 'a rule of a policy in monitor mode',
      policy: policyText(deny('one', true), 'mode: monitor'),
      one: { outcome: 'matched', effects: [{ ...REFUSES, monitored: true }] },
    },
    {
      name: 'an enforced rule in monitor mode, after a monitored refusal',
      policy: policyText(deny('zero', true) + deny('one', true, 'mode: enforce'), 'mode: monitor'),
      one: { outcome: 'matched', effects: [REFUSES] },
    },
  ])('$name', async ({ policy, circumstances, one }) => {
    expect((await rulesOf(policy, circumstances)).one).toMatchObject(one);
  });
});

test.each<[string, string, string[]]>([
  ['allow', '{ allow: true }', ['allow, and skip all further rules']],
  ['a lifetime', '{ lifetime: 90s }', ['cap the lifetime at 90 s']],
  [
    'a dropped refresh token',
    '{ refresh_token: { drop: true } }',
    ['omit the refresh token from the response; one that the client has stays valid'],
  ],
  [
    'a short refresh token',
    '{ refresh_token: { lifetime: 8h } }',
    ["cap the refresh token's lifetime at 28800 s (8 h)"],
  ],
  [
    'scopes',
    '{ scopes: { remove: [admin, "write:*"], add: [limited] } }',
    ['scopes: remove admin, write:*', 'scopes: add limited'],
  ],
  ['audiences', '{ audience: { remove: ["*"] } }', ['audience: remove *']],
  [
    'claims',
    '{ claims: { set: { risk: "${abuse.score}", bad: "${token.claims[\'x\'] + 1}" }, remove: [email] } }',
    [
      'claims: remove email',
      'claims: set risk to 7',
      'claims: leave bad unchanged, because its value cannot be evaluated',
    ],
  ],
])('The explanation describes %s', async (_, effects, actions) => {
  const { one } = await rulesOf(policyText(rule('one', true, effects)), { reputation: 7 });
  expect(one?.effects[0]?.actions).toEqual(actions);
});

test('The explanation says that a failed condition refuses because a set must be applied', async () => {
  const denyUnenforceable = 'unenforceable: deny';
  const policy = rule(
    'one',
    'token.claims["sub"] > 3',
    '{ claims: { set: { a: b } } }',
    denyUnenforceable,
  );
  const { one } = await rulesOf(policyText(policy));
  expect(one?.effects[0]?.actions).toEqual([
    'refuse, because the condition failed and claims.set must be applied',
  ]);
});

test('Values are those at the evaluation of the rule, without signals fetched by later rules', async () => {
  const policy = policyText(
    rule('first', 'request.grant == "password" && abuse.score > 1', SHORT) +
      rule('second', 'abuse.score > 1', SHORT),
  );
  const { first, second } = await rulesOf(policy, { reputation: 9 });
  expect(first?.values[1]).toEqual({ name: 'abuse.score', missing: 'not needed' });
  expect(second?.values).toEqual([{ name: 'abuse.score', value: '9' }]);
});

test('An explanation changes neither the decision nor the signals that it needs', async () => {
  const policy = policyText(
    deny('a', 'request.grant == "password" && abuse.score > 1') +
      rule('b', 'geo.city == "Bern" || has(geo.city)', SHORT) +
      rule('c', 'abuse.score > 1', SHORT) +
      rule('d', 'token.claims["x"] > 3', SHORT),
    'mode: monitor',
  );
  for (const reputation of [9, 'timeout']) {
    const circumstances = { reputation };
    const { request, signals, now, fetched } = scenario(circumstances);
    const { decision } = await explain(request, compile(policy), signals, now);
    expect({ ...decision, fetched }).toEqual(await decideBy(policy, circumstances));
  }
});
