import { parseArgs } from 'node:util';

export interface Options {
  /** The experiments to run, in their order. */
  readonly names: readonly string[];
  readonly rounds: number;
  /** Duration of one measurement. @default that of the row */
  readonly seconds: number | undefined;
  /** The file for the results. */
  readonly out: string;
}

/**
 * Parses the command line: experiments by name or prefix, and options.
 *
 * @param known the names of all experiments.
 * @throws Error when an argument is not valid.
 */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      out: { type: 'string', default: 'bench.json' },
    },
  });
  const wrong = positionals.find((begin) => !known.some((name) => name.startsWith(begin)));
  if (wrong !== undefined) {
    throw new Error(`Unknown row ${JSON.stringify(wrong)}: expected ${known.join(', ')}.`);
  }
  return {
    names:
      positionals.length === 0
        ? known
        : known.filter((name) => positionals.some((begin) => name.startsWith(begin))),
    rounds: parseCount('rounds', values.rounds),
    seconds: values.seconds === undefined ? undefined : parseCount('seconds', values.seconds),
    out: values.out,
  };
}

function parseCount(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 3600) return value;
  throw new Error(`--${name} must be a whole number from 1 to 3600, got ${JSON.stringify(text)}.`);
}
