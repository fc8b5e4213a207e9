import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** AWS in a process of this machine: moto's server, with Secrets Manager among others. */
export interface Moto {
  readonly endpoint: string;
  /** Ends the process and waits until it is gone. Doing it twice is fine. */
  stop(): Promise<void>;
}

/** Longest time in milliseconds until moto answers. */
const PATIENCE = 20_000;

/** Starts moto on a port that the system gives it. @throws Error when it does not answer in time. */
export async function startMoto(): Promise<Moto> {
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await gone;
  };
  const timer = setTimeout(() => child.kill(), PATIENCE);
  try {
    const endpoint = await announcedEndpoint(child.stderr);
    await fetch(`${endpoint}/moto-api/`);
    return { endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The server says where it listens, and listens by then. What it says later is let pass. */
async function announcedEndpoint(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: output })
      .on('line', (line) => {
        said.push(line);
        const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (endpoint !== undefined) resolve(endpoint);
      })
      .on('close', () => reject(new Error(`moto ended before it listened:\n${said.join('\n')}`)));
  });
}

/**
 * `describe` for tests against moto. Without moto they are skipped, and it is said so; with
 * REQUIRE_MOTO=1 they fail instead.
 */
export function describeWithMoto(name: string, body: () => void): void {
  if (spawnSync('python3', ['-c', 'import moto.server']).status === 0) {
    describe(name, body);
    return;
  }
  const missing = 'python3 has no moto (pip install "moto[server]")';
  if (process.env.REQUIRE_MOTO === '1') {
    test(`${name}: needs moto`, () => {
      throw new Error(`REQUIRE_MOTO=1, but ${missing}.`);
    });
    return;
  }
  process.stderr.write(`Skipped, as ${missing}: ${name}\n`);
  describe.skip(name, body);
}
