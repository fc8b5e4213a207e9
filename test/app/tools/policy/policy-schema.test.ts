import { readFileSync } from 'node:fs';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { COMMANDS } from '../../../../app/cli/commands/index.ts';
import { policyJsonSchema } from '../../../../app/tools/policy/json-schema/policy-schema.ts';
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
