import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { COMMANDS } from '../../../../app/cli/commands/index.ts';
import { compile, policyText, rule } from '../../../support/policies.ts';
import { recordedDecision } from '../../../support/recorded-decision.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

const OLD = policyText(
  [
    rule('country', 'geo.country == "KP"', '{ deny: Refused. }'),
    rule('risk', 'abuse.score >= 75', '{ deny: Refused. }'),
  ].join(''),
);
const NEW = policyText(
  [
    rule('country', 'geo.country in ["KP", "BR"]', '{ deny: Refused. }'),
    rule('risk', 'abuse.score >= 25', '{ lifetime: 15m }'),
    rule('group', 'geo.country == "LK" && token.claims["groups"] == "a"', '{ deny: Refused. }'),
  ].join(''),
);

let folder: string;
let lines: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  const old = compile(OLD);
  const records = await Promise.all([
    recordedDecision(old, { geo: 'US', address: '9.9.9.9' }),
    recordedDecision(old, { geo: 'KP' }),
    recordedDecision(old, { geo: 'BR', address: '8.8.8.8' }),
    recordedDecision(old, { geo: 'US', reputation: 90 }),
    recordedDecision(old, { geo: 'LK' }),
  ]);
  const [first] = records;
  const canary = { ...first, test: 'canary' };
  lines = [...records, canary, { event: 'metrics' }].map((each) => JSON.stringify(each));
  await Promise.all(
    Object.entries({
      'old.yaml': OLD,
      'new.yaml': NEW,
      'records.log': `${lines.join('\n')}\n{"event":"decision"`,
      'records.gz': gzipSync(lines.join('\n')),
      'tests.log': JSON.stringify(canary),
      'other.log': 'Hello\n',
    }).map(([name, content]) => writeFile(join(folder, name), content)),
  );
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs `risk-gate policy replay`. */
async function replay(args: readonly string[], stdin = '') {
  const terminal = fakeTerminal({ folder, stdin });
  const program = { name: 'risk-gate', version: '1', description: 'test', commands: COMMANDS };
  const exitCode = await runCommandLine(program, ['policy', 'replay', ...args], terminal);
  return { exitCode, output: terminal.output(), errors: terminal.errors() };
}

test('shows which outcomes change, by rule, country and client, and what the records lack', async () => {
  const { exitCode, output } = await replay(['records.log', '--policy', 'new.yaml']);
  const revision = compile(NEW).revision;
  expect(
    output,
  ).toBe(`Replayed 5 decisions from 2026-01-05 10:30 to 2026-01-05 10:30 UTC against new.yaml (revision ${revision}).
Compared with the recorded outcomes.

  unchanged     2  40.0 %
  changed       2  40.0 %
  undetermined  1  20.0 %

Decisions by outcome before (rows) and after (columns)
            issue  restrict  refuse
  issue         1         0       1
  restrict      0         0       0
  refuse        0         1       1

Changed outcomes

  issue -> refuse  1  by country
    countries: BR 1
    clients:   m2mFleet_7yQ0aXcV3bN1kLpRsTua 1
    examples: 2026-01-05T10:30:00.000Z  8.8.8.8  BR  m2mFleet_7yQ0aXcV3bN1kLpRsTua  id

  refuse -> restrict  1  by risk
    countries: US 1
    clients:   m2mFleet_7yQ0aXcV3bN1kLpRsTua 1
    examples: 2026-01-05T10:30:00.000Z  205.210.31.51  US  m2mFleet_7yQ0aXcV3bN1kLpRsTua  id

Changed decisions by country
  BR  1
  US  1

Changed decisions by client
  m2mFleet_7yQ0aXcV3bN1kLpRsTua  2

Undetermined decisions, by what the record lacks
  token.claims["groups"]  1

Undetermined decisions, by the first rule that could not be decided
  group  1

A restriction counts as restrict, as if the request allowed it and the token was not restricted already: records contain neither.
Skipped: 1 test request, 1 other line, 1 broken line (first: records.log:8).
`);
  expect(exitCode).toBe(0);
});

test('prints the complete report as JSON', async () => {
  const { output } = await replay(['records.gz', '--policy', 'new.yaml', '--json']);
  expect(JSON.parse(output)).toMatchObject({
    files: { policy: 'new.yaml' },
    replayed: { records: 5, decisions: 5 },
    changed: { records: 2 },
    tests: 1,
    input: { sources: ['records.gz'], otherLines: 1, brokenLines: 0 },
  });
});

test.each<[string, readonly string[], string]>([
  ['standard input', ['-', '--policy', 'new.yaml'], 'Replayed 5 decisions'],
  ['tests, too', ['records.gz', '--policy', 'new.yaml', '--include-tests'], 'Replayed 6 decisions'],
  [
    'against another policy',
    ['records.gz', '--policy', 'new.yaml', '--against', 'old.yaml'],
    'Compared with the outcomes under old.yaml',
  ],
  ['the policy that decided', ['records.gz', '--policy', 'old.yaml'], 'No outcome changes.'],
])('replays %s', async (_, args, text) => {
  const { output, exitCode } = await replay(args, lines.join('\n'));
  expect(output).toContain(text);
  expect(exitCode).toBe(0);
});

test.each<[string, readonly string[], number]>([
  ['a changed outcome', ['new.yaml', '--fail-on', 'change'], 1],
  ['a new refusal', ['new.yaml', '--fail-on', 'refuse'], 1],
  ['no change', ['old.yaml', '--fail-on', 'change'], 0],
  ['an undetermined decision', ['new.yaml', '--fail-on', 'undetermined'], 1],
  ['no undetermined decision', ['old.yaml', '--fail-on', 'undetermined'], 0],
  ['one of several', ['new.yaml', '--fail-on', 'undetermined', '--fail-on', 'refuse'], 1],
  ['an unknown condition', ['new.yaml', '--fail-on', 'anything'], 2],
  ['no number of rows', ['new.yaml', '--top', '0'], 2],
])('sets the exit code for %s', async (_, args, exitCode) => {
  expect(await replay(['records.gz', '--policy', ...args])).toMatchObject({ exitCode });
});

test.each([
  [['records.gz'], 2, "required option '--policy <file>' not specified"],
  [
    ['other.log', '--policy', 'new.yaml'],
    1,
    'The input contains no decision records (1 other line)',
  ],
  [
    ['tests.log', '--policy', 'new.yaml'],
    1,
    'The input contains only records of test requests (1)',
  ],
  [['missing.log', '--policy', 'new.yaml'], 1, 'The file missing.log does not exist'],
  [['records.gz', '--policy', 'missing.yaml'], 1, 'The policy missing.yaml does not exist'],
])('reports %j', async (args, exitCode, message) => {
  const result = await replay(args);
  expect(result).toMatchObject({ exitCode, output: '' });
  expect(result.errors).toContain(message);
});
