import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { addSmoke } from '../../../../app/cli/commands/smoke.ts';
import { ACTION_PATH } from '../../../../app/src/http/paths.ts';
import {
  CREDENTIAL,
  type RunningService,
  SECRET,
  startTestService,
} from '../../../support/running-service.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

let service: RunningService;
let folder: string;

beforeAll(async () => {
  service = await startTestService();
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-smoke-'));
  writeFileSync(join(folder, 'credential.json'), CREDENTIAL);
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

async function run(args: string, environment: Record<string, string> = {}) {
  const terminal = fakeTerminal({ environment, folder });
  const program = { name: 'risk-gate', version: '1', description: '', commands: [addSmoke] };
  const all = ['smoke', ...args.replace('URL', `${service.origin}${ACTION_PATH}`).split(' ')];
  const exitCode = await runCommandLine(program, all, terminal);
  const shown = { exitCode, output: terminal.output(), errors: terminal.errors() };
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  return shown;
}

test.each([
  ['a file', '--endpoint URL --credential-file credential.json --calls 2', {}],
  ['the environment', '--endpoint URL --calls 2', { ACTION_CREDENTIAL: CREDENTIAL }],
])('the credential can come from %s', async (_, args, environment) => {
  const { exitCode, output, errors } = await run(args, environment);
  expect(errors).toBe('');
  expect(output).toContain('ok       authentication: A call with the credential is accepted.');
  expect(output).toMatch(/\n\nResult: no errors and \d warnings?\.\n$/);
  expect(exitCode).toBe(0);
});

test('errors are findings', async () => {
  const other = CREDENTIAL.replace(SECRET, 'another-credential-of-mine');
  const { exitCode, output } = await run('--endpoint URL --calls 2 --json', {
    ACTION_CREDENTIAL: other,
  });
  expect(exitCode).toBe(1);
  expect(JSON.parse(output).findings).toContainEqual({
    check: 'authentication',
    level: 'error',
    text: expect.stringContaining('The service rejects the credential'),
  });
});

test.each([
  [
    '--endpoint URL --calls no',
    {},
    "option '--calls <number>' argument 'no' is invalid. It must be a whole number from 1 to 10000. Run the command with --help to see what it expects.",
  ],
  [
    '--endpoint ftp://x --credential-file credential.json',
    {},
    '--endpoint must be an http or https URL without user and query, such as https://gate.example.com/pre-issue-access-token.',
  ],
  [
    '--endpoint URL',
    {
      ACTION_CREDENTIAL:
        '{"scheme":"oauth2","issuer":"https://issuer.example.com","audience":"gate"}',
    },
    'The credential has the scheme oauth2: set RISK_GATE_ACCESS_TOKEN to an access token of the issuer.',
  ],
])('`%s` is wrong usage', async (args, environment, message) => {
  expect(await run(args, environment)).toEqual({
    exitCode: 2,
    output: '',
    errors: `Error: ${message}\n`,
  });
});
