import { parse } from 'yaml';
import { findDifferences } from '../../../../../app/tools/policy/compare/differences.ts';

/** Returns the differences of two files as lines: a title, and the lines that differ. */
function differences(before: string, after: string): string[] {
  return findDifferences(parse(before, { merge: true }), parse(after, { merge: true })).flatMap(
    ({ part, kind, order, lines }) => [
      `${part} ${kind}${order ? `, ${order}` : ''}`,
      ...lines.filter(({ sign }) => sign !== ' ').map(({ sign, text }) => `${sign} ${text}`),
    ],
  );
}

const rules = (...all: string[]) => `rules:\n${all.map((each) => `  - ${each}\n`).join('')}`;
const rule = (id: string, when = 'true') => `{ id: ${id}, when: ${when}, then: { lifetime: 5m } }`;

test.each<[string, string, string, string[]]>([
  ['nothing', 'version: 1\nmode: monitor', '# x\nmode: "monitor"\nversion: 1', []],
  ['a setting', 'mode: monitor', 'mode: enforce', ['mode changed', '- monitor', '+ enforce']],
  ['a new setting', '', 'timezone: UTC', ['timezone added', '+ UTC']],
  [
    'a field of a setting',
    'wait: { reputation: 1s }',
    'wait: { reputation: 150ms }',
    ['wait changed', '- reputation: 1s', '+ reputation: 150ms'],
  ],
  ['an extension', 'x-a: 1', 'x-a: 2', []],
  [
    'a condition',
    rules(rule('a', 'x > 1')),
    rules(rule('a', 'x > 2')),
    ['rule a changed', '- when: x > 1', '+ when: x > 2'],
  ],
  [
    'an anchor in place of a value',
    rules(rule('a')),
    `x-a: &a { lifetime: 5m }\n${rules('{ id: a, when: true, then: *a }')}`,
    [],
  ],
  [
    'a rule that is removed',
    rules(rule('a'), rule('b')),
    rules(rule('b')),
    ['rule a removed', '- id: a', '- when: true', '- then:', '-   lifetime: 5m'],
  ],
  [
    'one rule of many that moves',
    rules(...['a', 'b', 'c', 'd'].map((id) => rule(id))),
    rules(...['d', 'a', 'b', 'c'].map((id) => rule(id))),
    ['rule d moved, is now the first rule'],
  ],
  [
    'a rule that moves and changes',
    rules(rule('a'), rule('b'), rule('c')),
    rules(rule('b'), rule('c'), rule('a', 'x')),
    ['rule a changed, now follows c', '- when: true', '+ when: x'],
  ],
  [
    'a new rule in between',
    rules(rule('a'), rule('b')),
    rules(rule('a'), '{ id: n }', rule('b')),
    ['rule n added', '+ id: n'],
  ],
  [
    'rules with the same id',
    rules(rule('a')),
    rules(rule('a'), '{ id: a }'),
    ['rule 2 added', '+ id: a'],
  ],
  [
    'a rule that is not a mapping',
    rules('{ id: a }'),
    rules('{ id: a }', 'x'),
    ['rule 2 added', '+ x'],
  ],
  [
    'entries of a list',
    'lists: { it: [a, b, { value: c, until: 2027-01-31 }] }',
    'lists: { it: [b, d, { value: c, until: 2028-01-31 }] }',
    [
      'lists.it changed',
      '- a',
      '- { value: c, until: 2027-01-31 }',
      '+ d',
      '+ { value: c, until: 2028-01-31 }',
    ],
  ],
  ['the order of a list', 'lists: { it: [a, b] }', 'lists: { it: [b, a] }', []],
  [
    'a cause',
    'unknown: { geo: ignore, reputation: { default: ignore } }',
    'unknown: { geo: ignore, reputation: { default: ignore, auth: { deny: No } } }',
    ['unknown.reputation changed', '+ auth:', '+   deny: No'],
  ],
  [
    'effects in place of ignore',
    'unknown: { geo: ignore }',
    'unknown: { geo: { lifetime: 5m } }',
    ['unknown.geo changed', '- ignore', '+ lifetime: 5m'],
  ],
  ['files that are no policies', '[]', 'a', []],
])('%s', (_, before, after, expected) => {
  expect(differences(before, after)).toEqual(expected);
});
