import { policyText, rule } from '../../../support/policies.ts';
import { warnedRules, warningsIn } from '../../../support/warnings.ts';

type RuleText = readonly [when: string, then: string, more?: string];

const warned = (...rules: readonly RuleText[]) =>
  warnedRules(
    policyText(
      rules.map(([when, then, more], index) => rule(`r${index}`, when, then, more)).join(''),
    ),
  );

const SHORT = '{ lifetime: 5m }';
const LONG = '{ lifetime: 15m }';

describe('a rule whose effects another one always has is reported', () => {
  test.each<[string, readonly RuleText[], string]>([
    [
      'the same rule twice',
      [
        ['abuse.tor', SHORT],
        ['abuse.tor', SHORT],
      ],
      'r1',
    ],
    [
      'a weaker restriction below',
      [
        ['abuse.score >= 25', SHORT],
        ['abuse.score >= 75', LONG],
      ],
      'r1',
    ],
    [
      'a weaker restriction above',
      [
        ['abuse.score >= 75', LONG],
        ['abuse.score >= 25', SHORT],
      ],
      'r0',
    ],
    [
      'a removal that a glob covers',
      [
        ['request.grant == "password"', '{ scopes: { remove: ["admin*"] } }'],
        [
          'request.grant == "password" && now.hour < 6',
          '{ scopes: { remove: [admin, "admin*"] } }',
        ],
      ],
      'r1',
    ],
    [
      'a refusal below',
      [
        ['abuse.score >= 75', LONG],
        ['abuse.score >= 75', '{ deny: No }'],
      ],
      'r0',
    ],
    [
      'the same refusal for more requests, directly below',
      [
        ['geo.country == "KP"', '{ deny: No }'],
        ['geo.country in ["KP", "IR"]', '{ deny: No }'],
      ],
      'r0',
    ],
    [
      'an unconditional restriction',
      [
        ['true', '{ lifetime: 5m, refresh_token: { drop: true } }'],
        ['user.id != ""', '{ refresh_token: { drop: true } }'],
      ],
      'r1',
    ],
  ])('%s', (_, rules, reported) => {
    expect(warned(...rules)).toEqual([`redundant-rule ${reported}`]);
  });
});

describe('a rule that may change something is not reported', () => {
  test.each<[string, readonly RuleText[]]>([
    [
      'a stricter restriction',
      [
        ['abuse.score >= 25', LONG],
        ['abuse.score >= 75', SHORT],
      ],
    ],
    [
      'other effects',
      [
        ['abuse.score >= 25', SHORT],
        ['abuse.score >= 75', '{ scopes: { remove: [a] } }'],
      ],
    ],
    [
      'a claim',
      [
        ['abuse.tor', SHORT],
        ['abuse.tor', '{ lifetime: 15m, claims: { set: { a: 1 } } }'],
      ],
    ],
    [
      'a monitored rule',
      [
        ['abuse.tor', SHORT, 'mode: monitor'],
        ['abuse.tor', LONG],
      ],
    ],
    [
      'a rule under trial',
      [
        ['abuse.tor', SHORT],
        ['abuse.tor', LONG, 'mode: monitor'],
      ],
    ],
    [
      'another refusal below',
      [
        ['geo.country == "KP"', '{ deny: KP }'],
        ['geo.country in ["KP", "IR"]', '{ deny: No }'],
      ],
    ],
    [
      'a rule in between that allows',
      [
        ['abuse.tor', LONG],
        ['now.hour < 6', '{ allow: true }'],
        ['abuse.tor', SHORT],
      ],
    ],
    [
      'a stricter enforcement',
      [
        ['abuse.tor', SHORT, 'unenforceable: ignore'],
        ['abuse.tor', LONG],
      ],
    ],
    [
      'an overlap',
      [
        ['abuse.score >= 25 && now.hour < 12', SHORT],
        ['abuse.score >= 75', LONG],
      ],
    ],
  ])('%s', (_, rules) => {
    expect(warned(...rules)).toEqual([]);
  });
});

test.each([
  ['abuse.score >= 75', 'changes nothing: rule "r1"'],
  ['abuse.score >= 90', 'changes nothing, but may need a CHECK of the score: rule "r1"'],
])('the message mentions the CHECK that only the rule needs: %s', (when, message) => {
  const rules = rule('r0', when, LONG) + rule('r1', 'abuse.score >= 75', SHORT);
  expect(warningsIn(policyText(rules), 'redundant-rule')).toEqual([
    expect.objectContaining({ message: expect.stringContaining(message) }),
  ]);
});

test('the message names the other rule', () => {
  const text = policyText(rule('short', 'abuse.tor', SHORT) + rule('long', 'abuse.tor', LONG));
  expect(warningsIn(text).map((issue) => issue.text)).toEqual([
    'policy.yaml:8: rule "long", when: changes nothing: rule "short" above it matches the same requests, and its effects are at least as strict; remove one of them, or change the condition.',
  ]);
});
