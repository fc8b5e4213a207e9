import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const OAUTH2 = '{"scheme":"oauth2","issuer":"https://issuer.example.com","audience":"gate"}';

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

test('signed addresses need the secret of the edge', async () => {
  const secret = 'the-secret-of-the-edge-in-front';
  writeFileSync(join(folder, 'signature.txt'), `${secret}\n`);
  const signed = await startTestService({
    settings: { ADDRESS_SIGNATURE_SECRET: secret },
    now: () => fakeTerminal().now(),
  });
  try {
    const endpoint = `--endpoint ${signed.origin}${ACTION_PATH} --credential-file credential.json`;
    const given = await run(`${endpoint} --calls 1 --signature-secret-file signature.txt`);
    expect(given.errors).toBe('');
    expect(given.output).toContain('outcomes: 175.45.176.0 (KP): refused with access_denied');
    expect(JSON.stringify(given)).not.toContain(secret);
    const without = await run(`${endpoint} --calls 1`);
    expect(without.output).toContain('give the secret with --signature-secret-file.');
  } finally {
    await signed.stop();
  }
});

test('with oauth2, the access token is sent', async () => {
  const received: (string | undefined)[] = [];
  const server = createServer((incoming, response) => {
    incoming.resume();
    received.push(incoming.headers.authorization);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"actionStatus":"SUCCESS"}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { output } = await run(`--endpoint http://127.0.0.1:${port}/ --calls 1`, {
      ACTION_CREDENTIAL: OAUTH2,
      RISK_GATE_ACCESS_TOKEN: ' head.payload.signature\n',
    });
    expect(output).toContain('ok       authentication: A call with the credential is accepted.');
    expect(output).not.toContain('head.payload');
    expect(received.slice(0, 2)).toEqual(['Bearer head.payload.signature', undefined]);
    expect(received[2]).toMatch(/^Bearer [0-9a-f]{64}$/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
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
    '--endpoint must begin with https://, because the credential is sent there.',
  ],
  [
    '--endpoint http://gate.example.com/x --credential-file credential.json',
    {},
    '--endpoint must begin with https://, because the credential is sent there.',
  ],
  [
    '--endpoint https://user:password-1234@gate.example.com/x --credential-file credential.json',
    {},
    '--endpoint must be a URL without user, query and fragment, such as https://gate.example.com/pre-issue-access-token.',
  ],
  [
    '--endpoint URL',
    { ACTION_CREDENTIAL: OAUTH2, RISK_GATE_ACCESS_TOKEN: 'one\ntwo' },
    'RISK_GATE_ACCESS_TOKEN must be one access token, without spaces and line breaks.',
  ],
  [
    '--endpoint URL',
    { ACTION_CREDENTIAL: OAUTH2 },
    'The credential has the scheme oauth2: set RISK_GATE_ACCESS_TOKEN to an access token of the issuer.',
  ],
])('`%s` is wrong usage', async (args, environment, message) => {
  expect(await run(args, environment)).toEqual({
    exitCode: 2,
    output: '',
    errors: `Error: ${message}\n`,
  });
});
