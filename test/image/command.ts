import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; that of this process otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is ended by force; a minute by default. */
  readonly timeout?: number;
}

export interface CommandResult {
  /** The exit code, or the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** Starts a command in a process group of its own, so that it can be ended with all that it starts. */
export function start(file: string, args: readonly string[], options: CommandOptions = {}) {
  const { cwd, env } = options;
  const child = spawn(file, args, {
    cwd,
    env: env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Runs a command to its end and gives what came of it, whatever its exit code. */
export async function run(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = start(file, args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timer = setTimeout(() => endGroup(child), options.timeout ?? 60_000);
  try {
    const [code, signal] = await once(child, 'close');
    return { status: code ?? signal, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a command that must succeed, and gives its standard output without the last line break. */
export async function output(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await run(file, args, options);
  if (status === 0) return stdout.trimEnd();
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${[file, ...args].join(' ')} ended with ${status}:\n${said}`);
}

/** Ends whatever was started and has not ended. */
export async function endAll(): Promise<void> {
  const ends = [...running].map((child) => {
    endGroup(child);
    return once(child, 'close');
  });
  await Promise.all(ends);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended a moment ago.
  }
}
