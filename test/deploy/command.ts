import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CommandOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** @default the checkout */
  readonly folder?: string;
  /** Written to standard input. */
  readonly input?: string;
  /** Ends the command with everything that it has started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command to its end, and gives its standard output.
 *
 * @throws Error with all that it said, when it fails or is ended.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { environment, folder = ROOT, input = '', signal }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted();
  // A group of its own: CDK starts the app as another process, which must end with it.
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    detached: true,
  });
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  signal.addEventListener('abort', end);
  try {
    child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
    return stdout;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
