import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { addPolicy } from '../../../../app/cli/commands/policy/index.ts';
import { policyText, rule } from '../../../support/policies.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

const RISK = rule('high-risk', 'abuse.score >= 75', '{ deny: High risk. }');
const OLD = policyText(RISK);
const NEW = OLD.replace('75', '50');
const CASES = `cases:
  - { name: a score of 60, given: { address: 205.210.31.51, score: 60 }, expect: refuse }
  - { name: a score of 10, given: { address: 205.210.31.51, score: 10 }, expect: issue }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compare-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `policy compare new.yaml …` in a folder with the given files. */
async function compare(args: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const terminal = fakeTerminal({ folder });
  const program = { name: 'risk-gate', version: '1', description: '', commands: [addPolicy] };
  const argv = ['policy', 'compare', 'new.yaml', ...args.split(' ').filter(Boolean)];
  const exitCode = await runCommandLine(program, argv, terminal);
  return { exitCode, output: terminal.output(), errors: terminal.errors() };
}

const against = '--against old.yaml';

test('a change, with the cases that it decides differently', async () => {
  const files = { 'old.yaml': OLD, 'new.yaml': NEW, 'a.cases.yaml': CASES };
  const { exitCode, output, errors } = await compare(`${against} --cases .`, files);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  expect(output).toMatch(
    /^new\.yaml: 1 part has changed\. 0 errors, .* 2 cases passed, 0 failed, 1 is decided differently\. Coverage \d+ % \(before: \d+ %\)\.\n/,
  );
  expect(output).toContain(`
Cases that are decided differently
  a score of 60
    - issue
    + refuse by high-risk: High risk.
`);
  expect(output).toContain(`
Changes
  rule high-risk is changed
      id: high-risk
    - when: abuse.score >= 75
    + when: abuse.score >= 50
`);
});

test('a case that fails', async () => {
  const files = {
    'old.yaml': NEW,
    'new.yaml': NEW.replace('50', '70'),
    'a.cases.yaml': CASES,
  };
  const { exitCode, output } = await compare(`${against} --cases a.cases.yaml`, files);
  expect(exitCode).toBe(1);
  expect(output).toContain(`
Cases that fail
  a.cases.yaml:2: a score of 60 (passes with the old policy)
    outcome: expected refuse, got issue
`);
});

test.each<[string, string, string, number, string]>([
  [
    'an error is new',
    OLD,
    OLD.replace('abuse', 'abus'),
    1,
    'new error new.yaml:5: rule "high-risk", when: unknown variable abus',
  ],
  [
    'an error is fixed',
    OLD.replace('abuse', 'abus'),
    OLD,
    0,
    'fixed old.yaml:5: rule "high-risk", when: unknown variable abus',
  ],
  [
    'an error remains',
    OLD.replace('abuse', 'abus'),
    OLD.replace('abuse', 'abus').replace('version', '\nversion'),
    1,
    '  error new.yaml:6: rule "high-risk", when: unknown variable abus',
  ],
  ['the file is not YAML', OLD, '[', 1, 'new error new.yaml:1: '],
  ['nothing changes', OLD, `# Reviewed.\n${OLD}`, 0, 'new.yaml: No changes. 0 errors'],
])('%s', async (_, before, after, exitCode, line) => {
  const result = await compare(against, { 'old.yaml': before, 'new.yaml': after });
  expect(result).toMatchObject({ exitCode, errors: '' });
  expect(result.output).toContain(line);
});

test('Markdown that names of the policy cannot break', async () => {
  const after = policyText(RISK.replace('High risk.', "'a ``` b | <b> @team'"));
  const { output } = await compare(`${against} --format markdown`, {
    'old.yaml': OLD,
    'new.yaml': after,
  });
  expect(output).toMatch(/^## ❌ Policy `new\.yaml`\n\n1 part has changed\. 1 error, /);
  expect(output).toContain('````diff\n');
  expect(output).toContain('+   deny: a ``` b | <b> @team\n````');
});

test.each<[string, string, number, string]>([
  ['no old policy', '', 2, 'Error: Expected either --base with a commit, or --against with a file'],
  ['two old policies', `${against} --base main`, 2, 'Error: Expected either --base'],
  [
    'an old policy that does not exist',
    '--against nowhere.yaml',
    1,
    'Error: The policy nowhere.yaml does not exist',
  ],
  ['an option as a commit', '--base=-x', 2, 'Error: "-x" is not a commit'],
  [
    'a format that does not exist',
    `${against} --format html`,
    2,
    'Allowed choices are text, markdown',
  ],
  ['cases that do not exist', `${against} --cases nowhere`, 1, 'Error: nowhere does not exist'],
])('%s', async (_, args, exitCode, message) => {
  const result = await compare(args, { 'old.yaml': OLD, 'new.yaml': NEW });
  expect(result).toMatchObject({ exitCode, output: '' });
  expect(result.errors).toContain(message);
});

test('cases that cover too little', async () => {
  const files = { 'old.yaml': OLD, 'new.yaml': NEW, 'a.cases.yaml': CASES };
  const { exitCode, output } = await compare(`${against} --cases . --min-coverage 99`, files);
  expect(exitCode).toBe(1);
  expect(output).toMatch(/Coverage \d+ %.*, less than the 99 % that are required\.\n/);
  expect(output).toContain('What no case reaches\n');
});

test('JSON has the same', async () => {
  const files = { 'old.yaml': OLD, 'new.yaml': NEW, 'a.cases.yaml': CASES };
  const { output } = await compare(`${against} --cases . --json`, files);
  expect(JSON.parse(output)).toMatchObject({
    file: 'new.yaml',
    against: 'old.yaml',
    isNew: false,
    passes: true,
    differences: [{ part: 'rule high-risk', kind: 'changed' }],
    cases: { passed: 2, failing: [], changed: [{ name: 'a score of 60', before: 'issue' }] },
  });
});
