import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { CommandResult } from './command.ts';
import type { Container } from './container.ts';
import { ask, GUIDE_CASES } from './guide-cases.ts';

/** What ECS allows: until the health check has failed for good, and until SIGKILL. Milliseconds. */
const START_LIMIT = 15_000;
const STOP_LIMIT = 30_000;
const HEALTH_CHECK_LIMIT = 3_000;

/** The service of an image while it runs. */
export class ServiceRun {
  readonly pid: number;
  readonly #container: Container;
  readonly #origin: string;
  readonly #exit: Promise<number | string>;
  #stdout = '';
  #stderr = '';
  #ended = false;

  constructor(container: Container, port: number) {
    const child = container.start();
    this.#container = container;
    this.#origin = `http://127.0.0.1:${port}`;
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#exit = once(child, 'close').then(([code, signal]) => {
      this.#ended = true;
      return code ?? signal;
    });
  }

  /** Waits until it is ready, and gives the milliseconds since the call. */
  async ready(): Promise<number> {
    const start = performance.now();
    while (!(await this.#answers('/readyz'))) {
      const late = performance.now() - start > START_LIMIT;
      if (late || this.#ended) {
        const fault = late ? `is not ready after ${START_LIMIT} ms` : 'ended before it was ready';
        throw new Error(`The service ${fault}. It said:\n${this.#stdout}${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - start;
  }

  /** Runs the health check beside the service, and gives the milliseconds that it took. */
  async checkHealth(): Promise<number> {
    const start = performance.now();
    const command = await healthCheckCommand();
    assertExit(await this.#container.exec(this.pid, command), 0, 'a service that lives');
    return performance.now() - start;
  }

  /** A service that hangs must be replaced, so its health check has to fail, and in time. */
  async checkHealthWhileHanging(): Promise<number> {
    process.kill(this.pid, 'SIGSTOP');
    try {
      const start = performance.now();
      const command = await healthCheckCommand();
      assertExit(await this.#container.exec(this.pid, command), 1, 'a service that hangs');
      const time = performance.now() - start;
      assert.ok(
        time < HEALTH_CHECK_LIMIT,
        `The health check needs ${time} ms: ECS ends it before.`,
      );
      return time;
    } finally {
      process.kill(this.pid, 'SIGCONT');
    }
  }

  /** Asks for the tokens of the guide, and gives what came of each. */
  async askGuideCases(): Promise<string[]> {
    const results: string[] = [];
    for (const guideCase of GUIDE_CASES) {
      results.push(`${guideCase.address}: ${await ask(this.#origin, guideCase)}`);
    }
    return results;
  }

  /** The console is of a machine on which somebody sits: nothing of it may answer here. */
  async checkNoConsole(): Promise<void> {
    for (const path of ['/console', '/console/events', '/console/try', '/console/assets/page.js']) {
      for (const method of ['GET', 'POST']) {
        const signal = AbortSignal.timeout(5000);
        const { status } = await fetch(this.#origin + path, { method, signal });
        assert.equal(status, 404, `${method} ${path} is answered with ${status}, not with 404.`);
      }
    }
  }

  /** Stops it as ECS does, and gives the milliseconds until it ended. */
  async stop(): Promise<number> {
    const start = performance.now();
    process.kill(this.pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(this.pid, 'SIGKILL'), STOP_LIMIT);
    const code = await this.#exit;
    clearTimeout(timer);
    assert.equal(code, 0, `After SIGTERM the service ended with ${code}: ${this.#stderr}`);
    const command = await healthCheckCommand();
    assertExit(await this.#container.run(command), 1, 'a service that is gone');
    return performance.now() - start;
  }

  /** Checks what it has written: lines of JSON, a decision record for each request, no secret. */
  checkLog(secrets: readonly string[]): number {
    assert.equal(this.#stderr, '', `The service complained: ${this.#stderr}`);
    const lines = this.#stdout.trimEnd().split('\n');
    const records = lines.map(readRecord);
    const events = records.map(({ event }) => event);
    assert.deepEqual(
      events.filter((event) => ['ready', 'draining', 'stopped'].includes(event)),
      ['ready', 'draining', 'stopped'],
      `The log does not tell of start and end: ${events}`,
    );
    const decisions = records.filter(({ event }) => event === 'decision');
    assert.deepEqual(
      decisions.map(({ signals, outcome }) => [signals.address.value, outcome]),
      GUIDE_CASES.map(({ address, recorded }) => [address, recorded]),
      `The decision records are not those of the requests:\n${this.#stdout}`,
    );
    for (const secret of secrets) {
      assert.ok(!this.#stdout.includes(secret), 'A secret stands in the log.');
    }
    return decisions.length;
  }

  async #answers(path: string): Promise<boolean> {
    try {
      const response = await fetch(this.#origin + path, { signal: AbortSignal.timeout(1000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}

function readRecord(line: string) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`The service wrote a line that is no JSON: ${line}`);
  }
}

/** The command by which the task definition has the container checked. */
async function healthCheckCommand(): Promise<readonly string[]> {
  const file = new URL('../../infra/task-definition.ts', import.meta.url);
  const text = /command: \['CMD', ([^\]]*)\]/.exec(await readFile(file, 'utf8'))?.[1];
  if (text === undefined) throw new Error("infra/task-definition.ts has no command: ['CMD', …].");
  return [...text.matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
}

function assertExit({ status, stderr }: CommandResult, expected: number, what: string): void {
  assert.equal(status, expected, `The health check of ${what} ended with ${status}: ${stderr}`);
}
