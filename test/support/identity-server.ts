import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AddCommand, runCommandLine } from '../../app/cli/command-line.ts';
import type { Waiting } from '../../app/cli/commands/identity-server/connect.ts';
import { pauseCommand } from '../../app/cli/commands/pause.ts';
import { registerCommand } from '../../app/cli/commands/register/register.ts';
import { resumeCommand } from '../../app/cli/commands/resume.ts';
import { statusCommand } from '../../app/cli/commands/status.ts';
import {
  type ActionsApi,
  type ActionsApiOptions,
  startActionsApi,
} from '../../app/dev/simulator/actions-api/actions-api.ts';
import { type FakeTerminalOptions, fakeTerminal } from './terminal.ts';

/** A stand-in for the endpoint, whose tasks may accept different secrets. */
export interface FakeGate {
  /** The URL of the action. */
  readonly url: string;
  /** The secrets that each task accepts; requests go to the tasks in turn. */
  tasks: (() => readonly string[])[];
  /** The values of `x-risk-gate-test`, one for each request. */
  readonly tests: string[];
  /** The status of every response in place of a decision. */
  status: number | undefined;
}

/** An identity server and an endpoint, and the commands that connect them. */
export interface RegistrationWorld {
  readonly api: ActionsApi;
  readonly gate: FakeGate;
  /** Milliseconds since the epoch, which only waiting changes. */
  readonly clock: { now: number };
  /** Called before each wait of a command. */
  readonly hooks: { beforeSleep?: () => Promise<void> };
  /** Runs one command line. @throws Error if the output contains one of the secrets. */
  run(args: string, options?: RunOptions): Promise<RunResult>;
}

export interface RunOptions extends Omit<FakeTerminalOptions, 'now'> {
  /** Whether to leave out the target, the endpoint and the header. */
  readonly isBare?: boolean;
}

export interface RunResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** The secret of the action's credential. */
export const ACTION_SECRET = 'action-secret-0123456789';
export const CLIENT_SECRET = 'client-secret';

const CREDENTIAL = { scheme: 'api-key', header: 'x-api-key', secret: ACTION_SECRET };

export const API_ENVIRONMENT = {
  RISK_GATE_CLIENT_ID: 'client',
  RISK_GATE_CLIENT_SECRET: CLIENT_SECRET,
  ACTION_CREDENTIAL: JSON.stringify(CREDENTIAL),
};

const closing: (() => Promise<void>)[] = [];

/** Ends all servers of a test. */
export async function closeWorlds(): Promise<void> {
  await Promise.all(closing.splice(0).map((close) => close()));
}

/** Creates a world. Call `closeWorlds` after each test. */
export async function registrationWorld(
  options: ActionsApiOptions = {},
): Promise<RegistrationWorld> {
  const clock = { now: Date.parse('2026-01-05T10:30:00Z') };
  const api = await startActionsApi({ now: () => clock.now, ...options });
  const gate = await startGate();
  closing.push(() => api.close());
  const hooks: RegistrationWorld['hooks'] = {};
  const waiting: Waiting = {
    sleep: async (ms) => {
      await hooks.beforeSleep?.();
      clock.now += ms;
    },
    timeoutMs: 300,
  };
  const commands: AddCommand[] = [
    registerCommand(waiting),
    pauseCommand(waiting),
    resumeCommand(waiting),
    statusCommand(waiting),
  ];
  const program = { name: 'risk-gate', version: '1.2.3', description: 'Registers.', commands };
  return {
    api,
    gate,
    clock,
    hooks,
    async run(args, { isBare = false, environment = {}, ...more } = {}) {
      const terminal = fakeTerminal({
        ...more,
        environment: isBare ? environment : { ...API_ENVIRONMENT, ...environment },
        now: () => clock.now,
      });
      const isRegister = /register/.test(args) && !/--(?:remove|rotate)/.test(args);
      const action = ` --endpoint ${gate.url} --address-header x-client-source-ip`;
      const target = ` --organization acme --api-origin ${api.origin}`;
      const line = isBare ? args : `${args}${target}${isRegister ? action : ''}`;
      const exitCode = await runCommandLine(program, splitLine(line), terminal);
      const result = { exitCode, output: terminal.output(), errors: terminal.errors() };
      refuseSecrets(result, api, Object.values({ ...API_ENVIRONMENT, ...environment }));
      return result;
    },
  };
}

/** Splits at spaces outside of double quotes. */
function splitLine(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
}

/** Shorter values are user names. */
const MIN_SECRET_LENGTH = 8;

/** A command must not print a secret, whatever happens. */
function refuseSecrets(
  { output, errors }: RunResult,
  { actions }: ActionsApi,
  variables: readonly (string | undefined)[],
): void {
  const stored = actions.flatMap(({ authentication }) => Object.values(authentication.secret));
  const inVariables = variables.filter((value) => value !== undefined && value !== 'client');
  for (const secret of [ACTION_SECRET, ...stored, ...inVariables]) {
    if (secret && secret.length >= MIN_SECRET_LENGTH && `${output}${errors}`.includes(secret)) {
      throw new Error(`The output contains a secret: ${output}${errors}`);
    }
  }
}

async function startGate(): Promise<FakeGate> {
  const gate = {
    url: '',
    tasks: [() => [ACTION_SECRET]] as (() => readonly string[])[],
    tests: [] as string[],
    status: undefined as number | undefined,
  };
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    gate.tests.push(String(request.headers['x-risk-gate-test']));
    const task = gate.tasks[requests++ % gate.tasks.length];
    const isAccepted = task?.().includes(String(request.headers['x-api-key']));
    const json = { 'content-type': 'application/json' };
    if (gate.status !== undefined) response.writeHead(gate.status).end();
    else if (isAccepted) response.writeHead(200, json).end('{"actionStatus":"SUCCESS"}');
    else {
      const error = { actionStatus: 'ERROR', errorMessage: 'unauthorized', errorDescription: '' };
      response.writeHead(401, json).end(JSON.stringify(error));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  gate.url = `http://127.0.0.1:${port}/pre-issue-access-token`;
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return gate;
}
