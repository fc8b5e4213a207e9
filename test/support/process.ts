import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const ROOT = new URL('../../', import.meta.url);

/** A process of the project, with what it has said so far. */
export interface RunningProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in standard output; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts a script of package.json's as npm does, without npm in between, so that signals arrive. */
export function startScript(
  entry: 'app/src/main.ts' | 'app/dev/local.ts',
  environment: Readonly<Record<string, string>>,
): RunningProcess {
  return startNode(['--import', 'tsx', entry], environment);
}

/**
 * Starts Node with these arguments and nothing of this process's environment but PATH.
 *
 * @param ipc whether the process can be sent messages.
 */
export function startNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { ipc = false } = {},
): RunningProcess {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  if (child.stdout === null || child.stderr === null) throw new Error('Its output is not piped.');
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const watch of watchers) watch();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const match = pattern.exec(stdout);
          if (match === null) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
        watch();
        void exited.then((code) =>
          reject(new Error(`It ended with ${code} before it said ${pattern}: ${stderr}`)),
        );
      }),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
