import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinned, type Role } from './cores.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY = /"event":"ready","port":(\d+)/;
/** Of the kernel's clock, in which it counts the time of processes: USER_HZ is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** A process that listens on a port of 127.0.0.1. */
export interface ServerProcess {
  readonly origin: string;
  /** Milliseconds from its start to its word that it is ready. */
  readonly readyAfter: number;
  /** Seconds of processor time that all its threads have used, to a hundredth. */
  cpu(): number;
  /** Bytes in memory. */
  resident(): number;
  signal(signal: NodeJS.Signals): void;
  end(): Promise<void>;
}

const running = new Map<ChildProcess, Role>();
// However this one ends, none of them outlives it.
process.once('exit', () => endProcesses());

/**
 * Starts Node as the image does, with these arguments, and waits until it says that it is ready. What it writes to
 * standard output goes through a pipe whose reader throws it away, for every process alike.
 */
export async function startProcess(
  role: Role,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const [file, before] = pinned(role, process.execPath);
  const start = performance.now();
  const child = spawn(file, [...before, ...IMAGE.flags, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...AS_DEPLOYED, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(child, role);
  const exited = once(child, 'exit').finally(() => running.delete(child));
  const port = await portOf(child);
  const readyAfter = performance.now() - start;
  child.stdout?.removeAllListeners('data').resume();
  return {
    origin: `http://127.0.0.1:${port}`,
    readyAfter,
    cpu: () => cpuOf(child.pid),
    resident: () => residentOf(child.pid),
    signal: (signal) => void child.kill(signal),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** How the image starts Node: what it sets, and says on the command line. */
const IMAGE = readDockerfile(`${ROOT}app/Dockerfile`);

/** As in the image. */
export const AS_DEPLOYED = {
  NODE_ENV: 'production',
  NODE_OPTIONS: IMAGE.nodeOptions,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

function readDockerfile(file: string): { nodeOptions: string; flags: readonly string[] } {
  const text = readFileSync(file, 'utf8');
  const [, nodeOptions] = /NODE_OPTIONS="([^"]+)"/.exec(text) ?? [];
  if (nodeOptions === undefined) throw new Error(`${file} sets no NODE_OPTIONS="...".`);
  const [, command] = /^CMD \["node", (.*"main\.mjs")\]$/m.exec(text) ?? [];
  if (command === undefined) throw new Error(`${file} has no CMD ["node", ..., "main.mjs"].`);
  const flags: string[] = JSON.parse(`[${command}]`).slice(0, -1);
  return { nodeOptions, flags };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const match = READY.exec(said);
      if (match !== null) resolve(Number(match[1]));
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      reject(new Error(`A process ended with ${code} before it was ready: ${stderr}`));
    });
  });
}

/** Ends whatever was started, in that role if one is given, and has not ended. */
export function endProcesses(role?: Role): void {
  for (const [child, its] of running) if (role === undefined || role === its) child.kill('SIGKILL');
}

function cpuOf(pid: number | undefined): number {
  // The name in brackets may hold blanks; behind it, user and system time are fields 12 and 13.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentOf(pid: number | undefined): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
