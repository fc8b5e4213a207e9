import { Readable, Writable } from 'node:stream';
import type { OutputStream, Terminal } from '../../app/cli/terminal.ts';

export interface FakeTerminalOptions {
  /** @default nothing */
  readonly stdin?: string | Buffer;
  readonly environment?: Terminal['environment'];
  /** @default the working directory */
  readonly folder?: string;
  /** Whether both outputs are terminals. @default false */
  readonly isTTY?: boolean;
  /** Milliseconds since the epoch. @default 2026-01-05T10:30:00Z, a Monday */
  readonly now?: () => number;
}

/** A terminal that keeps what is written to it. */
export interface FakeTerminal extends Terminal {
  /** Returns all that was written to standard output. */
  readonly output: () => string;
  /** Returns all that was written to standard error. */
  readonly errors: () => string;
}

/** Creates a terminal for a test. */
export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const { stdin = '', isTTY = false } = options;
  const [stdout, output] = capture(isTTY);
  const [stderr, errors] = capture(isTTY);
  return {
    stdin: Readable.from(stdin === '' ? [] : [stdin]),
    stdout,
    stderr,
    environment: options.environment ?? {},
    folder: options.folder ?? process.cwd(),
    now: options.now ?? (() => Date.parse('2026-01-05T10:30:00Z')),
    output,
    errors,
  };
}

function capture(isTTY: boolean): [OutputStream, () => string] {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      chunks.push(String(chunk));
      callback();
    },
  });
  return [Object.assign(stream, { isTTY }), () => chunks.join('')];
}
