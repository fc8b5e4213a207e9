import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** AWS in a process of this machine: moto's server, with Secrets Manager among others. */
export interface Moto {
  readonly endpoint: string;
  /** What it has logged last, for the message of a test that fails. */
  log(): string;
  /** Ends the process and waits until it is gone. Doing it twice is fine. */
  stop(): Promise<void>;
}

export interface MotoOptions {
  /** With all of CloudFormation that the stack of this project needs. @default false */
  readonly cloudFormation?: boolean;
}

const MOTO_WITH_CLOUDFORMATION = fileURLToPath(new URL('moto_cfn.py', import.meta.url));

/** Lines of the log that are kept: a traceback, and the requests before it. */
const LOG_LINES = 60;

/** Longest time in milliseconds until moto answers. */
const PATIENCE = 20_000;

/** Starts moto on a port that the system gives it. @throws Error when it does not answer in time. */
export async function startMoto({ cloudFormation = false }: MotoOptions = {}): Promise<Moto> {
  const server = cloudFormation ? [MOTO_WITH_CLOUDFORMATION] : ['-m', 'moto.server'];
  const child = spawn('python3', [...server, '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await gone;
  };
  const timer = setTimeout(() => child.kill(), PATIENCE);
  try {
    const endpoint = await announcedEndpoint(child.stderr, said);
    await fetch(`${endpoint}/moto-api/`);
    return { endpoint, log: () => said.join('\n'), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The server says where it listens, and listens by then. */
async function announcedEndpoint(output: NodeJS.ReadableStream, said: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: output })
      .on('line', (line) => {
        said.push(line);
        if (said.length > LOG_LINES) said.shift();
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
