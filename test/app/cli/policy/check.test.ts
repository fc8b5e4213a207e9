import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { COMMANDS } from '../../../../app/cli/commands/index.ts';
import { type FakeTerminalOptions, fakeTerminal } from '../../../support/terminal.ts';

let folder: string;

const UNKNOWN = 'unknown: { address: { deny: No }, geo: { deny: No } }';
const policy = (when: string, rest = UNKNOWN) =>
  `version: 1\nrules:\n  - id: one\n    when: ${when}\n    then: { deny: No }\n${rest}\n`;

const FILES: Readonly<Record<string, string | Buffer>> = {
  'good.yaml': policy('geo.country == "KP"'),
  'open.yaml': policy('geo.country == "KP"', 'unknown: { address: { deny: No }, geo: ignore }'),
  'bad.yaml': policy('geo.contry == "KP"'),
  'empty.yaml': '',
  'latin1.yaml': Buffer.from('version: 1\n# \xe9\n', 'latin1'),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
});

afterAll(() => rm(folder, { recursive: true }));

async function run(args: readonly string[], options: FakeTerminalOptions = {}) {
  const terminal = fakeTerminal({ folder, ...options });
  const program = { name: 'risk-gate', version: '1.0.0', description: '', commands: COMMANDS };
  const exitCode = await runCommandLine(program, ['policy', 'check', ...args], terminal);
  return { exitCode, output: terminal.output(), errors: terminal.errors() };
}

/** Checks a text on standard input. */
async function excerptsIn(text: string): Promise<string[]> {
  const { output } = await run(['-'], { stdin: text });
  return output.split('\n').filter((line) => /^ +\d* *\|/.test(line));
}

test('an issue has file, line, column, level, place and reason, and a caret', async () => {
  expect(await run(['bad.yaml'])).toEqual({
    exitCode: 1,
    errors: '',
    output: `bad.yaml:4:15 error rule "one", when: unknown field contry (in: geo.contry == "KP"); did you mean country?
  4 |     when: geo.contry == "KP"
    |               ^^^^^^

✕ bad.yaml: 1 error; the service does not start with this policy.
`,
  });
});

test('a warning has its kind', async () => {
  const { output } = await run(['open.yaml']);
  expect(output).toMatch(/^open\.yaml:6:40 warning unknown\.geo: fails open: .* \[fails-open\]\n/);
  expect(output).toMatch(
    /\n▲ open\.yaml: 1 warning; the service starts, and logs the warnings\.\n$/,
  );
});

describe('the exit code', () => {
  test.each<[string, readonly string[], number]>([
    ['without issues', ['good.yaml'], 0],
    ['with warnings', ['open.yaml'], 0],
    ['with warnings, if strict', ['open.yaml', '--strict'], 1],
    ['without issues, if strict', ['good.yaml', '--strict'], 0],
    ['with errors', ['bad.yaml'], 1],
    ['with errors in one of several files', ['good.yaml', 'bad.yaml', 'open.yaml'], 1],
    ['of an empty file', ['empty.yaml'], 1],
    ['of a file that does not exist', ['none.yaml'], 1],
    ['without a file', [], 2],
    ['with a feed that is none', ['good.yaml', '--feeds', 'https://user:secret@host'], 2],
  ])('%s', async (_, args, exitCode) => {
    expect((await run(args)).exitCode).toBe(exitCode);
  });
});

test.each([
  [['good.yaml'], '✓ good.yaml: no issues.'],
  [['empty.yaml'], '✕ empty.yaml: 1 error; the service does not start with this policy.'],
  [
    ['good.yaml', './good.yaml', 'good.yaml', 'bad.yaml', 'open.yaml'],
    '✕ 4 policies: 1 error, 1 warning; the service does not start with a policy that has errors.',
  ],
])('the last line of %j', async (files, line) => {
  const { output } = await run(files);
  expect(output.trimEnd().split('\n').at(-1)).toBe(line);
});

test.each([
  ['none.yaml', 'The policy none.yaml does not exist: correct the path.'],
  [
    '--feeds=a=https://x?key=secret,B',
    '--feeds must be the ids of feeds, comma-separated, such as tor-exits,aws-ranges.',
  ],
])('%s is an error of one sentence', async (argument, sentence) => {
  const { errors, output } = await run(['good.yaml', argument]);
  expect([errors, output]).toEqual([`Error: ${sentence}\n`, '']);
});

test('a file that is not UTF-8 is one sentence, without an excerpt', async () => {
  const { output } = await run(['latin1.yaml']);
  expect(output.split('\n')[0]).toBe(
    'latin1.yaml:2:1 error The file is not valid UTF-8; save the policy as UTF-8.',
  );
  expect(output).not.toContain('|');
});

describe('a folder', () => {
  let inner: string;

  beforeAll(async () => {
    inner = await mkdtemp(join(folder, 'folder-'));
    for (const name of ['b.yaml', 'a.yml', 'a.cases.yaml', 'notes.txt']) {
      await writeFile(join(inner, name), name.startsWith('a.c') ? '{' : policy('true'));
    }
  });

  test('stands for the policies in it', async () => {
    const { output } = await run([inner, '--json']);
    const { files } = JSON.parse(output) as { files: { file: string }[] };
    expect(files.map(({ file }) => file)).toEqual([join(inner, 'a.yml'), join(inner, 'b.yaml')]);
  });

  test('without policies is an error', async () => {
    const empty = await mkdtemp(join(inner, 'empty-'));
    expect((await run([empty])).errors).toBe(
      `Error: The folder ${empty} contains no policy: name a folder with YAML files, or a file.\n`,
    );
  });
});

test('JSON has every field of an issue, and the revision of a policy without errors', async () => {
  const { output } = await run(['bad.yaml', 'good.yaml', '--json']);
  expect(JSON.parse(output)).toEqual({
    errors: 1,
    warnings: 0,
    files: [
      {
        file: 'bad.yaml',
        revision: null,
        errors: 1,
        warnings: 0,
        issues: [
          {
            severity: 'error',
            file: 'bad.yaml',
            line: 4,
            column: 15,
            endColumn: 21,
            place: 'rule "one", when',
            rule: 'one',
            message: 'unknown field contry (in: geo.contry == "KP"); did you mean country?',
            suggestion: 'country',
            excerpt: '    when: geo.contry == "KP"',
          },
        ],
      },
      {
        file: 'good.yaml',
        revision: expect.stringMatching(/^[0-9a-f]{12}$/),
        errors: 0,
        warnings: 0,
        issues: [],
      },
    ],
  });
});

describe('the feeds of the deployment', () => {
  test.each<[string, readonly string[], number]>([
    ['are not known', [], 0],
    [
      'contain that of the policy',
      ['--feeds', 'tor-exits,partners=https://host/list#interval=1h'],
      0,
    ],
    ['do not contain that of the policy', ['--feeds', 'tor-exits'], 1],
  ])('%s', async (_, args, warnings) => {
    const file = `version: 1
feeds: [partners]
rules: [{ id: partners, when: 'address.within("partners")', then: { allow: true } }]
unknown: { address: { deny: No }, feeds: { deny: No } }
`;
    const { output } = await run(['-', '--json', ...args], { stdin: file });
    expect(JSON.parse(output)).toMatchObject({ errors: 0, warnings });
  });
});

describe('the caret is under the marked part', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'after wide characters',
      `'"日本" == geo.contry'`,
      [`  4 |     when: '"日本" == geo.contry'`, '    |                          ^^^^^^'],
    ],
    [
      'after an emoji and a combining accent',
      `'"\u{1f600}e\u0301" == geo.contry'`,
      [
        `  4 |     when: '"\u{1f600}e\u0301" == geo.contry'`,
        '    |                         ^^^^^^',
      ],
    ],
    [
      'after a tab',
      `'\t"a" == geo.contry'`,
      [`  4 |     when: '    "a" == geo.contry'`, '    |                           ^^^^^^'],
    ],
    [
      'after characters that a terminal would interpret',
      `'"\u202e\u200b" == geo.contry'`,
      [`  4 |     when: '"\ufffd\ufffd" == geo.contry'`, '    |                        ^^^^^^'],
    ],
    [
      'under wide characters',
      `'geo.country == "日本"'`,
      [`  4 |     when: 'geo.country == "日本"'`, '    |                           ^^^^^^'],
    ],
    [
      'at the end of the line',
      'abuse.score >',
      ['  4 |     when: abuse.score >', '    |                        ^'],
    ],
  ])('%s', async (_, when, lines) => {
    expect(await excerptsIn(policy(when))).toEqual(lines);
  });

  test('in a line of a megabyte', async () => {
    const names = 'x'.repeat(500_000);
    const [line = '', caret = ''] = await excerptsIn(
      policy(`'"${names}" == geo.contry || "${names}" == ""'`),
    );
    expect(line.length).toBeLessThan(200);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('contry');
  });
});

test('the first hundred issues of a file are shown, with the number of the others', async () => {
  const lists = `lists: { a: [${'1.2.3.4/8, '.repeat(150)}] }`;
  const { output } = await run(['-'], {
    stdin: policy('address.within("a")', `${UNKNOWN}\n${lists}`),
  });
  expect(output.match(/ error /g)).toHaveLength(100);
  expect(output).toContain('\n\n… and 50 more issues.\n\n✕ <stdin>: 150 errors;');
});
