import packageJson from '../../package.json' with { type: 'json' };
import { runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/index.ts';
import { processTerminal } from './terminal.ts';

// AWS's clients are loaded later, and would print a warning about Node 20 between the lines of a result.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const terminal = processTerminal();
// A reader such as `head` that has seen enough ends the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await runCommandLine(
  {
    name: 'risk-gate',
    version: packageJson.version,
    description:
      'Registers Risk Gate in Asgardeo or WSO2 Identity Server, tries policies, and shows that they protect.',
    commands: COMMANDS,
  },
  process.argv.slice(2),
  terminal,
);
