import { type ExplainedRule, explain } from '../../../../app/dev/console/explain.ts';
import {
  type Circumstances,
  compile,
  decideBy,
  meet,
  policyOf,
  requestWithClaims,
  rule,
} from '../../../support/policy.ts';

async function explained(policy: string, circumstances: Circumstances = {}) {
  const { request, signals, now } = meet(circumstances);
  return explain(request, compile(policy), signals, now);
}

/** The rules by id. */
async function rulesOf(policy: string, circumstances: Circumstances = {}) {
  const { rules } = await explained(policy, circumstances);
  return Object.fromEntries(rules.map((one) => [one.id, one]));
}

const deny = (id: string, when: string | boolean, more = '') =>
  rule(id, when, '{ deny: No }', more);
const SHORT = '{ lifetime: 5m }';
const UNKNOWN = (entry: string) =>
  `unknown: { address: ignore, geo: ignore, reputation: ${entry} }`;
const REFUSES = { by: 'one', does: ['refuse with access_denied: No'], monitored: false };

interface Case {
  readonly name: string;
  readonly policy: string;
  readonly circumstances?: Circumstances;
  /** What is said of the rule `one`. */
  readonly one: Partial<ExplainedRule>;
}

describe('Each kind of step', () => {
  test.each<Case>([
    {
      name: 'a rule that matches, with the values that it saw',
      policy: policyOf(deny('one', 'abuse.score >= 75 && now.hour == 10')),
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
      policy: policyOf(deny('one', 'geo.country == "KP"')),
      circumstances: { geo: 'LK' },
      one: {
        outcome: 'not-matched',
        values: [{ name: 'geo.country', value: '"LK"' }],
        effects: [],
      },
    },
    {
      name: 'a signal that the condition could do without',
      policy: policyOf(deny('one', 'request.grant == "password" && abuse.score >= 75')),
      one: {
        outcome: 'not-matched',
        values: [
          { name: 'request.grant', value: '"client_credentials"' },
          { name: 'abuse.score', without: 'not asked for' },
        ],
      },
    },
    {
      name: 'a signal that only the text of the refusal asks for',
      policy: policyOf(
        rule('one', 'geo.country == "LK" || abuse.tor', '{ deny: "Score ${abuse.score}" }'),
      ),
      circumstances: { geo: 'LK', reputation: 42 },
      one: {
        outcome: 'matched',
        values: [
          { name: 'geo.country', value: '"LK"' },
          { name: 'abuse.tor', without: 'not asked for' },
        ],
        effects: [{ by: 'one', does: ['refuse with access_denied: Score 42'], monitored: false }],
      },
    },
    {
      name: 'a signal that is unknown, and what its entry does',
      policy: policyOf(deny('one', 'abuse.score >= 75'), UNKNOWN(SHORT)),
      circumstances: { reputation: 'timeout' },
      one: {
        outcome: 'unknown',
        values: [{ name: 'abuse.score', without: 'reputation is unknown: timeout' }],
        unknown: [{ signal: 'reputation', cause: 'timeout', entry: 'applies' }],
        effects: [
          {
            by: 'unknown.reputation',
            does: ['cap the lifetime at 300 s (5 min)'],
            monitored: false,
          },
        ],
      },
    },
    {
      name: 'a signal that is unknown, and an entry that applied before',
      policy: policyOf(
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
      name: 'a signal that is unknown, and ignored',
      policy: policyOf(deny('one', 'abuse.score >= 75')),
      circumstances: { reputation: 'auth' },
      one: {
        outcome: 'unknown',
        unknown: [{ signal: 'reputation', cause: 'auth', entry: 'ignore' }],
        effects: [],
      },
    },
    {
      name: 'an address that is unknown, behind a country',
      policy: policyOf(deny('one', 'geo.country == "KP"')),
      circumstances: { address: 'missing' },
      one: {
        outcome: 'unknown',
        values: [{ name: 'geo.country', without: 'address is unknown: missing' }],
        unknown: [{ signal: 'address', cause: 'missing', entry: 'ignore' }],
      },
    },
    {
      name: 'a field that the database lacks',
      policy: policyOf(deny('one', 'geo.city == "Bern"')),
      one: {
        outcome: 'unknown',
        values: [{ name: 'geo.city', without: 'not there' }],
        unknown: [{ signal: 'geo', cause: 'not-found', entry: 'ignore' }],
      },
    },
    {
      name: 'a condition that fails',
      policy: policyOf(deny('one', 'token.claims["level"] > 3')),
      circumstances: { request: requestWithClaims({ level: 'high' }) },
      one: {
        outcome: 'failed',
        error: expect.stringMatching(/^no such overload: .*> int$/),
        values: [{ name: 'token.claims["level"]', value: '"high"' }],
        effects: [REFUSES],
      },
    },
    {
      name: 'a condition that fails, of a rule that would only give',
      policy: policyOf(rule('one', 'token.claims["level"] > 3', '{ allow: true }')),
      circumstances: { request: requestWithClaims({ level: 'high' }) },
      one: { outcome: 'failed', effects: [] },
    },
    {
      name: 'a rule after the end',
      policy: policyOf(rule('zero', true, '{ allow: true }') + deny('one', 'abuse.score > 1')),
      one: {
        outcome: 'not-reached',
        when: 'abuse.score > 1',
        values: [],
        unknown: [],
        effects: [],
      },
    },
    {
      name: 'a rule that is only monitored',
      policy: policyOf(deny('one', true, 'mode: monitor')),
      one: { outcome: 'matched', effects: [{ ...REFUSES, monitored: true }] },
    },
    {
      name: 'a rule of a policy that is only monitored',
      policy: policyOf(deny('one', true), 'mode: monitor'),
      one: { outcome: 'matched', effects: [{ ...REFUSES, monitored: true }] },
    },
    {
      name: 'an enforced rule of such a policy, behind the end that it would have come to',
      policy: policyOf(deny('zero', true) + deny('one', true, 'mode: enforce'), 'mode: monitor'),
      one: { outcome: 'matched', effects: [REFUSES] },
    },
  ])('$name', async ({ policy, circumstances, one }) => {
    expect((await rulesOf(policy, circumstances)).one).toMatchObject(one);
  });
});

test.each<[string, string, string[]]>([
  ['allow', '{ allow: true }', ['allow, without looking at further rules']],
  ['a lifetime', '{ lifetime: 90s }', ['cap the lifetime at 90 s']],
  [
    'no refresh token',
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
      'claims: leave bad as it is, for its value cannot be worked out',
    ],
  ],
])('An effect in words: %s', async (_, effects, does) => {
  const { one } = await rulesOf(policyOf(rule('one', true, effects)), { reputation: 7 });
  expect(one?.effects[0]?.does).toEqual(does);
});

test('A failed condition whose rule insists on what it sets refuses, and says so', async () => {
  const insisting = 'unenforceable: deny';
  const policy = rule('one', 'token.claims["sub"] > 3', '{ claims: { set: { a: b } } }', insisting);
  const { one } = await rulesOf(policyOf(policy));
  expect(one?.effects[0]?.does).toEqual([
    'refuse, because the condition failed and claims.set must be applied',
  ]);
});

test('The values are those of the moment: what a later rule asks for is not among them', async () => {
  const policy = policyOf(
    rule('first', 'request.grant == "password" && abuse.score > 1', SHORT) +
      rule('second', 'abuse.score > 1', SHORT),
  );
  const { first, second } = await rulesOf(policy, { reputation: 9 });
  expect(first?.values[1]).toEqual({ name: 'abuse.score', without: 'not asked for' });
  expect(second?.values).toEqual([{ name: 'abuse.score', value: '9' }]);
});

test('To be explained changes nothing of the decision, nor of what it asks for', async () => {
  const policy = policyOf(
    deny('a', 'request.grant == "password" && abuse.score > 1') +
      rule('b', 'geo.city == "Bern" || has(geo.city)', SHORT) +
      rule('c', 'abuse.score > 1', SHORT) +
      rule('d', 'token.claims["x"] > 3', SHORT),
    'mode: monitor',
  );
  for (const reputation of [9, 'timeout']) {
    const circumstances = { reputation };
    const { request, signals, now, asked } = meet(circumstances);
    const { decision } = await explain(request, compile(policy), signals, now);
    expect({ ...decision, asked }).toEqual(await decideBy(policy, circumstances));
  }
});
