import { parseArgs } from 'node:util';

export interface Options {
  /** The experiments to run, in their order. */
  readonly names: readonly string[];
  readonly rounds: number;
  /** For one measurement, in place of each row's own. */
  readonly seconds: number | undefined;
  /** Where the JSON goes. */
  readonly out: string;
}

/**
 * Reads the command line: names (or the beginning of names) of what to run, and options.
 *
 * @param known all names there are.
 * @throws Error of one sentence that says what is wrong.
 */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
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
    throw new Error(`There is no row ${JSON.stringify(wrong)}: take ${known.join(', ')}.`);
  }
  return {
    names:
      positionals.length === 0
        ? known
        : known.filter((name) => positionals.some((begin) => name.startsWith(begin))),
    rounds: count('rounds', values.rounds),
    seconds: values.seconds === undefined ? undefined : count('seconds', values.seconds),
    out: values.out,
  };
}

function count(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 3600) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}: give a whole number from 1 to 3600.`);
}
