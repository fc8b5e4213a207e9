import { issuesIn } from '../../../support/policies.ts';

const NEXT = `  - id: next
    when: geo.country == "KP"
    then: { deny: "No" }
unknown: { address: { deny: a }, geo: { deny: g } }
`;

/** A rule with these lines, above another one. */
const rule = (lines: string) => `version: 1\nrules:\n  - id: one\n${lines}\n${NEXT}`;
const deny = (text: string) => rule(`    when: true\n    then: { deny: ${text} }`);
const when = (text: string) => rule(`    when: ${text}\n    then: { deny: x }`);

/** One mistake is one issue, however much of the file the parser no longer understands. */
describe('a mistake in the YAML is one issue with a remedy', () => {
  const QUOTE_VALUE =
    'a value within { } or [ ] contains a bracket, a comma or a quote; quote the value.';
  const QUOTE_COLON = 'the value contains a colon and a space; quote it.';
  const NOT_ALIGNED = 'this line is not aligned with ';
  test.each<[string, string, string]>([
    ['a placeholder in braces', deny(`No tokens in \${geo.country}.`), `5: ${QUOTE_VALUE}`],
    [
      'a condition with a list in braces',
      `version: 1\nrules:\n  - { id: a, when: geo.country in ["KP"], then: { deny: x } }\n${NEXT}`,
      `3: ${QUOTE_VALUE}`,
    ],
    ['a colon in braces', deny('Blocked: ask us'), '5: a value within { } or [ ] contains a colon'],
    [
      'a colon in a block',
      rule('    when: true\n    then:\n      deny: Blocked: x'),
      `6: ${QUOTE_COLON}`,
    ],
    ['a conditional expression', when('abuse.tor ? true : false'), `4: ${QUOTE_COLON}`],
    ['a number sign in braces', deny('Ticket #1'), '5: the { has no }; add it, or quote a value'],
    ['a missing brace', rule('    when: true\n    then: { deny: x'), '5: the { has no }; add it.'],
    [
      'a missing bracket',
      `version: 1\nlists:\n  a: [KP, IR\nrules:\n${NEXT}`,
      '3: the [ has no ]; add it.',
    ],
    [
      'a missing comma',
      `version: 1\nlists:\n  a: ["KP" "IR"]\nrules:\n${NEXT}`,
      '3: a comma is missing before this value',
    ],
    ['a missing double quote', deny('"No tokens'), '5: the closing " of a value is missing'],
    ['a missing single quote', when(`'true`), `4: the closing ' of a value is missing`],
    [
      'a quote at the start',
      when('"KP" == geo.country'),
      '4: the value ends before this text; quo',
    ],
    ['a list at the start', when('["KP"].size() > 0'), '4: the value ends before this text; quote'],
    ['a negation', when('!has(geo.city)'), '4: YAML reads this as a tag: !has(geo.city); quote a'],
    ['a negation and a colon', when('!has(geo.city) && a == "b: c"'), `4: ${QUOTE_COLON}`],
    [
      'a backslash',
      when(`"request.client_id.matches('\\d')"`),
      '4: Invalid escape sequence \\d; in double',
    ],
    ['a reserved character', deny('@blocked'), '5: a value cannot begin with @; quote it.'],
    [
      'a star',
      rule('    when: true\n    then: { scopes: { remove: [*] } }'),
      '5: YAML reads a value that begins with * or & as an alias',
    ],
    ['tabs', `version: 1\nrules:\n\t- id: a\n\t  when: true\n${NEXT}`, '3: Tabs are not allowed'],
    ['a tab', rule('    when: true\n\tthen: { deny: x }'), '5: Tabs are not allowed'],
    ['a missing colon', rule('    when true\n    then: { deny: x }'), '4: this line has no colon'],
    ['a missing colon at the top', `version: 1\nmode enforce\nrules:\n${NEXT}`, '2: this line has'],
    [
      'a missing space',
      rule('    when:true\n    then: { deny: x }'),
      '4: a space is missing after ',
    ],
    [
      'a missing space in a list',
      `version: 1\nrules:\n  -id: a\n   when: true\n`,
      '3: a space is ',
    ],
    [
      'an item too far left',
      `${deny('x')}`.replace('  - id: next', ' - id: next'),
      `6: ${NOT_ALIGNED}`,
    ],
    [
      'an item too far right',
      `${deny('x')}`.replace(/ {2}(- id: next)/, '    $1'),
      `6: ${NOT_ALIGNED}`,
    ],
    ['a key too far left', rule('    when: true\n   then: { deny: x }'), `5: ${NOT_ALIGNED}`],
    ['a key too far right', rule('    when: true\n      then: { deny: x }'), '4: the next line is'],
    [
      'a merge conflict',
      `version: 1\n<<<<<<< HEAD\nmode: enforce\n=======\nmode: monitor\n>>>>>>> branch\nrules: []\n`,
      '2: the file contains a merge conflict; keep one of the versions.',
    ],
  ])('%s', (_, text, sentence) => {
    expect(issuesIn(text)).toEqual([expect.stringContaining(`policy.yaml:${sentence}`)]);
  });

  test('mistakes after which the rest of the file is understood are all reported', () => {
    const text = `${deny('@blocked')}mode: monitor\nmode: enforce\n`;
    expect(issuesIn(text)).toEqual([
      'policy.yaml:5: a value cannot begin with @; quote it.',
      'policy.yaml:11: duplicate key mode.',
    ]);
  });
});
