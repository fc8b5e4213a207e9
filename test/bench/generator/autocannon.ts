import { fileURLToPath } from 'node:url';
import { outputOf } from '../../support/process.ts';
import { pinnedCommand } from '../cores.ts';
import { checkResult, type Generator, type Load, type LoadResult } from './load.ts';

const PROCESS = fileURLToPath(new URL('autocannon-process.ts', import.meta.url));

/** autocannon in its own process, where wrk is not installed. It measures whole milliseconds. */
export const autocannon: Generator = {
  name: 'autocannon',
  async run(load) {
    return checkResult(load, parseAutocannon(await run(load)));
  },
};

function run(load: Load): Promise<string> {
  const [file, before] = pinnedCommand('generator', process.execPath);
  const args = [...before, '--import', 'tsx', PROCESS];
  return outputOf(file, args, { input: JSON.stringify(load) });
}

/** Parses autocannon's result, whose `duration` is in seconds and whose latencies are in milliseconds. */
export function parseAutocannon(output: string): LoadResult {
  const result = JSON.parse(output);
  const { p50, p99, max } = result.latency;
  // Only responses count: requests in flight at the end do not.
  const requests: number = result.requests.total;
  return {
    requests,
    seconds: result.duration,
    perSecond: requests / result.duration,
    p50,
    p99,
    slowest: max,
    failures: { errors: result.errors, timeout: result.timeouts, status: result.non2xx },
  };
}
