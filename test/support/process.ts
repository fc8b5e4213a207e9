import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Hang guard of commands that run to their end. */
const COMMAND_TIMEOUT_MS = 300_000;
/** Output that the error message of a failed command contains. */
const MAX_ERROR_LINES = 60;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ProcessOptions {
  /** The whole environment except PATH, which every process gets. @default this process's environment */
  readonly environment?: Environment;
  /** @default the project's root */
  readonly folder?: string;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string;
  /** Keeps standard input open, so that the process can notice the end of this one. */
  readonly keepInputOpen?: boolean;
  /** Opens a channel for messages. */
  readonly ipc?: boolean;
}

export interface CommandOptions extends ProcessOptions {
  /** Kills the command and all its descendants. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** The exit code, or the signal that ended the command. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process whose output is collected. */
export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in the output so far or to come; rejects if the process ends before. */
  waitForOutput(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
  /** Resolves with the exit code, or the signal that ended the process, once all output is read. */
  readonly exited: Promise<number | string>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

const running = new Set<RunningProcess>();

/**
 * Starts a script of package.json as npm does, but without npm in between, so that signals reach it, and with
 * PATH as the only variable inherited from this process's environment.
 */
export function startScript(
  entry: 'app/src/main.ts' | 'app/dev/local.ts',
  environment: Environment,
): RunningProcess {
  return startNode(['--import', 'tsx', entry], environment);
}

/** Starts Node. PATH is the only variable inherited from this process's environment. */
export function startNode(
  args: readonly string[],
  environment: Environment = {},
  options: Omit<ProcessOptions, 'environment'> = {},
): RunningProcess {
  const defaults = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const all = { ...options, environment: { ...defaults, ...environment } };
  return startProcess(process.execPath, args, all);
}

export function startProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  return collect(spawn(file, args, spawnOptions(options)), options);
}

/**
 * Starts a command in its own process group, so that `endCommands` ends its descendants too. An interrupt from
 * the terminal does not reach it.
 */
export function startCommand(
  file: string,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  const command = collect(spawn(file, args, { ...spawnOptions(options), detached: true }), options);
  running.add(command);
  const forget = () => running.delete(command);
  command.exited.then(forget, forget);
  return command;
}

/** Runs a command to its end and returns its result, whatever the exit code. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { signal, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  signal?.throwIfAborted();
  const command = startCommand(file, args, options);
  const kill = () => killGroup(command);
  const timer = setTimeout(kill, COMMAND_TIMEOUT_MS);
  signal?.addEventListener('abort', kill);
  try {
    const status = await command.exited;
    return { status, stdout: command.stdout(), stderr: command.stderr() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

/**
 * Runs a command and returns its standard output without trailing whitespace.
 *
 * @throws Error with the end of its output when the exit code is not 0.
 */
export async function outputOf(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await runCommand(file, args, options);
  if (status === 0) return stdout.trimEnd();
  const lines = `${stdout}\n${stderr}`.trim().split('\n').slice(-MAX_ERROR_LINES);
  throw new Error(`${[file, ...args].join(' ')} ended with ${status}:\n${lines.join('\n')}`);
}

/** Kills every command that is still running, with its descendants, and waits for their ends. */
export async function endCommands(): Promise<void> {
  const ends = [...running].map((command) => {
    killGroup(command);
    return command.exited;
  });
  await Promise.allSettled(ends);
}

function spawnOptions({
  environment = process.env,
  folder = ROOT,
  input,
  keepInputOpen = false,
  ipc = false,
}: ProcessOptions): SpawnOptions {
  const stdin = input !== undefined || keepInputOpen ? 'pipe' : 'ignore';
  return {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: [stdin, 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  };
}

function collect(child: ChildProcess, { input }: ProcessOptions): RunningProcess {
  if (input !== undefined) child.stdin?.end(input);
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const exited = once(child, 'close').then(([code, signal]) => code ?? signal);
  // A process that nobody waits for must not fail the run when it cannot be started.
  exited.catch(() => undefined);
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited,
    waitForOutput: (pattern, stream = 'stdout') =>
      new Promise((resolve, reject) => {
        const listener = () => {
          const match = pattern.exec(output[stream]);
          if (match === null) return;
          listeners.delete(listener);
          resolve(match);
        };
        listeners.add(listener);
        listener();
        exited.then((status) => {
          const end = `The process ended with ${status} before it wrote ${pattern}`;
          reject(new Error(`${end}: ${output.stderr}`));
        }, reject);
      }),
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}

function killGroup({ child: { pid } }: RunningProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
