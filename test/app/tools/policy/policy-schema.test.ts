import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { COMMANDS } from '../../../../app/cli/commands/index.ts';
import { rangePattern } from '../../../../app/src/policy/file/schemas/range-pattern.ts';
import { policyJsonSchema } from '../../../../app/tools/policy/json-schema/policy-schema.ts';
import { policyText, rule } from '../../../support/policies.ts';
import { policyFile } from '../../../support/policy-files.ts';
import { compareWithLoader, loaderErrors, schemaAccepts } from '../../../support/policy-schema.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

const FILE = new URL('../../../../app/policy.schema.json', import.meta.url);

test('app/policy.schema.json is up to date; npm run build:schema writes it', () => {
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(policyJsonSchema())),
  );
});

test.each([[[]], [['--json']]])('risk-gate policy schema %j prints the file', async (options) => {
  const terminal = fakeTerminal();
  const program = { name: 'risk-gate', version: '1.0.0', description: '', commands: COMMANDS };
  expect(await runCommandLine(program, ['policy', 'schema', ...options], terminal)).toBe(0);
  expect(terminal.output()).toBe(readFileSync(FILE, 'utf8'));
});

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly additionalProperties?: unknown;
}

test('every key of a mapping has a description', () => {
  const undescribed: string[] = [];
  const visit = (schema: unknown, path: string) => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties = {}, additionalProperties } = schema as ObjectSchema;
    // Others are conditions on mappings that are described elsewhere.
    const keys = additionalProperties === false ? Object.entries(properties) : [];
    for (const [name, property] of keys) {
      if (!('description' in property || '$ref' in property)) undescribed.push(`${path}/${name}`);
    }
    for (const [key, value] of Object.entries(schema)) visit(value, `${path}/${key}`);
  };
  visit(policyJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

test.each([1, 7, 10, 19, 100, 2500, 876_000])('a pattern of the integers from 1 to %i', (max) => {
  const pattern = new RegExp(`^${rangePattern(max)}$`);
  const numbers = [0, 1, 2, 9, 10, 11, 99, max - 1, max, max + 1, max * 2, max * 10];
  for (const number of [...numbers, ...Array.from({ length: 200 }, (_, at) => at)]) {
    expect([number, pattern.test(`0${number}`)]).toEqual([number, number >= 1 && number <= max]);
  }
});

const withRule = (fields: string) => `version: 1\nrules:\n  - ${fields}\n`;
const withEffects = (then: string) => policyText(rule('one', true, then));
const withMore = (more: string) => policyText(rule('one', true, '{ deny: No }'), more);

/** A rule of the loader, and a file that breaks it. */
const STRUCTURE: readonly (readonly [string, string])[] = [
  ['an empty file', ''],
  ['a list', '[]'],
  ['no version', 'rules: []'],
  ['another version', 'version: 2\nrules: []'],
  ['a version in quotes', 'version: "1"\nrules: []'],
  ['no rules', 'version: 1'],
  ['rules without a value', 'version: 1\nrules:\n'],
  ['an unknown key', withMore('rule: []')],
  ['a mode that does not exist', withMore('mode: audit')],
  ['a mode without a value', withMore('mode:')],
  ['an empty time zone', withMore('timezone: ""')],
  ['an unenforceable that does not exist', withMore('unenforceable: allow')],
  ['a list name with a hyphen', withMore('lists: { a-b: [a] }')],
  ['a list name that is a number', withMore('lists: { 1: [a] }')],
  ['a list name that every object has', withMore('lists: { constructor: [a] }')],
  ['the prototype as a list', withMore('lists: { __proto__: [a] }')],
  ['a list that is a string', withMore('lists: { it: a }')],
  ['a list of strings and integers', withMore('lists: { it: [a, 1] }')],
  ['integers, one with a note', withMore('lists: { it: [a, { value: 1, note: b }] }')],
  ['a fraction in a list', withMore('lists: { it: [1.5] }')],
  ['an integer that is not exact', withMore('lists: { it: [9007199254740993] }')],
  ['a boolean in a list', withMore('lists: { it: [true] }')],
  ['an entry without a value', withMore('lists: { it: [{ note: a }] }')],
  ['an entry with an unknown key', withMore('lists: { it: [{ value: a, untl: 2027-01-31 }] }')],
  ['a date that does not exist', withMore('lists: { it: [{ value: a, until: 2027-02-29 }] }')],
  ['a moment as a date', withMore('lists: { it: [{ value: a, until: 2027-01-31T00:00:00Z }] }')],
  ['a feed with capitals', withMore('feeds: [Tor]')],
  ['a feed with two hyphens', withMore('feeds: [a--b]')],
  ['a feed with 41 letters', withMore(`feeds: [${'a'.repeat(41)}]`)],
  ['a feed twice', withMore('feeds: [a, a]')],
  ['46 feeds', withMore(`feeds: [${Array.from({ length: 46 }, (_, at) => `a${at}`)}]`)],
  ['an empty wait', withMore('wait: {}')],
  ['a wait for another signal', withMore('wait: { geo: 150ms }')],
  ['a wait without a unit', withMore('wait: { reputation: 150 }')],
  ['a wait that is too long', withMore('wait: { reputation: 2501ms }')],
  ['a rule that is a string', withRule('a')],
  ['a rule without an id', withRule('{ when: true, then: { deny: No } }')],
  ['a rule without a condition', withRule('{ id: a, then: { deny: No } }')],
  ['a rule without effects', withRule('{ id: a, when: true }')],
  ['effects without a value', withRule('{ id: a, when: true, then: }')],
  [
    'an unknown key of a rule',
    withRule('{ id: a, when: true, then: { deny: No }, enabled: true }'),
  ],
  ['an extension in a rule', withRule('{ id: a, when: true, then: { deny: No }, x-a: 1 }')],
  ['an id that is a number', withRule('{ id: 7, when: true, then: { deny: No } }')],
  ['an id with a space', withRule('{ id: a b, when: true, then: { deny: No } }')],
  ['an id with 65 letters', withRule(`{ id: ${'a'.repeat(65)}, when: true, then: { deny: No } }`)],
  ['an id of an entry of unknown', withRule('{ id: unknown.geo, when: true, then: { deny: No } }')],
  ['a condition that is a number', withRule('{ id: a, when: 1, then: { deny: No } }')],
  ['a condition that is a list', withRule('{ id: a, when: [true], then: { deny: No } }')],
  [
    'a mode that YAML 1.1 reads as false',
    withRule('{ id: a, when: true, then: { deny: No }, mode: off }'),
  ],
  ['a note that is a number', withRule('{ id: a, when: true, then: { deny: No }, note: 1 }')],
  ['no effect', withEffects('{}')],
  ['an effect that is a string', withEffects('allow')],
  ['an unknown effect', withEffects('{ shorten: 5m }')],
  ['an allow that is false', withEffects('{ allow: false }')],
  ['a deny with another effect', withEffects('{ deny: No, lifetime: 5m }')],
  ['a deny with an allow', withEffects('{ deny: No, allow: true }')],
  ['a deny that is true', withEffects('{ deny: true }')],
  ['a deny without a text', withEffects('{ deny: " " }')],
  ['a deny without a description', withEffects('{ deny: { reason: a } }')],
  ['a deny with an unknown key', withEffects('{ deny: { description: No, code: 4 } }')],
  ['a deny with a blank reason', withEffects('{ deny: { description: No, reason: "" } }')],
  ...[
    '0',
    '0s',
    '-5',
    '1.5',
    '1.5h',
    '1d',
    '10 m',
    '15M',
    '1h30m',
    '"900"',
    '876001h',
    '.inf',
  ].flatMap((lifetime): [string, string][] => [
    [`a lifetime of ${lifetime}`, withEffects(`{ lifetime: ${lifetime} }`)],
    [`a refresh token of ${lifetime}`, withEffects(`{ refresh_token: { lifetime: ${lifetime} } }`)],
  ]),
  ['a lifetime of more seconds than a hundred years', withEffects('{ lifetime: 3153600001 }')],
  ['an empty refresh_token', withEffects('{ refresh_token: {} }')],
  ['a drop that is false', withEffects('{ refresh_token: { drop: false } }')],
  ...['scopes', 'audience'].flatMap((kind): [string, string][] => [
    [`empty ${kind}`, withEffects(`{ ${kind}: {} }`)],
    [`${kind} with empty lists`, withEffects(`{ ${kind}: { remove: [], add: [] } }`)],
    [`an unknown key of ${kind}`, withEffects(`{ ${kind}: { drop: [a] } }`)],
    [`${kind} as a string`, withEffects(`{ ${kind}: { remove: a } }`)],
    [`${kind} without a name`, withEffects(`{ ${kind}: { remove: [""] } }`)],
    [`${kind} with a number`, withEffects(`{ ${kind}: { add: [3] } }`)],
  ]),
  ['empty claims', withEffects('{ claims: {} }')],
  ['claims with empty parts', withEffects('{ claims: { set: {}, remove: [] } }')],
  ['claims to set as a list', withEffects('{ claims: { set: [a] } }')],
  ['a claim without a name', withEffects('{ claims: { set: { " ": a } } }')],
  ['a removed claim without a name', withEffects('{ claims: { remove: [" "] } }')],
  ['a removed claim with a space after its name', withEffects('{ claims: { remove: ["a "] } }')],
  ['a claim with a space before its name', withEffects('{ claims: { set: { " a": a } } }')],
  ['a claim that is null', withEffects('{ claims: { set: { a: null } } }')],
  ['a claim that is a mapping', withEffects('{ claims: { set: { a: { b: c } } } }')],
  ['a claim that is a list of numbers', withEffects('{ claims: { set: { a: [1] } } }')],
  ['a claim that would be rounded', withEffects('{ claims: { set: { a: 9007199254740993 } } }')],
  ['a claim that is not a number', withEffects('{ claims: { set: { a: .nan } } }')],
  ['an unknown signal', withMore('unknown: { weather: ignore }')],
  ['an entry that is another word', withMore('unknown: { geo: skip }')],
  ['an entry without a value', withMore('unknown: { geo: }')],
  ['an entry without effects', withMore('unknown: { geo: {} }')],
  ['a cause of another signal', withMore('unknown: { geo: { default: ignore, quota: ignore } }')],
  ['causes without a default', withMore('unknown: { reputation: { quota: ignore } }')],
  [
    'a deny with a lifetime for a cause',
    withMore('unknown: { geo: { default: { deny: No, lifetime: 1h } } }'),
  ],
  ['an effect beside causes', withMore('unknown: { geo: { default: ignore, lifetime: 5m } }')],
  ['unenforceable in an entry', withMore('unknown: { geo: { deny: No, unenforceable: ignore } }')],
];

test.each(STRUCTURE)('the schema rejects, as the loader does, %s', (_, text) => {
  expect(loaderErrors(text)).not.toEqual([]);
  expect(schemaAccepts(text)).toBe(false);
});

test.each([
  [
    'the default policy',
    readFileSync(new URL('../../../../app/policy.yaml', import.meta.url), 'utf8'),
  ],
  ['no rules', 'version: 1\nrules: []'],
  ['extensions of any kind', withMore('x-a: [1, null]\nx-: { b: c }')],
  ['a condition that is true', withRule('{ id: a, when: true, then: { deny: No } }')],
  [
    'a condition in a block',
    'version: 1\nrules:\n  - id: a\n    when: |\n      true\n    then: { deny: No }\n',
  ],
  [
    'an anchor and a merge key',
    'version: 1\nx-a: &a { mode: monitor, when: true }\nrules:\n  - { <<: *a, id: a, then: &d { deny: No } }\n  - { <<: [*a], id: b, then: *d }\n',
  ],
  ['a date without quotes', withMore('lists: { it: [{ value: a, until: 2028-02-29 }] }')],
  ['a country that YAML 1.1 reads as false', withMore('lists: { it: [NO] }')],
  ['a claim whose name is a number', withEffects('{ claims: { set: { 5: a } } }')],
  ['a claim named like the prototype', withEffects('{ claims: { set: { __proto__: a } } }')],
  ['a lifetime in a block, with its line break', withEffects('\n      lifetime: |\n        15m')],
  ['a lifetime of a hundred years', withEffects('{ lifetime: 876000h }')],
  ['a time zone in small letters', withMore('timezone: europe/berlin')],
  ['40 feeds', withMore(`feeds: [${Array.from({ length: 40 }, (_, at) => `a${at}`)}]`)],
  [
    'each cause but the younger ones',
    withMore(
      'unknown: { reputation: { private: ignore, reserved: ignore, quota: ignore, auth: ignore, timeout: ignore, upstream: ignore, invalid: ignore } }',
    ),
  ],
])('the schema and the loader accept %s', (_, text) => {
  expect(loaderErrors(text)).toEqual([]);
  expect(schemaAccepts(text)).toBe(true);
});

test('the schema agrees with the loader on two hundred files; test:fuzz has more', () => {
  let accepted = 0;
  fc.assert(
    fc.property(policyFile, (text) => {
      if (compareWithLoader(text)) accepted += 1;
    }),
    { numRuns: 200, seed: 18 },
  );
  expect(accepted).toBeGreaterThan(50);
  expect(accepted).toBeLessThan(150);
});
