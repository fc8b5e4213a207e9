/**
 * Runs a command while other processes keep the CPU busy, and exits with its exit code:
 * `node --import tsx test/support/busy.ts <busy loops> <command> [argument…]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** Loops until its parent process has ended. */
const BUSY_LOOP = `
  const parent = process.ppid;
  while (process.ppid === parent) for (let i = 0; i < 1e7; i++);
`;

const [count = '', command, ...args] = process.argv.slice(2);
if (!/^\d+$/.test(count) || command === undefined) {
  process.stderr.write('usage: busy.ts <busy loops> <command> [argument…]\n');
  process.exit(2);
}

const loops = Array.from({ length: Number(count) }, () =>
  spawn(process.execPath, ['--eval', BUSY_LOOP], { stdio: 'ignore' }),
);
try {
  process.exitCode = await exitCodeOf(spawn(command, args, { stdio: 'inherit' }));
} finally {
  for (const loop of loops) loop.kill();
}

/** Waits for the end of a process, to which interrupts are passed on. */
async function exitCodeOf(child: ChildProcess): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  // As a shell does.
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
