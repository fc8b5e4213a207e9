import { resolveNs } from 'node:dns/promises';
import { ConfigError } from '../../app/src/config/options.ts';
import { codeOf } from '../../app/tools/aws/aws-error.ts';
import { resolveRegion } from '../../app/tools/aws/region.ts';
import {
  error,
  type Finding,
  type NamedFinding,
  ok,
  warning,
} from '../../app/tools/findings/finding.ts';
import { type Config, readConfig } from '../config/config.ts';
import { type Account, openAccount } from './account.ts';
import type { Arguments } from './arguments.ts';
import { type Facts, type LocalFacts, runCheck } from './check.ts';
import { ACCOUNT_CHECKS, LOCAL_CHECKS } from './checks/index.ts';
import { once } from './once.ts';
import { probeDistribution } from './probe.ts';
import { readStack } from './stack-state.ts';
import { synthesize } from './template.ts';

export interface PreflightResult {
  readonly findings: readonly NamedFinding[];
  /** The account's id; absent without valid credentials. */
  readonly account?: string;
  readonly region: string;
  /** Absent with invalid options. */
  readonly stackName?: string;
}

/**
 * Runs every check. What needs an account or valid options is left out without them, with one warning.
 *
 * @param cdkContext `context` of cdk.json.
 */
export async function runPreflight(
  options: Pick<Arguments, 'context' | 'profile' | 'probe'>,
  cdkContext: Readonly<Record<string, unknown>>,
): Promise<PreflightResult> {
  const context = { ...cdkContext, ...options.context };
  const profile = options.profile ?? profileOf(process.env);
  const { region, source } = await resolveRegion(process.env, profile);
  const { account, finding } = await openAccount({ region, profile });
  const { config, findings: optionFindings } = readOptions(context);
  const first: NamedFinding[] = [
    { check: 'credentials', ...finding },
    { check: 'region', ...ok(`cdk deploy uses ${region}, from ${source}.`) },
    ...optionFindings.map((each) => ({ check: 'options', ...each })),
  ];
  const result = {
    region,
    ...(account && { account: account.id }),
    ...(config && { stackName: config.stackName }),
  };
  if (config === undefined) {
    const text = 'Everything else was not checked: correct the options and run the command again.';
    return { ...result, findings: [...first, { check: 'account', ...warning(text) }] };
  }
  const local = { config, context, template: once(() => synthesize(context, region)) };
  const others = await Promise.all([
    ...LOCAL_CHECKS.map((check) => runCheck(check, local)),
    ...accountChecks(local, account, options.probe),
  ]);
  return { ...result, findings: [...first, ...others.flat()] };
}

/** The CDK command also reads `AWS_DEFAULT_PROFILE`, which AWS's clients do not. */
function profileOf(environment: NodeJS.ProcessEnv): string | undefined {
  return environment.AWS_PROFILE || environment.AWS_DEFAULT_PROFILE || undefined;
}

function accountChecks(
  local: LocalFacts,
  account: Account | undefined,
  isProbed: boolean,
): readonly (readonly NamedFinding[] | Promise<readonly NamedFinding[]>)[] {
  if (account === undefined) {
    const text = 'The account was not checked: correct the credentials and run the command again.';
    return [[{ check: 'account', ...warning(text) }]];
  }
  const { stackName, endpoint } = local.config;
  const facts: Facts = {
    ...local,
    account,
    stack: once(() => readStack(account.clients.cloudFormation, stackName)),
    resolveNameServers: queryNameServers,
    isProbed,
  };
  const probe = async () => [
    { check: 'CloudFront', ...(await probeDistribution(account, stackName)) },
  ];
  return [
    ...ACCOUNT_CHECKS.map((check) => runCheck(check, facts)),
    ...(isProbed && endpoint.kind === 'cloudfront' ? [probe()] : []),
  ];
}

function readOptions(context: Readonly<Record<string, unknown>>): {
  readonly config?: Config;
  readonly findings: readonly Finding[];
} {
  try {
    return { config: readConfig(context), findings: [ok('The options are valid.')] };
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return { findings: cause.message.split('\n').map(error) };
  }
}

/** Answers of DNS that say that a name has no name servers. */
const NO_RECORDS = ['ENOTFOUND', 'ENODATA'];

async function queryNameServers(domain: string): Promise<readonly string[] | undefined> {
  try {
    return await resolveNs(domain);
  } catch (cause) {
    const { code = codeOf(cause) } = cause as NodeJS.ErrnoException;
    return NO_RECORDS.includes(code) ? [] : undefined;
  }
}
