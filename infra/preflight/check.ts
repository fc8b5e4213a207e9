import { type Finding, type NamedFinding, warning } from '../../app/tools/findings/finding.ts';
import type { Config } from '../config/config.ts';
import type { Account } from './account.ts';
import { describeFailure } from './describe-failure.ts';
import type { StackState } from './stack-state.ts';
import { SynthError, type Template } from './template.ts';

/** What checks look at that need no account. */
export interface LocalFacts {
  readonly config: Config;
  /** CDK's context: `cdk.json`, overridden by `-c name=value`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Returns the template that the deployment would use. @throws SynthError */
  readonly template: () => Promise<Template>;
}

/** What the other checks look at. Lookups that several of them share run once. */
export interface Facts extends LocalFacts {
  readonly account: Account;
  /** Returns the stack in the account; `undefined` before the first deployment. */
  readonly stack: () => Promise<StackState | undefined>;
  /** Returns the name servers of a domain as DNS has them; `undefined` if DNS cannot be queried. */
  readonly resolveNameServers: (domain: string) => Promise<readonly string[] | undefined>;
  /** Whether `--probe` tests CloudFront. */
  readonly isProbed: boolean;
}

/** One thing that could make a deployment fail. */
export interface Check<F extends LocalFacts = Facts> {
  /** A few words, shown before each finding. */
  readonly name: string;
  /** Returns the findings; none if the check does not apply to the configuration. */
  readonly run: (facts: F) => Promise<readonly Finding[]>;
}

/** Limit of one check. Some wait for the synthesis. */
export const CHECK_TIMEOUT_MS = 60_000;

/** Runs a check within its time limit. An error becomes a warning that says why there is no result. */
export async function runCheck<F extends LocalFacts>(
  { name, run }: Check<F>,
  facts: F,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<readonly NamedFinding[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<readonly Finding[]>((resolve) => {
    const text = `Not checked, because there was no response within ${timeoutMs / 1000} s: check the network and run the command again.`;
    timer = setTimeout(() => resolve([warning(text)]), timeoutMs);
  });
  try {
    const findings = await Promise.race([run(facts), timeout]);
    return findings.map((finding) => ({ check: name, ...finding }));
  } catch (cause) {
    const text =
      cause instanceof SynthError
        ? 'Not checked, because the template cannot be synthesized.'
        : describeFailure(cause);
    return [{ check: name, ...warning(text) }];
  } finally {
    clearTimeout(timer);
  }
}
