import type { Command } from 'commander';
import type { Policy } from '../../../src/policy/policy.ts';
import type { AddCommand } from '../../command-line.ts';
import type { Terminal } from '../../terminal.ts';
import type { ExplainOptions } from './explain-options.ts';
import type { Explanation } from './explain-text.ts';

const EXAMPLES = `
Examples:
  risk-gate policy explain policy.yaml --address 175.45.176.0 --score 0
  risk-gate policy explain policy.yaml --country CH --score 80 --grant client_credentials
  risk-gate policy explain policy.yaml --country CH --unknown reputation=timeout --time 2026-01-05T22:30Z
  risk-gate policy explain policy.yaml --request body.json --score 30
  risk-gate policy explain policy.yaml --case policy.cases.yaml --name "low score"

A signal that is not given is unknown, except that the country of an address is looked up in a database of
countries. AbuseIPDB is never asked.`;

/** Adds `policy explain`. */
export const addPolicyExplain: AddCommand = (policy, { action, terminal }) => {
  const command = policy
    .command('explain')
    .description('Explain what a policy decides on one request, rule by rule.')
    .argument('<file>', 'policy');
  addSignalOptions(command);
  addRequestOptions(command);
  addCaseOptions(command);
  command.addHelpText('after', EXAMPLES).action(
    action(async (file: string, options: ExplainOptions) => {
      const { loadPolicy } = await import('../../../tools/policy/load.ts');
      const { explanationText } = await import('./explain-text.ts');
      // Before the policy, because wrong usage is the nearer cause.
      const explain = await (options.case === undefined
        ? explainOptions(options, terminal)
        : explainCaseOf(options, terminal));
      const { explained, ...rest } = await explain(await loadPolicy(file, terminal.folder));
      return {
        json: { file, ...explained },
        text: (colours) =>
          explanationText({ explained, file, ...rest }, colours, widthOf(terminal.stdout)),
        hasFindings: false,
      };
    }),
  );
};

/** Explains with a policy. */
type Explain = (policy: Policy) => Promise<Omit<Explanation, 'file'>>;

async function explainOptions(options: ExplainOptions, terminal: Terminal): Promise<Explain> {
  const { readExplainOptions } = await import('./explain-options.ts');
  const { rejectUnknownFeeds } = await import('./explain-signals.ts');
  const { explainGiven } = await import('../../../tools/explain/explain-given.ts');
  const { notesOn } = await import('./not-given.ts');
  const { given, ...rest } = await readExplainOptions(options, terminal);
  return async (policy) => {
    rejectUnknownFeeds(Object.keys(given.signals.feeds ?? {}), policy);
    const explained = await explainGiven(policy, given, { ...rest, now: terminal.now() });
    return { explained, differences: [], notes: notesOn(explained) };
  };
}

async function explainCaseOf(options: ExplainOptions, terminal: Terminal): Promise<Explain> {
  const { explainCase } = await import('../../../tools/explain/explain-case.ts');
  const { readCaseOption } = await import('./explain-case-option.ts');
  const { policyCase, readRequestFile } = await readCaseOption(options, terminal);
  return async (policy) => {
    const explained = await explainCase(policy, policyCase, readRequestFile);
    const { error, mismatches } = explained.case;
    return {
      explained,
      differences: mismatches.map(
        ({ field, expected, received }) => `${field}: expected ${expected}, got ${received}`,
      ),
      notes: error === undefined ? [] : [error],
    };
  };
}

function addSignalOptions(command: Command): void {
  command
    .option('--address <address>', 'client address')
    .option('--country <code>', 'its country, such as CH')
    .option('--score <number>', 'its AbuseIPDB score, from 0 to 100')
    .option(
      '--signal <name=value>',
      'another field of a signal, such as abuse.tor=true or network.asn=64500 (repeatable)',
      collect,
    )
    .option(
      '--feed <id=answer>',
      'whether a feed contains the address: yes, no, absent or expired (repeatable)',
      collect,
    )
    .option(
      '--unknown <signal=cause>',
      'a signal that is unknown, such as reputation=timeout (repeatable)',
      collect,
    )
    .option('--geo-database <file>', 'database in which the country of the address is looked up')
    .option('--time <time>', 'ISO 8601, in UTC without an offset (default: now)');
}

function addCaseOptions(command: Command): void {
  command
    .option('--case <file>', 'file with test cases, instead of all other options')
    .option('--name <name>', 'name of the test case, or a part of it');
}

function addRequestOptions(command: Command): void {
  command
    .option('--request <file>', 'body that the identity server posts, or - for standard input')
    .option('--grant <grant>', 'grant type (default: authorization_code)')
    .option('--client <id>', 'client ID (default: example-client)')
    .option('--scope <scope>', 'scope of the token (repeatable)', collect)
    .option('--requested-scope <scope>', 'scope that the client asks for (repeatable)', collect)
    .option(
      '--claim <name=value>',
      'claim of the token, a JSON value or a text (repeatable)',
      collect,
    )
    .option('--header <name=value>', 'header of the token request (repeatable)', collect)
    .option('--param <name=value>', 'parameter of the token request (repeatable)', collect)
    .option('--lifetime <duration>', 'of the token, such as 900s, 15m or 1h (default: 1h)')
    .option('--refresh-lifetime <duration>', 'of the refresh token (default: 24h)')
    .option('--address-header <name>', 'header with the address', 'x-client-source-ip')
    .option('--trusted-proxy-hops <number>', 'proxies that append to this header', '0');
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

function widthOf(stdout: { readonly columns?: number }): number {
  return Math.min(Math.max(stdout.columns ?? DEFAULT_WIDTH, MIN_WIDTH), MAX_WIDTH);
}
