import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type RunningProcess, startProcess } from '../support/process.ts';
import { pinnedCommand, type Role } from './cores.ts';

const READY = /"event":"ready","port":(\d+)/;
/** Unit of the CPU times in /proc: USER_HZ is 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** A process that listens on a port of 127.0.0.1. */
export interface ServerProcess {
  readonly origin: string;
  /** Milliseconds from the start of the process until it writes that it is ready. */
  readonly readyAfter: number;
  /** Seconds of CPU that all its threads have used, to a hundredth. */
  cpu(): number;
  /** Bytes of resident memory. */
  resident(): number;
  signal(signal: NodeJS.Signals): void;
  end(): Promise<void>;
}

const running = new Map<RunningProcess, Role>();
process.once('exit', () => endProcesses());

/**
 * Starts Node with the image's flags and environment, and waits until the server is ready. Its further output
 * is read and discarded.
 */
export async function startServer(
  role: Role,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const [file, before] = pinnedCommand(role, process.execPath);
  const start = performance.now();
  const server = startProcess(file, [...before, ...IMAGE.flags, ...args], {
    environment: { ...AS_DEPLOYED, ...environment },
  });
  running.set(server, role);
  const forget = () => running.delete(server);
  server.exited.then(forget, forget);
  const [, port] = await server.waitForOutput(READY);
  const readyAfter = performance.now() - start;
  server.child.stdout?.removeAllListeners('data').resume();
  return {
    origin: `http://127.0.0.1:${port}`,
    readyAfter,
    cpu: () => cpuSecondsOf(server.pid),
    resident: () => residentBytesOf(server.pid),
    signal: (signal) => void server.child.kill(signal),
    async end() {
      await server.end('SIGKILL');
    },
  };
}

/** Kills the processes that are still running, of one role or of all. */
export function endProcesses(role?: Role): void {
  for (const [server, its] of running) {
    if (role === undefined || role === its) server.child.kill('SIGKILL');
  }
}

/** How the image starts Node. */
const IMAGE = readDockerfile(join(ROOT, 'app/Dockerfile'));

/** The environment that the image sets. */
export const AS_DEPLOYED = {
  NODE_ENV: 'production',
  NODE_OPTIONS: IMAGE.nodeOptions,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

function readDockerfile(file: string): { nodeOptions: string; flags: readonly string[] } {
  const text = readFileSync(file, 'utf8');
  const [, nodeOptions] = /NODE_OPTIONS="([^"]+)"/.exec(text) ?? [];
  if (nodeOptions === undefined) throw new Error(`${file} must set NODE_OPTIONS="...".`);
  const [, command] = /^CMD \["node", (.*"main\.mjs")\]$/m.exec(text) ?? [];
  if (command === undefined) throw new Error(`${file} must have a CMD ["node", ..., "main.mjs"].`);
  const flags: string[] = JSON.parse(`[${command}]`).slice(0, -1);
  return { nodeOptions, flags };
}

function cpuSecondsOf(pid: number): number {
  // proc(5): the name in parentheses may contain spaces; utime and stime are the 12th and 13th fields after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentBytesOf(pid: number): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
