import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { CommandResult, RunningProcess } from '../support/process.ts';
import type { Container } from './container.ts';
import { GUIDE_CASES, requestGuideCase } from './guide-cases.ts';

/** Hang guard for the start and the end of the service. */
const HANG_GUARD_MS = 300_000;
const POLL_MS = 20;

/** The service of an image while it runs in a container. */
export class ServiceRun {
  readonly #process: RunningProcess;
  readonly #container: Container;
  readonly #origin: string;

  constructor(container: Container, port: number) {
    this.#container = container;
    this.#origin = `http://127.0.0.1:${port}`;
    this.#process = container.start();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Waits until the service is ready. @returns the milliseconds since the call. */
  async ready(): Promise<number> {
    const start = performance.now();
    let ended = false;
    void this.#process.exited.then(() => {
      ended = true;
    });
    while (!(await this.#responds('/readyz'))) {
      const hangs = performance.now() - start > HANG_GUARD_MS;
      if (hangs || ended) {
        const issue = hangs
          ? `is not ready after ${HANG_GUARD_MS} ms`
          : 'ended before it was ready';
        const output = this.#process.stdout() + this.#process.stderr();
        throw new Error(`The service ${issue}. Its output:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return performance.now() - start;
  }

  /** Checks that the health check passes. */
  async checkHealth(): Promise<void> {
    const command = await healthCheckCommand();
    assertExit(await this.#container.exec(this.pid, command), 0, 'a live service');
  }

  /** Checks that the health check fails by its own timeout, so that ECS replaces a service that hangs. */
  async checkHealthWhileHanging(): Promise<void> {
    process.kill(this.pid, 'SIGSTOP');
    try {
      const command = await healthCheckCommand();
      assertExit(await this.#container.exec(this.pid, command), 1, 'a hanging service');
    } finally {
      process.kill(this.pid, 'SIGCONT');
    }
  }

  /** Sends the requests of the guide. @returns a line for each, with its outcome. */
  async requestGuideCases(): Promise<string[]> {
    const results: string[] = [];
    for (const guideCase of GUIDE_CASES) {
      results.push(`${guideCase.address}: ${await requestGuideCase(this.#origin, guideCase)}`);
    }
    return results;
  }

  /** Checks that nothing of the development console is served. */
  async checkNoConsole(): Promise<void> {
    for (const path of ['/console', '/console/events', '/console/try', '/console/assets/page.js']) {
      for (const method of ['GET', 'POST']) {
        const signal = AbortSignal.timeout(HANG_GUARD_MS);
        const { status } = await fetch(this.#origin + path, { method, signal });
        assert.equal(status, 404, `${method} ${path}: expected status 404, got ${status}.`);
      }
    }
  }

  /** Stops the service as ECS does, and checks that it exits on its own. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => process.kill(this.pid, 'SIGKILL'), HANG_GUARD_MS);
    const status = await this.#process.end('SIGTERM');
    clearTimeout(timer);
    const message = `After SIGTERM the service ended with ${status}: ${this.#process.stderr()}`;
    assert.equal(status, 0, message);
    const command = await healthCheckCommand();
    assertExit(await this.#container.run(command), 1, 'a stopped service');
  }

  /**
   * Checks that the service logged lines of JSON with a decision record for each request, and no secret.
   *
   * @returns the number of decision records.
   */
  checkLog(secrets: readonly string[]): number {
    const stderr = this.#process.stderr();
    const stdout = this.#process.stdout();
    assert.equal(stderr, '', `Standard error must be empty: ${stderr}`);
    const records = stdout.trimEnd().split('\n').map(parseRecord);
    const events = records.map(({ event }) => event);
    assert.deepEqual(
      events.filter((event) => ['ready', 'draining', 'stopped'].includes(event)),
      ['ready', 'draining', 'stopped'],
      `The log must contain one start and one stop: ${events}`,
    );
    const decisions = records.filter(({ event }) => event === 'decision');
    assert.deepEqual(
      decisions.map(({ signals, outcome }) => [signals.address.value, outcome]),
      GUIDE_CASES.map(({ address, recorded }) => [address, recorded]),
      `The decision records must be those of the requests:\n${stdout}`,
    );
    for (const secret of secrets) {
      assert.ok(!stdout.includes(secret), 'The log must not contain secrets.');
    }
    return decisions.length;
  }

  async #responds(path: string): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(HANG_GUARD_MS);
      const response = await fetch(this.#origin + path, { signal });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}

function parseRecord(line: string) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`Expected a line of JSON in the log, got: ${line}`);
  }
}

/** Reads the health check command from the task definition. */
async function healthCheckCommand(): Promise<readonly string[]> {
  const file = new URL('../../infra/task-definition.ts', import.meta.url);
  const text = /command: \['CMD', ([^\]]*)\]/.exec(await readFile(file, 'utf8'))?.[1];
  if (text === undefined) {
    throw new Error("infra/task-definition.ts must contain command: ['CMD', …].");
  }
  return [...text.matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
}

function assertExit({ status, stderr }: CommandResult, expected: number, target: string): void {
  const message = `The health check of ${target} ended with ${status}, not ${expected}: ${stderr}`;
  assert.equal(status, expected, message);
}
