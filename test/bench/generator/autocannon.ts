import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pinned } from '../cores.ts';
import { checkMeasured, type Generator, type Load, type Measured } from './load.ts';

const PROCESS = fileURLToPath(new URL('autocannon-process.ts', import.meta.url));

/** autocannon in a process of its own, where there is no wrk. It counts times in whole milliseconds. */
export const autocannon: Generator = {
  name: 'autocannon',
  async run(load) {
    return checkMeasured(load, parseAutocannon(await run(load)));
  },
};

async function run(load: Load): Promise<string> {
  const [file, before] = pinned('generator', process.execPath);
  const args = [...before, '--import', 'tsx', PROCESS];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(JSON.stringify(load));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`autocannon ended with ${code}: ${stderr}`);
  return stdout;
}

/** Reads autocannon's result. `duration` is in seconds, latencies are in milliseconds. */
export function parseAutocannon(output: string): Measured {
  const result = JSON.parse(output);
  const { p50, p99, max } = result.latency;
  // A request in flight at the end is none: only what was answered counts.
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
