import { cpuUsage } from 'node:process';

/**
 * Runs a function and returns its result with the CPU time of this process in milliseconds. Unlike wall-clock
 * time it hardly grows on a busy machine, so that it distinguishes runaway work (minutes) from normal work
 * (milliseconds) on any machine.
 */
export async function withCpuTime<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuMilliseconds: number }> {
  const before = cpuUsage();
  const result = await run();
  const { user, system } = cpuUsage(before);
  return { result, cpuMilliseconds: (user + system) / 1000 };
}

/** Far above the time that any input of the tests takes, and far below quadratic time. */
export const RUNAWAY_MS = 10_000;
