import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../support/process.ts';
import { pinnedCommand } from '../cores.ts';
import { ADDRESS, checkResult, type Generator, type Load, type LoadResult } from './load.ts';

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** Longer than any response takes, so that slow responses are measured. */
const TIMEOUT = '20s';

/** wrk with one thread, which sends several times the load that one thread of Node serves. */
export const wrk: Generator = {
  name: 'wrk',
  async run(load) {
    const folder = mkdtempSync(join(tmpdir(), 'risk-gate-wrk-'));
    try {
      const template = join(folder, 'request');
      const addresses = join(folder, 'addresses');
      const { text, bytes } = requestTemplate(load);
      writeFileSync(template, text);
      writeFileSync(addresses, load.addresses.join('\n'));
      const options = [
        '-t1',
        `-c${load.connections}`,
        `-d${load.seconds}s`,
        `--timeout=${TIMEOUT}`,
      ];
      const script = ['-s', SCRIPT, load.origin, '--', template, addresses, String(bytes)];
      return checkResult(load, await run([...options, ...script], load));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function run(args: readonly string[], { untilExhausted = false }: Load): Promise<LoadResult> {
  const [file, before] = pinnedCommand('generator', 'wrk');
  const generator = startProcess(file, [...before, ...args]);
  // wrk prints its summary when it is interrupted.
  const interrupt = () => generator.child.kill('SIGINT');
  if (untilExhausted)
    generator.waitForOutput(/addresses exhausted/).then(interrupt, () => undefined);
  const status = await generator.exited;
  const stdout = generator.stdout();
  if (status !== 0) throw new Error(`wrk ended with ${status}: ${generator.stderr() || stdout}`);
  return parseWrk(stdout);
}

/** Returns the request as wrk sends it, with placeholders for the address and the body's length. */
export function requestTemplate(load: Load): { readonly text: string; readonly bytes: number } {
  const { method, path, headers, body, origin } = load;
  const fields = { host: new URL(origin).host, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}`;
  if (body === undefined) return { text: `${head}\r\n`, bytes: 0 };
  return {
    text: `${head}content-length: @length@\r\n\r\n${body}`,
    bytes: Buffer.byteLength(body.replaceAll(ADDRESS, '')),
  };
}

/** Parses the line that wrk.lua prints at the end. @throws Error when it is missing. */
export function parseWrk(output: string): LoadResult {
  const line = output.split('\n').findLast((text) => text.startsWith('{"requests":'));
  if (line === undefined) throw new Error(`wrk printed no result: ${output}`);
  const { requests, duration, p50, p99, slowest, failures } = JSON.parse(line);
  const seconds = duration / 1e6;
  return {
    requests,
    seconds,
    perSecond: requests / seconds,
    p50: p50 / 1000,
    p99: p99 / 1000,
    slowest: slowest / 1000,
    failures,
  };
}
