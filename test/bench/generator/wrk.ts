import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../support/process.ts';
import { pinned } from '../cores.ts';
import { ADDRESS, checkMeasured, type Generator, type Load, type Measured } from './load.ts';

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** Longer than anything here may take, so that a slow answer is seen as what it is. */
const TIMEOUT = '20s';

/** wrk: one thread, which drives several times what one thread of Node serves. */
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
      return checkMeasured(load, await run([...options, ...script], load));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function run(args: readonly string[], { untilUsedUp = false }: Load): Promise<Measured> {
  const [file, before] = pinned('generator', 'wrk');
  const generator = startProcess(file, [...before, ...args]);
  // wrk prints its summary when it is interrupted.
  const interrupt = () => generator.child.kill('SIGINT');
  if (untilUsedUp) generator.waitForOutput(/used up/).then(interrupt, () => undefined);
  const status = await generator.exited;
  const stdout = generator.stdout();
  if (status !== 0) throw new Error(`wrk ended with ${status}: ${generator.stderr() || stdout}`);
  return parseWrk(stdout);
}

/** The request as wrk sends it, with marks where the address and the body's length belong. */
export function requestTemplate(load: Load): { readonly text: string; readonly bytes: number } {
  const { method, path, headers, body, origin } = load;
  const fields = { host: new URL(origin).host, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}`;
  if (body === undefined) return { text: `${head}\r\n`, bytes: 0 };
  return {
    text: `${head}content-length: @length@\r\n\r\n${body}`,
    bytes: Buffer.byteLength(body.replace(ADDRESS, '')),
  };
}

/** Reads what wrk.lua writes at the end. @throws Error when it is not there. */
export function parseWrk(output: string): Measured {
  const line = output.split('\n').findLast((text) => text.startsWith('{"requests":'));
  if (line === undefined) throw new Error(`wrk says nothing of what it measured: ${output}`);
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
