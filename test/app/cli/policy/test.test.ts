import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { addPolicy } from '../../../../app/cli/commands/policy/index.ts';
import { payload } from '../../../support/payloads.ts';
import { policyText, rule } from '../../../support/policies.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

const PROGRAM = { name: 'risk-gate', version: '1', description: 'Test.', commands: [addPolicy] };
const POLICY = policyText(
  rule('risky', 'abuse.score >= 75 && request.grant == "password"', '{ deny: Risky. }'),
);
const PASSING = '  - { name: low, given: { grant: password, score: 74 }, expect: issue }\n';
const FAILING = '  - { name: high, given: { grant: password, score: 74 }, expect: refuse }\n';

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `policy test` with files in an empty folder. */
async function run(files: Readonly<Record<string, string>>, ...args: string[]) {
  rmSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ 'policy.yaml': POLICY, ...files })) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const terminal = fakeTerminal({ folder });
  const exitCode = await runCommandLine(PROGRAM, ['policy', 'test', ...args], terminal);
  const output = terminal.output().replace(/\(\d+ ms\)/, '(N ms)');
  return { exitCode, output, errors: terminal.errors() };
}

const file = (cases: string, top = 'policy: ../policy.yaml') => ({
  'cases/a.cases.yaml': `${top}\ncases:\n${cases}`,
});

test('failures come with their place, their differences, the reason and a command', async () => {
  const { exitCode, output } = await run(file(PASSING + FAILING), 'cases');
  expect(exitCode).toBe(1);
  expect(output).toBe(`✗ high  cases/a.cases.yaml:4
  outcome  expected refuse
           received issue
  why:  no rule matched
  more: risk-gate policy explain policy.yaml --case cases/a.cases.yaml --name high

Coverage of policy.yaml: 11 % (2 of 18)
  risky  policy.yaml:5
    the rule matches in no case
      add a case, e.g. given: { score: 75, grant: password }
    abuse.score >= 75 is true in no case
      add a case, e.g. given: { score: 75 }
    request.grant == "password" is true in no case
      add a case, e.g. given: { score: 75, grant: password }
    request.grant == "password" is false in no case
      add a case, e.g. given: { score: 75, grant: authorization_code }
  unknown.address  policy.yaml:2
    no case has the causes missing, malformed, ambiguous, unsigned
      add a case, e.g. given: { unknown: { address: [missing, malformed, ambiguous, unsigned] } }
  unknown.reputation  policy.yaml:2
    no case has the causes private, reserved, quota, budget, auth, timeout, upstream, invalid
      add a case, e.g. given: { unknown: { reputation: [private, reserved, quota, budget, auth, timeout, upstream, invalid] } }

Cases: 1 failed, 1 passed, 2 in all (N ms)
`);
});

test.each<[string, Record<string, string>, string[], number]>([
  ['all pass', file(PASSING), ['cases'], 0],
  ['one fails', file(FAILING), ['cases'], 1],
  ['the one that fails is filtered out', file(PASSING + FAILING), ['cases', '-t', 'LOW'], 0],
  ['the coverage is reached', file(PASSING), ['cases', '--min-coverage', '11'], 0],
  ['the coverage is not reached', file(PASSING), ['cases', '--min-coverage', '12'], 1],
  ['a file is named', file(PASSING), ['cases/a.cases.yaml'], 0],
  ['the policy is named', file(PASSING, ''), ['cases', '--policy', 'policy.yaml'], 0],
])('the exit code if %s', async (_, files, args, exitCode) => {
  expect(await run(files, ...args)).toMatchObject({ exitCode, errors: '' });
});

test.each<[string, Record<string, string>, string[], number, string]>([
  [
    'no folder',
    {},
    ['cases'],
    1,
    'cases does not exist: name a folder with *.cases.yaml files, or such a file.',
  ],
  [
    'no file',
    { 'cases/a.yaml': '' },
    ['cases'],
    1,
    'There is no *.cases.yaml file in cases: docs/policy-tests.md shows how to write one.',
  ],
  [
    'no policy',
    file(PASSING, ''),
    ['cases'],
    2,
    'cases/a.cases.yaml names no policy: add policy: ../policy.yaml at its top, or run the command with --policy FILE.',
  ],
  [
    'a policy that does not exist',
    file(PASSING, 'policy: other.yaml'),
    ['cases'],
    1,
    'The policy cases/other.yaml does not exist: correct the path.',
  ],
  [
    'no such case',
    file(PASSING),
    ['cases', '-t', 'x'],
    1,
    'No case has a name that contains "x": correct the filter, or leave it out.',
  ],
  [
    'an invalid case',
    file('  - { name: a, expects: issue }'),
    ['cases'],
    1,
    'cases/a.cases.yaml:3: case "a", expects: is not a known key; did you mean expect?',
  ],
  [
    'an invalid policy',
    { ...file(PASSING), 'policy.yaml': 'version: 2' },
    ['cases'],
    1,
    'policy.yaml:1: ',
  ],
  [
    'a policy in place of cases',
    {},
    ['policy.yaml'],
    2,
    'policy.yaml is a policy, not a file with cases: name its cases, and give the policy with --policy policy.yaml.',
  ],
  [
    'a minimum coverage of some cases only',
    file(PASSING),
    ['cases', '-t', 'low', '--min-coverage', '100'],
    2,
    "option '--min-coverage <percent>' cannot be used with option '-t, --filter <text>'",
  ],
  [
    'an invalid percentage',
    file(PASSING),
    ['cases', '--min-coverage', '101'],
    2,
    'It must be a number from 0 to 100.',
  ],
  [
    'a report that cannot be written',
    file(PASSING),
    ['cases', '--junit', 'x/y.xml'],
    1,
    'x/y.xml cannot be written (ENOENT): name a file in a folder that exists.',
  ],
])('an error names the remedy: %s', async (_, files, args, exitCode, message) => {
  const result = await run(files, ...args);
  expect(result).toMatchObject({ exitCode, output: '' });
  expect(result.errors).toContain(message);
});

test('the same as data', async () => {
  const { output } = await run(file(PASSING + FAILING), 'cases', '--json', '--min-coverage', '50');
  expect(JSON.parse(output)).toMatchObject({
    total: 2,
    passed: 1,
    failed: 1,
    minCoverage: 50,
    cases: [
      { name: 'low', file: 'cases/a.cases.yaml', line: 3, status: 'passed' },
      {
        name: 'high',
        status: 'failed',
        mismatches: [{ field: 'outcome', expected: 'refuse', received: 'issue' }],
        why: ['no rule matched'],
      },
    ],
    coverage: [
      {
        policy: 'policy.yaml',
        percent: 11,
        rules: [{ rule: 'risky', matched: 0, notMatched: 2, unknown: 0, failed: 0 }],
        missing: expect.arrayContaining([
          expect.objectContaining({
            kind: 'operand',
            rule: 'risky',
            line: 5,
            example: '{ score: 75 }',
          }),
        ]),
      },
    ],
  });
});

test('a request file is read beside the cases, and its address counts', async () => {
  const cases = '  - { name: a, given: { request: a.json, score: 80 }, expect: issue }';
  const files = { ...file(cases), 'cases/a.json': payload('01') };
  expect(await run(files, 'cases')).toMatchObject({ exitCode: 0 });
  const missing = await run(file(cases), 'cases');
  expect(missing.output).toContain(
    'The request file a.json cannot be read: correct the path, which is relative to cases/a.cases.yaml.',
  );
});

test('lists of the cases replace those of the policy', async () => {
  const policy = policyText(
    rule('r', 'address.within("office")', '{ deny: No. }'),
    'lists: { office: [] }',
  );
  const top = 'policy: ../policy.yaml\nlists: { office: [8.8.8.0/24] }';
  const cases = '  - { name: a, given: { address: 8.8.8.8 }, expect: refuse }';
  const result = await run({ ...file(cases, top), 'policy.yaml': policy }, 'cases');
  expect(result).toMatchObject({ exitCode: 0 });
  for (const [lists, message] of [
    ['{ offices: [] }', 'The policy has no list offices: correct the name below lists.'],
    ['{ office: [8.8.8.8/24] }', 'lists.office.0: "8.8.8.8/24" has bits set below its prefix'],
  ] as const) {
    const broken = file(cases, `policy: ../policy.yaml\nlists: ${lists}`);
    expect((await run({ ...broken, 'policy.yaml': policy }, 'cases')).output).toContain(message);
  }
});

test('JUnit XML escapes what it contains', async () => {
  const cases =
    '  - { name: "<a> & \\"b\\"\\u0007", given: { grant: x, score: 1 }, expect: refuse }\n';
  await run(file(cases + PASSING), 'cases', '--junit', 'report.xml');
  const xml = readFileSync(join(folder, 'report.xml'), 'utf8').replace(/time="[^"]*"/, 'time="T"');
  expect(xml).toContain('<testsuites tests="2" failures="1" time="T">');
  expect(xml).toContain('name="&lt;a&gt; &amp; &quot;b&quot;�"');
  expect(xml).toContain('<failure message="outcome: expected refuse, received issue">');
});
