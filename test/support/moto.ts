import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startProcess } from './process.ts';

/** An emulated AWS: moto's server as a process on this machine. */
export interface Moto {
  readonly endpoint: string;
  /** Returns the end of its log, for error messages. */
  log(): string;
  /** Ends the process and waits for its exit. May be called more than once. */
  stop(): Promise<void>;
}

export interface MotoOptions {
  /** Replaces moto's CloudFormation by an emulator of what AWS documents. @default false */
  readonly cloudFormation?: boolean;
}

const EMULATOR = fileURLToPath(new URL('emulator', import.meta.url));

/** Options for clients of moto, which takes seconds for a response on a busy machine. */
export const PATIENT_CLIENT = { connectionTimeout: 120_000, requestTimeout: 120_000 };

/** Enough for a traceback and the requests before it. */
const MAX_LOG_LINES = 60;

/** Hang guard for moto's start. */
const START_TIMEOUT_MS = 120_000;

/** Starts moto on a free port. @throws Error when it does not start. */
export async function startMoto({ cloudFormation = false }: MotoOptions = {}): Promise<Moto> {
  const server = cloudFormation ? [EMULATOR] : ['-m', 'moto.server'];
  const args = [...server, '-H', '127.0.0.1', '-p', '0'];
  const moto = startProcess('python3', args, { keepInputOpen: true });
  const stop = async () => {
    await moto.end();
  };
  const timer = setTimeout(() => moto.child.kill(), START_TIMEOUT_MS);
  try {
    const [, endpoint = ''] = await moto.waitForOutput(LISTENING, 'stderr');
    await fetch(`${endpoint}/moto-api/`);
    const log = () => moto.stderr().split('\n').slice(-MAX_LOG_LINES).join('\n');
    return { endpoint, log, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns the endpoint of the moto of the whole run, which starts with its first user. Other test files use it at the
 * same time: do not reset it, and give buckets, secrets and metrics names that no other file uses.
 *
 * @throws Error when it does not start.
 */
export async function sharedMoto(): Promise<string> {
  const { RISK_GATE_SHARED_MOTO: url } = process.env;
  if (url === undefined) throw new Error('Only npm test shares a moto: use startMoto.');
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

const LISTENING = /Running on (http:\/\/127\.0\.0\.1:\d+)/;

/** Exits with 0 if moto and its server are installed. To import them takes ten times as long. */
const FIND_MOTO =
  'import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, ["moto", "flask"])))';

/**
 * `describe` for tests against moto. Without moto they are skipped with a message, or fail if REQUIRE_MOTO=1
 * is set.
 */
export function describeWithMoto(name: string, body: () => void): void {
  // No timeout of Jest ends a thread that waits for a process.
  const options = { timeout: START_TIMEOUT_MS };
  if (spawnSync('python3', ['-c', FIND_MOTO], options).status === 0) {
    describe(name, body);
    return;
  }
  const missing = 'moto is not installed (pip install "moto[server]")';
  if (process.env.REQUIRE_MOTO === '1') {
    test(`${name}: requires moto`, () => {
      throw new Error(`REQUIRE_MOTO=1, but ${missing}.`);
    });
    return;
  }
  process.stderr.write(`Skipped: ${name}: ${missing}\n`);
  describe.skip(name, body);
}
