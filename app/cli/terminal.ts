import type { Readable, Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import pico from 'picocolors';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The surroundings of a command: a process, or a test. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder to which the paths of arguments are relative. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Returns the terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env: environment } = process;
  return { stdin, stdout, stderr, environment, folder: process.cwd(), now: Date.now };
}

/** Functions that colour a text, or return it unchanged. */
export type Colours = Pick<
  ReturnType<typeof pico.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** Returns colours for a terminal, and plain text for files, pipes and `NO_COLOR`. */
export function coloursFor(terminal: Terminal): Colours {
  return pico.createColors(hasColours(terminal));
}

/** Returns whether output is coloured. */
export function hasColours({ stdout, environment }: Terminal): boolean {
  const isPlain = Boolean(environment.NO_COLOR) || environment.TERM === 'dumb';
  return stdout.isTTY === true && !isPlain;
}

/** A progress bar on standard error. */
export interface Progress {
  /** @param done in the unit of `total`. */
  update(done: number): void;
  stop(): void;
}

const NO_PROGRESS: Progress = { update() {}, stop() {} };

/**
 * Shows the progress of long work, if standard error is a terminal.
 *
 * @param label what is done, such as `Replaying`.
 * @param unit of `total`, such as `records`.
 */
export function startProgress(
  { stderr }: Terminal,
  label: string,
  total: number,
  unit: string,
): Progress {
  if (stderr.isTTY !== true) return NO_PROGRESS;
  const bar = new SingleBar({
    stream: stderr,
    clearOnComplete: true,
    // Otherwise Ctrl-C leaves a terminal without a cursor and without line breaks.
    hideCursor: false,
    linewrap: true,
    format: `${label} {bar} {percentage} % of {total} ${unit}`,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
