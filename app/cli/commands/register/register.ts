import type { ActionsApi, ScopeName } from '../../../tools/actions-api/client.ts';
import { UsageError } from '../../../tools/errors.ts';
import type { Probe } from '../../../tools/register/probe.ts';
import type { AddCommand, CommandResult } from '../../command-line.ts';
import { startProgress, type Terminal } from '../../terminal.ts';
import { REAL_WAITING, type Waiting, withActionsApi } from '../identity-server/connect.ts';
import {
  addRegisterOptions,
  modeOf,
  type RegisterCommandOptions,
  type RegisterMode,
} from './options.ts';

export const addRegister: AddCommand = registerCommand();

/** Returns the command `register`. */
export function registerCommand(waiting: Waiting = REAL_WAITING): AddCommand {
  return (program, { terminal, action }) => {
    const command = program
      .command('register')
      .description('Registers the action in the identity server, and activates it.');
    addRegisterOptions(command).action(
      action(async (options: RegisterCommandOptions) => {
        const mode = modeOf(options);
        const { checkName, ruleOptions } = await import('./input.ts');
        const { checkRuleOptions, namesApplications } = await import(
          '../../../tools/register/rule.ts'
        );
        checkName(options.name);
        const rule = ruleOptions(options);
        checkRuleOptions(rule);
        const required = scopesOf(mode, options.plan === true, namesApplications(rule));
        // To describe the present rule.
        const optional =
          mode === 'register' && !namesApplications(rule) ? (['applications'] as const) : [];
        return withActionsApi(options, { required, optional }, terminal, waiting, (api) =>
          RUN[mode](options, api, terminal, waiting),
        );
      }),
    );
  };
}

function scopesOf(
  mode: RegisterMode,
  isPlan: boolean,
  namesApplications: boolean,
): readonly ScopeName[] {
  const changes: Readonly<Record<RegisterMode, readonly ScopeName[]>> = {
    register: ['create', 'update'],
    remove: ['update', 'delete'],
    rotate: ['update'],
  };
  return [
    'view',
    ...(isPlan ? [] : changes[mode]),
    ...(namesApplications ? ['applications' as const] : []),
  ];
}

type Run = (
  options: RegisterCommandOptions,
  api: ActionsApi,
  terminal: Terminal,
  waiting: Waiting,
) => Promise<CommandResult>;

const RUN: Readonly<Record<RegisterMode, Run>> = {
  register: runRegister,
  remove: runRemove,
  rotate: runRotate,
};

async function runRegister(
  options: RegisterCommandOptions,
  api: ActionsApi,
  terminal: Terminal,
  waiting: Waiting,
): Promise<CommandResult> {
  const { target } = api;
  const { readActionInput, readStackIfUsed, ruleOptions } = await import('./input.ts');
  const { register } = await import('../../../tools/register/register.ts');
  const { authenticationOf } = await import('../../../tools/register/authentication.ts');
  const { namesApplications, ruleChange } = await import('../../../tools/register/rule.ts');
  const { presentRegistration } = await import('./present.ts');
  const deployment = await readStackIfUsed(options, terminal);
  try {
    const input = await readActionInput(options, target, deployment, terminal);
    const { uri, names, credential, mark } = input;
    const authentication = authenticationOf(credential, input.caller);
    const chosen = ruleOptions(options);
    const applications = namesApplications(chosen) ? await api.findApplications() : [];
    const isPlan = options.plan === true;
    const result = await register({
      api,
      desired: {
        name: options.name,
        uri,
        authentication,
        names,
        rule: ruleChange(chosen, applications),
        keepsStatus: !options.activate,
      },
      credential,
      sendsCredential: options.updateCredential === true,
      replaces: options.replace === true,
      applications,
      probe: options.probe ? await openProbe(uri, terminal, waiting) : undefined,
      mark,
      now: terminal.now,
      isPlan,
    });
    const context = { target, name: options.name, isPlan };
    return presentRegistration(context, result, input.warnings);
  } finally {
    deployment?.close();
  }
}

async function runRemove(options: RegisterCommandOptions, api: ActionsApi): Promise<CommandResult> {
  const { removeAction } = await import('../../../tools/register/switch.ts');
  const { presentRemoval } = await import('./present.ts');
  const isPlan = options.plan === true;
  const identity = { name: options.name, uri: options.endpoint };
  const result = await removeAction(api, identity, isPlan);
  return presentRemoval({ target: api.target, name: options.name, isPlan }, result);
}

async function runRotate(
  options: RegisterCommandOptions,
  api: ActionsApi,
  terminal: Terminal,
  waiting: Waiting,
): Promise<CommandResult> {
  if (options.credentialFile !== undefined) {
    throw new UsageError('--rotate changes the secret of the stack: leave out --credential-file.');
  }
  const { readDeployment } = await import('../../../tools/register/deployment.ts');
  const { REFRESH_WAIT_MS } = await import('../../../tools/register/credential-mark.ts');
  const { rotate } = await import('../../../tools/register/rotate.ts');
  const { presentRotation } = await import('./present.ts');
  const deployment = await readDeployment(options, terminal.environment);
  const isPlan = options.plan === true;
  const label = 'Waiting until every task has read the secret';
  const progress = isPlan ? undefined : startProgress(terminal, label, REFRESH_WAIT_MS / 1000, 's');
  try {
    const uri = options.endpoint ?? deployment.uri;
    const result = await rotate({
      api,
      identity: { name: options.name, uri },
      secret: deployment.secret,
      previousTtl: deployment.previousTtl,
      probe: options.probe ? await openProbe(uri, terminal, waiting) : undefined,
      now: terminal.now,
      sleep: waiting.sleep,
      onWait: (waited) => progress?.update(Math.floor(waited / 1000)),
      isPlan,
    });
    return presentRotation(
      { target: api.target, name: options.name, isPlan },
      result,
      deployment.previousTtl,
    );
  } finally {
    progress?.stop();
    deployment.close();
  }
}

async function openProbe(
  uri: string,
  { environment }: Terminal,
  { timeoutMs }: Waiting,
): Promise<Probe> {
  const { createHttpClient } = await import('../../../tools/http/send-request.ts');
  const { createProbe } = await import('../../../tools/register/probe.ts');
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return createProbe(createHttpClient({ environment, isFresh: true, ...limit }), uri);
}
