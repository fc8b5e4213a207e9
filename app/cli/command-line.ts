import { Command, CommanderError } from 'commander';
import { ToolError, UsageError } from '../tools/errors.ts';
import { type Colours, coloursFor, hasColours, type Terminal } from './terminal.ts';
import { printable, printableJson } from './text/display.ts';

const EXIT_OK = 0;
const EXIT_FINDINGS = 1;
const EXIT_USAGE = 2;

/** What a command has found out, for people and for programs. */
export interface CommandResult {
  /** Printed with `--json`. */
  readonly json: unknown;
  /** Printed otherwise, without the final line feed. */
  readonly text: (colours: Colours) => string;
  /** Whether the exit code is 1. */
  readonly hasFindings: boolean;
}

/** What the commands share. */
export interface CommandLine {
  readonly terminal: Terminal;
  /** Returns the action of a command: it prints the result of `run`, and sets the exit code. */
  action<Arguments extends unknown[]>(
    run: (...args: Arguments) => Promise<CommandResult>,
  ): (...args: Arguments) => Promise<void>;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, commandLine: CommandLine) => void;

/** A program and its surroundings. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly commands: readonly AddCommand[];
}

const EXIT_CODES = `
Exit codes:
  0  everything is right
  1  the command has found something, or has failed
  2  the command was called in a wrong way`;

/**
 * Runs the program with the given arguments, and prints the result or the error.
 *
 * @param args without the name of the program.
 * @returns the exit code.
 */
export async function runCommandLine(
  program: Program,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let exitCode: number = EXIT_OK;
  const colours = coloursFor(terminal);
  const isJson = args.slice(0, endOfOptions(args)).includes('--json');
  const root = createRoot(program, terminal);
  const commandLine: CommandLine = {
    terminal,
    action:
      (run) =>
      async (...values) => {
        const result = await run(...values);
        exitCode = result.hasFindings ? EXIT_FINDINGS : EXIT_OK;
        const output = isJson
          ? toJson(result.json)
          : printable(result.text(colours), hasColours(terminal));
        terminal.stdout.write(`${output}\n`);
      },
  };
  for (const addCommand of program.commands) addCommand(root, commandLine);
  inheritSettings(root);
  try {
    await root.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, isJson, terminal, colours);
  }
}

function endOfOptions(args: readonly string[]): number {
  const end = args.indexOf('--');
  return end < 0 ? args.length : end;
}

function createRoot({ name, version, description }: Program, terminal: Terminal): Command {
  return new Command(name)
    .description(description)
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this text')
    .helpCommand(false)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      // `report` prints errors.
      outputError: () => {},
    })
    .exitOverride();
}

/** A subcommand that is added with `command()` inherits its parent's settings when it is created; its help does not. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    command.helpOption('-h, --help', 'print this text').helpCommand(false);
    inheritSettings(command);
  }
}

function report(error: unknown, isJson: boolean, terminal: Terminal, colours: Colours): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_OK;
    // Without a command, commander has printed the help.
    if (error.code === 'commander.help') return EXIT_USAGE;
    const message = `${error.message
      .replace(/^error: /, '')
      .replace(/\s*\n/g, ' ')
      .replace(/\.$/, '')}.`;
    print(`${message} Run the command with --help to see what it expects.`);
    return EXIT_USAGE;
  }
  if (error instanceof ToolError) {
    print(error.message);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FINDINGS;
  }
  print(
    terminal.environment.RISK_GATE_DEBUG && error instanceof Error
      ? String(error.stack)
      : `Unexpected error: ${describe(error)}. Set RISK_GATE_DEBUG=1 to see where it happened, and report it.`,
  );
  return EXIT_FINDINGS;

  function print(message: string): void {
    if (isJson) terminal.stdout.write(`${toJson({ error: message })}\n`);
    else terminal.stderr.write(`${colours.red('Error:')} ${printable(message, false)}\n`);
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

function toJson(value: unknown): string {
  return printableJson(JSON.stringify(value, null, 2));
}
