import { readConfig } from '../../../infra/config/config.ts';
import { type Account, openAccount } from '../../../infra/preflight/account.ts';
import { type Check, type Facts, runCheck } from '../../../infra/preflight/check.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import type { Template } from '../../../infra/preflight/template.ts';
import type { Context } from '../../support/stack.ts';

/** The account of moto. */
export const ACCOUNT_ID = '123456789012';

/** Lets AWS clients of this process use an endpoint. */
export function useEndpoint(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

export async function account(region = 'us-east-1'): Promise<Account> {
  const opened = await openAccount({ region });
  if (opened.account === undefined) throw new Error(opened.finding.text);
  return opened.account;
}

/** An account for checks that request nothing. */
export const OFFLINE: Account = {
  id: ACCOUNT_ID,
  region: 'us-east-1',
  partition: 'aws',
  clients: {} as Account['clients'],
  clientsIn: () => ({}) as Account['clients'],
};

export interface Situation extends Partial<Omit<Facts, 'config' | 'stack' | 'template'>> {
  /** Options of the stack. @default none */
  readonly options?: Context;
  /** @default none: before the first deployment */
  readonly stack?: StackState;
  /** @default an empty template */
  readonly template?: Template;
}

export async function factsOf(situation: Situation = {}): Promise<Facts> {
  const { options = {}, stack, template = { Resources: {} }, ...others } = situation;
  return {
    account: others.account ?? (await account()),
    config: readConfig(options),
    context: options,
    stack: async () => stack,
    template: async () => template,
    resolveNameServers: async () => undefined,
    isProbed: false,
    ...others,
  };
}

/** Runs a check and returns its findings as lines: `error: sentence`. */
export async function findingsOf(check: Check, situation: Situation = {}): Promise<string[]> {
  const findings = await runCheck(check, await factsOf(situation));
  return findings.map(({ level, text }) => `${level}: ${text}`);
}
