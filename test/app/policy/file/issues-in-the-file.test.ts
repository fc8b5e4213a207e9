import { loadPolicy } from '../../../../app/src/policy/file/load.ts';
import { compile, issuesIn } from '../../../support/policies.ts';

const RULE = `rules:
  - id: high-risk
    when: abuse.score >= 75
    then: { deny: No }
unknown: { address: ignore, reputation: ignore }
`;

describe('a file that is not valid YAML', () => {
  test.each<[string, string, number, RegExp]>([
    ['a tab as indentation', 'version: 1\n\trules: []\n', 2, /^Tabs are not allowed/],
    ['a list that is not closed', 'version: 1\nrules: [\n', 2, /^the \[ has no \]; add it\.$/],
    [
      'a duplicate key',
      `version: 1\nmode: monitor\n${RULE}mode: enforce\n`,
      8,
      /^duplicate key mode\.$/,
    ],
    [
      'a duplicate key of a rule',
      `version: 1\n${RULE.replace('    then', '    when: true\n    then')}`,
      5,
      /^duplicate key when\.$/,
    ],
    [
      'two documents',
      `version: 1\n${RULE}---\nversion: 1\n`,
      7,
      /^the file must be one YAML document/,
    ],
    ['an alias without an anchor', 'version: 1\nrules: *rules\n', 2, /^Unresolved alias/],
    [
      'aliases that multiply',
      `version: 1\na: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: &c [${'*b,'.repeat(99)}]\nd: [*c, *c]\n`,
      5,
      /^the aliases up to \*c expand to more than 1000000 values; define a list below lists /,
    ],
    [
      'aliases that double sixty times',
      `version: 1\nx0: &x0 [x]\n${Array.from({ length: 60 }, (_, n) => `x${n + 1}: &x${n + 1} [*x${n}, *x${n}]\n`).join('')}`,
      20,
      /^the aliases up to \*x17 expand to more than 1000000 values; define a list below lists /,
    ],
    [
      'a merge of something other than a mapping',
      'version: 1\nx-d: &d [a]\nrules:\n  - <<: *d\n',
      4,
      /^<< merges a mapping, or a list of mappings, e\.g\. <<: \*defaults\.$/,
    ],
    [
      'a mapping that merges itself',
      'version: 1\nx-d: &d\n  inner: { <<: *d }\nrules: []\n',
      3,
      /^<< must not merge a mapping that contains it\.$/,
    ],
    [
      'an unquoted negation, which YAML reads as a tag',
      `version: 1\n${RULE.replace('abuse.score >= 75', '!address.public')}`,
      4,
      /quote a condition that begins with a quote, ! or \[/,
    ],
    [
      'a negation that YAML would drop silently',
      `version: 1\n${RULE.replace('abuse.score >= 75', '!address.public && abuse.score > 3')}`,
      4,
      /quote a condition that begins with/,
    ],
    [
      'a condition that begins with a quoted string',
      `version: 1\n${RULE.replace('abuse.score >= 75', '"x" in request.headers')}`,
      4,
      /quote a condition that begins with/,
    ],
    [
      'a condition with a colon and a space',
      `version: 1\n${RULE.replace('abuse.score >= 75', 'abuse.tor ? true : false')}`,
      4,
      /the value contains a colon and a space; quote it/,
    ],
  ])('%s', (_, text, line, sentence) => {
    const issues = issuesIn(text);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatch(new RegExp(`^policy\\.yaml:${line}: `));
    expect(issues[0]?.replace(/^\S+ /, '')).toMatch(sentence);
  });
});

describe('a schema issue is one sentence with file, line, place and reason', () => {
  test.each<[string, string, string]>([
    ['an empty file', '', ':1: the policy is empty.'],
    ['a file that is a string', 'hello', ':1: must be a mapping, not "hello".'],
    ['a file that is a list', '- a', ':1: must be a mapping, not a list.'],
    ['no version', RULE, ':1: version: is missing; write version: 1.'],
    ['another version', `version: 2\n${RULE}`, ':1: version: must be 1, not 2.'],
    ['a version that is a string', `version: "1"\n${RULE}`, ':1: version: must be 1, not "1".'],
    ['no rules', 'version: 1\n', ':1: rules: is missing.'],
    ['rules that are null', 'version: 1\nrules:\n', ':2: rules: must be a list, not null.'],
    [
      'an invalid mode',
      `version: 1\nmode: audit\n${RULE}`,
      ':2: mode: must be enforce or monitor.',
    ],
    [
      'an unknown time zone',
      `version: 1\ntimezone: Mars/Base\n${RULE}`,
      ':2: timezone: "Mars/Base" is not an IANA time zone; write a name such as Europe/Berlin.',
    ],
    [
      'a time zone that is a number',
      `version: 1\ntimezone: 2\n${RULE}`,
      ':2: timezone: must be a string, not 2.',
    ],
    [
      'an invalid unenforceable',
      `version: 1\n${RULE}unenforceable: maybe\n`,
      ':7: unenforceable: must be deny or ignore.',
    ],
    [
      'an unknown key',
      `version: 1\n${RULE}rule: []\n`,
      ':7: rule: is not a known key; did you mean rules?',
    ],
    [
      'lists that are not a mapping',
      `version: 1\nlists: [a]\n${RULE}`,
      ':2: lists: must be a mapping: a name, a colon and a value for each entry.',
    ],
    [
      'a rule that is a string',
      `version: 1\nrules:\n  - nothing\n`,
      ':3: rule 1: must be a mapping, not "nothing".',
    ],
    [
      'a rule that contains itself',
      'version: 1\nrules: &rules\n  - *rules\n',
      ':3: rule 1: must be a mapping, not a list.',
    ],
    [
      'an unknown key of a rule',
      `version: 1\n${RULE.replace('    then', '    enabled: true\n    then')}`,
      ':5: rule "high-risk", enabled: is not a known key.',
    ],
    [
      'a rule without a condition',
      'version: 1\nrules:\n  - id: one\n    then: { allow: true }\n',
      ':3: rule "one", when: is missing.',
    ],
    [
      'a rule without effects',
      'version: 1\nrules:\n  - id: one\n    when: true\n',
      ':3: rule "one", then: is missing.',
    ],
    [
      'a rule without an id',
      'version: 1\nrules:\n  - when: true\n    then: { allow: true }\n',
      ':3: rule 1, id: is missing.',
    ],
    [
      'an id with a space',
      `version: 1\n${RULE.replace('high-risk', 'high risk')}`,
      ':3: rule "high risk", id: must be up to 64 letters, digits, dots, hyphens or _.',
    ],
    [
      'an id that is too long',
      `version: 1\n${RULE.replace('high-risk', 'x'.repeat(65))}`,
      `:3: rule "${'x'.repeat(65)}", id: must be up to 64 letters, digits, dots, hyphens or _.`,
    ],
    [
      'an id that is a number',
      `version: 1\n${RULE.replace('high-risk', '7')}`,
      ':3: rule 1, id: must be a string, not 7.',
    ],
    [
      'an invalid mode of a rule',
      `version: 1\n${RULE.replace('    then', '    mode: off\n    then')}`,
      ':5: rule "high-risk", mode: must be enforce or monitor.',
    ],
    [
      'an invalid unenforceable of a rule',
      `version: 1\n${RULE.replace('    then', '    unenforceable: off\n    then')}`,
      ':5: rule "high-risk", unenforceable: must be deny or ignore.',
    ],
  ])('%s', (_, text, sentence) => {
    expect(issuesIn(text)).toEqual([`policy.yaml${sentence}`]);
  });

  test('a duplicate id is reported at the later rule', () => {
    const again = `  - id: high-risk\n    when: true\n    then: { allow: true }\nunknown`;
    const text = `version: 1\n${RULE.replace('unknown', again)}`;
    expect(issuesIn(text)).toEqual([
      'policy.yaml:6: rule "high-risk", id: must be unique; another rule has this id.',
    ]);
  });
});

test('issues of every kind are reported together, each at its line', () => {
  const text = `version: 1
mode: audit
lists:
  networks: [10.0.0.1/8]
  mixed: [1, a]
rules:
  - id: one
    when: abus.score > 3
    then: { lifetime: 0 }
    enabled: true
  - id: two
    when: address.within("networks")
    then: { deny: "a, b" }
  - id: two
    then: { claims: { set: { exp: 1 } } }
unknown:
  geo: skip
extra: 1
`;
  expect(issuesIn(text).map((issue) => issue.slice('policy.yaml:'.length))).toEqual([
    '2: mode: must be enforce or monitor.',
    '4: lists.networks.0: "10.0.0.1/8" has bits set below its prefix; write 10.0.0.0/8 for the network, or 10.0.0.1 for the address.',
    '5: lists.mixed: mixes strings and numbers; quote the numbers or remove the strings.',
    '8: rule "one", when: unknown variable abus (in: abus.score > 3); did you mean abuse?',
    expect.stringMatching(/^9: rule "one", then\.lifetime: 0 is not a valid duration;/),
    '10: rule "one", enabled: is not a known key.',
    expect.stringMatching(/^13: rule "two", then\.deny: the identity server does not accept ","/),
    '14: rule "two", when: is missing.',
    '14: rule "two", id: must be unique; another rule has this id.',
    '15: rule "two", then.claims.set.exp: exp is a reserved claim and cannot be changed.',
    expect.stringMatching(/^16: unknown: rule "two" needs address/),
    '17: unknown.geo: must be ignore or an effect, e.g. { lifetime: 5m }.',
    '18: extra: is not a known key.',
  ]);
});

test('an invalid rule does not shift the places of later rules', () => {
  const text =
    'version: 1\nrules:\n  - nothing\n  - id: two\n    when: abus\n    then: { deny: No }\n';
  expect(issuesIn(text)).toEqual([
    'policy.yaml:3: rule 1: must be a mapping, not "nothing".',
    'policy.yaml:5: rule "two", when: unknown variable abus (in: abus); did you mean abuse?',
  ]);
});

test('every issue is on one line of the error message', () => {
  const text = `version: 1\n${RULE.replace('abuse.score >= 75', '|\n      abuse.scor >= 75 &&\n      abuse.tor')}`;
  const [sentence, ...more] = issuesIn(text);
  expect(more).toEqual([]);
  expect(sentence).toBe(
    'policy.yaml:5: rule "high-risk", when: unknown field scor (in: abuse.scor >= 75 && abuse.tor); did you mean score?',
  );
});

test.each([
  [
    'that does not exist',
    '/nowhere/policy.yaml',
    /\/nowhere\/policy\.yaml does not exist\b.*POLICY_FILE/,
  ],
  ['that is a directory', 'app', /\bapp\b.* cannot be read/],
])('a policy file %s is reported with the reason', async (_, file, sentence) => {
  await expect(loadPolicy(file)).rejects.toThrow(sentence);
});

test('the first hundred issues are shown, with the number of the others', () => {
  const entries = Array.from({ length: 1000 }, (_, index) => `  - 10.0.${index}/24\n`).join('');
  const text = `version: 1\nlists:\n  it:\n${entries}rules:\n  - { id: one, when: 'address.within("it")', then: { deny: "No" } }\nunknown: { address: { deny: a } }\n`;
  expect(() => compile(text)).toThrow(
    /^policy\.yaml:4: lists\.it\.0: "10\.0\.0\/24" is not a valid CIDR;.*\n… and 900 more issues\.$/s,
  );
});
