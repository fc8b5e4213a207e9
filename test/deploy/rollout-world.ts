import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { runCommandLine } from '../../app/cli/command-line.ts';
import { COMMANDS } from '../../app/cli/commands/index.ts';
import {
  type ActionsApi,
  type Application,
  startActionsApi,
} from '../../app/dev/simulator/actions-api/actions-api.ts';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { runQuery } from '../support/logs-insights/index.ts';
import { startLogsServer } from '../support/logs-insights/server.ts';
import { ROOT } from '../support/process.ts';
import { fakeTerminal } from '../support/terminal.ts';
import { type ClientRequest, requestToken, type TokenResult } from '../support/token-endpoint.ts';
import { deployVersion, type SynthesizedTemplate } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { ABUSEIPDB_KEY, startRolloutService } from './rollout-service.ts';
import { writeSecret } from './secrets.ts';
import { failures, stacksOf } from './stacks.ts';

export interface RunResult {
  readonly exitCode: number;
  readonly output: string;
}

/** What a newcomer has who follows docs/rollout.md: a checkout, an AWS account and an identity server. */
export interface RolloutWorld {
  readonly aws: EmulatedAws;
  readonly api: ActionsApi;
  readonly applications: Application[];
  /** For commands as processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** The log of the service. */
  readonly lines: readonly string[];
  /** The options with which a command reaches the stand-in instead of Asgardeo. */
  readonly target: readonly string[];
  /** Runs a command of the page. @throws Error for one that it does not know. */
  run(command: string): Promise<RunResult>;
  /** Makes the changes of a YAML block in a policy of the checkout. */
  edit(policy: string, changes: string): void;
  /** Creates a file in the checkout. */
  write(file: string, text: string): void;
  requestToken(request: ClientRequest): Promise<TokenResult>;
  close(): Promise<void>;
}

export const ORGANIZATION = 'example';

/** The client that the page asks for, with the default credentials of the stand-in. */
const API_CLIENT = { RISK_GATE_CLIENT_ID: 'client', RISK_GATE_CLIENT_SECRET: 'client-secret' };

/** Starts all of it, and sets the variables of AWS clients in this process. Nothing is deployed yet. */
export async function startRolloutWorld(applications: Application[]): Promise<RolloutWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-rollout-'));
  for (const path of ['app/policy.yaml', 'app/policy-cases']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  const [aws, service] = await Promise.all([
    startEmulatedAws({ bootstrap: 'fast' }),
    startRolloutService(),
  ]);
  const api = await startActionsApi({ organization: ORGANIZATION, applications });
  const logs = await startLogsServer({ lines: service.lines, states: ['Complete'] });
  const environment = {
    ...aws.environment,
    ...API_CLIENT,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
  };
  Object.assign(process.env, environment);
  const stacks = stacksOf(aws);
  const target = ['--api-origin', api.origin];
  let isDeployed = false;

  /** The endpoint of the emulator cannot be reached, so the output names the one of this machine. */
  const withEndpoint = (template: SynthesizedTemplate) => ({
    ...template,
    Outputs: {
      ...template.Outputs,
      ActionEndpoint: { Value: `${service.origin}${ACTION_PATH}` },
    },
  });

  async function deploy(): Promise<RunResult> {
    const how = isDeployed ? 'update' : 'create';
    const context = { policyFile: join(folder, 'app/policy.yaml') };
    const status = await deployVersion(aws, stacks, context, how, withEndpoint);
    if (!['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(status)) {
      const output = failures(await stacks.events()).join('\n');
      return { exitCode: 1, output };
    }
    const resources = await stacks.resources();
    const task = Object.entries(resources).find(
      ([id, { Type }]) => Type === 'AWS::ECS::TaskDefinition' && id.startsWith('Service'),
    )?.[1];
    const variables: { Name: string; Value: string }[] =
      task?.Properties.ContainerDefinitions[0].Environment ?? [];
    const settings = Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]));
    if (!isDeployed) await writeSecret(aws, settings.ABUSEIPDB_SECRET_ARN, ABUSEIPDB_KEY);
    isDeployed = true;
    await service.replaceTask(settings);
    return { exitCode: 0, output: status };
  }

  async function runRiskGate(args: readonly string[]): Promise<RunResult> {
    const terminal = fakeTerminal({ environment, folder, now: Date.now });
    const program = { name: 'risk-gate', version: '1', description: '', commands: COMMANDS };
    const all = args.includes('--organization') ? [...args, ...target] : args;
    const exitCode = await runCommandLine(program, all, terminal);
    return { exitCode, output: terminal.output() + terminal.errors() };
  }

  return {
    ...{ aws, api, applications, environment, target },
    lines: service.lines,
    async run(command) {
      const words = splitWords(command);
      const [name, ...args] = words;
      if (name === 'risk-gate') return runRiskGate(args);
      if (command === 'npx cdk deploy') return deploy();
      if (name === 'cp') {
        const [from = '', to = ''] = args;
        copyFileSync(join(folder, from), join(folder, to));
        return { exitCode: 0, output: '' };
      }
      if (command.startsWith('aws logs tail ') && args.at(-2) === '>') {
        // As the CLI prints them.
        const text = service.lines.map((line) => {
          const time = `${JSON.parse(line).time.slice(0, -1)}000+00:00`;
          return `${time} service/RiskGate/0123456789abcdef ${line}\n`;
        });
        writeFileSync(join(folder, args.at(-1) ?? ''), text.join(''));
        return { exitCode: 0, output: '' };
      }
      if (command.startsWith('aws logs start-query ')) {
        const query = words[words.indexOf('--query-string') + 1] ?? '';
        return { exitCode: 0, output: JSON.stringify(runQuery(query, service.lines).rows) };
      }
      throw new Error(`The test does not know how to run: ${command}`);
    },
    edit(policy, changes) {
      const path = join(folder, policy);
      writeFileSync(path, merge(readFileSync(path, 'utf8'), changes));
    },
    write: (file, text) => writeFileSync(join(folder, file), text),
    requestToken: (request) => requestToken({ actions: api.actions, applications }, request),
    async close() {
      await Promise.all([api.close(), logs.close(), service.close(), aws.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Splits a command at spaces outside of quotes, without substitutions. */
function splitWords(command: string): string[] {
  const words = command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
}

/** Replaces the keys of a policy, and those of its lists, by the ones of a block. */
function merge(policy: string, changes: string): string {
  const document = parseDocument(policy);
  const { lists = {}, ...others } = parseDocument(changes).toJS();
  for (const [key, value] of Object.entries(others)) document.set(key, value);
  for (const [name, list] of Object.entries(lists)) document.setIn(['lists', name], list);
  return document.toString();
}
