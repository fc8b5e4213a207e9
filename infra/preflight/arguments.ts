import { parseArgs } from 'node:util';

export interface Arguments {
  /** Values of `-c name=value`, which override cdk.json. */
  readonly context: Readonly<Record<string, string>>;
  readonly profile: string | undefined;
  readonly json: boolean;
  /** Creates a disabled distribution and deletes it again. */
  readonly probe: boolean;
  readonly help: boolean;
}

/** Arguments that the command does not understand; the message is one sentence. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm run preflight -- [-c name=value …] [--profile name] [--json] [--probe]

Checks, before cdk deploy, that the account accepts the stack. It changes nothing, except with --probe.

  -c, --context name=value   an option of the stack, as for cdk deploy; cdk.json has the others
  --profile name             a profile of ~/.aws/config
  --json                     prints the findings as JSON
  --probe                    creates a disabled CloudFront distribution and deletes it, to see whether AWS allows it
  -h, --help                 prints this text

Exit code: 0 without errors, 1 with errors, 2 for wrong arguments.
`;

/**
 * Parses the arguments of the command.
 *
 * @throws UsageError for an unknown argument or a context without a value.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const { context = [], profile, json, probe, help } = parse(args);
  return {
    context: Object.fromEntries(context.map(parseContext)),
    profile,
    json: json ?? false,
    probe: probe ?? false,
    help: help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        context: { type: 'string', short: 'c', multiple: true },
        profile: { type: 'string' },
        json: { type: 'boolean' },
        probe: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

function parseContext(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`Expected -c name=value, got -c ${text.split('=')[0]}.`);
  }
  return [name, value];
}
