import { checkPolicy } from '../../../src/policy/compile.ts';
import { decodePolicy } from '../../../src/policy/file/decode.ts';
import { PolicyError } from '../../../src/policy/file/issues.ts';
import { readYaml } from '../../../src/policy/file/source.ts';
import type { PolicyCase } from '../cases/read.ts';
import type { RunOptions } from '../cases/run.ts';
import { type CaseChanges, compareCases } from './case-changes.ts';
import { findDifferences, type PolicyDifference } from './differences.ts';
import { compareIssues, type IssueChanges } from './issue-changes.ts';
import type { OldPolicy } from './old-policy.ts';

/** What a change to a policy does. */
export interface PolicyComparison {
  /** The new policy. */
  readonly file: string;
  /** The old policy, for people: a file, or a commit. */
  readonly against: string;
  /** Whether there is an old policy. */
  readonly isNew: boolean;
  readonly issues: IssueChanges;
  readonly differences: readonly PolicyDifference[];
  /** Undefined without cases, or if the new policy does not compile. */
  readonly cases: CaseChanges | undefined;
  /** The least coverage of the cases, in percent. */
  readonly minCoverage: number;
  /** Whether the new policy has no errors, decides on all cases as they expect, and has the least coverage. */
  readonly passes: boolean;
}

export interface PolicyFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface CompareOptions extends RunOptions {
  /** In percent. @default 0 */
  readonly minCoverage?: number | undefined;
}

/**
 * Compares two versions of a policy.
 *
 * @param cases those of the new version.
 */
export async function comparePolicies(
  before: OldPolicy,
  after: PolicyFile,
  cases: readonly PolicyCase[],
  { minCoverage = 0, ...options }: CompareOptions,
): Promise<PolicyComparison> {
  const old = before.bytes && check(before.bytes, before.file);
  const now = check(after.bytes, after.file);
  const changes =
    now.policy && cases.length > 0
      ? await compareCases(cases, old?.policy, now.policy, options)
      : undefined;
  return {
    file: after.file,
    against: before.file,
    isNew: old === undefined,
    issues: compareIssues(old, now),
    differences: findDifferences(old?.value, now.value),
    cases: changes,
    minCoverage,
    passes:
      now.policy !== undefined &&
      (changes === undefined ||
        (changes.failing.length === 0 && changes.coverage.after >= minCoverage)),
  };
}

/** Reads a policy as far as possible: each part may be missing. */
function check(bytes: Uint8Array, file: string) {
  try {
    const text = decodePolicy(bytes, file);
    return { ...checkPolicy(text, file), value: parseValue(text, file) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { policy: undefined, issues: error.located, value: undefined };
  }
}

/** Returns the value of the file; undefined if it is not valid YAML, which `checkPolicy` reports. */
function parseValue(text: string, file: string): unknown {
  try {
    return readYaml(text, file).value;
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}
