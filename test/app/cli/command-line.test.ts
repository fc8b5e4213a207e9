import { type AddCommand, runCommandLine } from '../../../app/cli/command-line.ts';
import { ToolError, UsageError } from '../../../app/tools/errors.ts';
import { type FakeTerminalOptions, fakeTerminal } from '../../support/terminal.ts';

/** A command with every kind of result. */
const addProbe: AddCommand = (program, { action }) => {
  program
    .command('probe')
    .description('Checks something.')
    .argument('<kind>', 'of the result')
    .option('--limit <number>', 'of the results')
    .action(
      action(async (kind: string, { limit }: { limit?: string }) => {
        if (kind === 'failure') throw new ToolError('It cannot be read: check the network.');
        if (kind === 'misuse') throw new UsageError('Expected a file, got a folder.');
        if (kind === 'defect') throw new TypeError('x is not a function.');
        return {
          json: { kind, limit },
          text: ({ red }) => red(`kind ${kind}${limit === undefined ? '' : `, limit ${limit}`}`),
          hasFindings: kind === 'findings',
        };
      }),
    );
};

async function run(args: string, options: FakeTerminalOptions = {}) {
  const terminal = fakeTerminal(options);
  const program = {
    name: 'risk-gate',
    version: '1.2.3',
    description: 'Checks.',
    commands: [addProbe],
  };
  const exitCode = await runCommandLine(program, args.split(' ').filter(Boolean), terminal);
  return { exitCode, output: terminal.output(), errors: terminal.errors() };
}

test.each([
  ['a result', 'probe ok', 0, 'kind ok\n', ''],
  ['findings', 'probe findings', 1, 'kind findings\n', ''],
  ['a failure', 'probe failure', 1, '', 'Error: It cannot be read: check the network.\n'],
  ['misuse', 'probe misuse', 2, '', 'Error: Expected a file, got a folder.\n'],
  [
    'an unknown option',
    'probe ok --limits 3',
    2,
    '',
    "Error: unknown option '--limits' (Did you mean --limit?). Run the command with --help to see what it expects.\n",
  ],
  [
    'a missing argument',
    'probe',
    2,
    '',
    "Error: missing required argument 'kind'. Run the command with --help to see what it expects.\n",
  ],
  [
    'an unknown command',
    'prob ok',
    2,
    '',
    "Error: unknown command 'prob' (Did you mean probe?). Run the command with --help to see what it expects.\n",
  ],
  [
    'a defect',
    'probe defect',
    1,
    '',
    'Error: Unexpected error: x is not a function. Set RISK_GATE_DEBUG=1 to see where it happened, and report it.\n',
  ],
  ['the version', '--version', 0, '1.2.3\n', ''],
])('%s: `%s` ends with %i', async (_, args, exitCode, output, errors) => {
  expect(await run(args)).toEqual({ exitCode, output, errors });
});

test.each([
  ['--json probe ok', 0, { kind: 'ok' }],
  ['probe ok --limit 3 --json', 0, { kind: 'ok', limit: '3' }],
  ['probe findings --json', 1, { kind: 'findings' }],
  ['probe failure --json', 1, { error: 'It cannot be read: check the network.' }],
  ['probe misuse --json', 2, { error: 'Expected a file, got a folder.' }],
])('`%s` prints JSON only', async (args, exitCode, json) => {
  const result = await run(args);
  expect(JSON.parse(result.output)).toEqual(json);
  expect(result).toMatchObject({ exitCode, errors: '' });
});

test.each([
  ['on a terminal', { isTTY: true }, '\u001b[31mkind ok\u001b[39m\n'],
  ['in a pipe', { isTTY: false }, 'kind ok\n'],
  ['with NO_COLOR', { isTTY: true, environment: { NO_COLOR: '1' } }, 'kind ok\n'],
])('colours %s', async (_, options, output) => {
  expect((await run('probe ok', options)).output).toBe(output);
});

describe('what a terminal interprets', () => {
  // An erased line, the 8-bit form of the same, a carriage return and a reversed direction.
  const limit = '1\u001b[2K\u009b2K\r\u202e\t2\u001b[8m';

  test.each([
    ['on a terminal', true, '\u001b[31mkind ok, limit 1�[2K�2K��\t2�[8m\u001b[39m\n'],
    ['in a pipe', false, 'kind ok, limit 1�[2K�2K��\t2�[8m\n'],
  ])('is replaced %s', async (_, isTTY, output) => {
    expect((await run(`probe ok --limit ${limit}`, { isTTY })).output).toBe(output);
  });

  test('is replaced in errors', async () => {
    const { errors } = await run(`probe ok ${limit}`);
    expect(errors.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('is escaped in JSON, whose values stay the same', async () => {
    const { output } = await run(`probe ok --json --limit ${limit}\u{e0001}`);
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(output)).toMatchObject({ limit: `${limit}\u{e0001}` });
  });
});

test.each(['--help', 'probe --help'])('`%s` describes exit codes and --json', async (args) => {
  const { exitCode, output } = await run(args);
  expect(exitCode).toBe(0);
  expect(output).toContain('--json');
  if (args === '--help') expect(output).toContain('2  the command was called in a wrong way');
});

test('without a command, the help is printed as an error', async () => {
  const { exitCode, output, errors } = await run('');
  expect(exitCode).toBe(2);
  expect(output).toBe('');
  expect(errors).toContain('Usage: risk-gate');
});
