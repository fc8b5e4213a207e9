import { cpuUsage } from 'node:process';

/**
 * Runs a function and returns its result with the processor time, in milliseconds, that this process took
 * meanwhile. Unlike the time on a clock it does not grow when other processes keep the machine busy, so
 * it can tell work that runs away (minutes) from work that is done (milliseconds) on any machine.
 */
export async function withCpuTime<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuMilliseconds: number }> {
  const before = cpuUsage();
  const result = await run();
  const { user, system } = cpuUsage(before);
  return { result, cpuMilliseconds: (user + system) / 1000 };
}

/** Far above what any text or body here takes, and far below what quadratic time takes for it. */
export const RUNAWAY_MS = 10_000;
