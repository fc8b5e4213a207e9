import type { Policy } from '../../../src/policy/policy.ts';
import { compareTokens } from '../../explain/compare-tokens.ts';
import type { CoveragePoint } from '../cases/coverage/coverage.ts';
import type { PolicyCase } from '../cases/read.ts';
import type { CaseResult, CaseRun } from '../cases/result.ts';
import { type RunOptions, runCases } from '../cases/run.ts';

/** The cases of a policy, decided by two versions of it. */
export interface CaseChanges {
  readonly passed: number;
  /** Cases that fail, or cannot be decided, with the new policy. */
  readonly failing: readonly FailingCase[];
  /** Cases that the two policies decide differently. */
  readonly changed: readonly ChangedCase[];
  readonly coverage: CoverageChange;
}

export interface CoverageChange {
  /** Percent; undefined if the old policy was not tested. */
  readonly before: number | undefined;
  /** Percent. */
  readonly after: number;
  /** What no case reaches, such as `rule high-risk: abuse.score >= 75 is never false`. */
  readonly missing: readonly string[];
}

interface NamedCase {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface FailingCase extends NamedCase {
  /** Whether the case passes with the old policy. */
  readonly passedBefore: boolean;
  /** Why it fails, one line each. */
  readonly reasons: readonly string[];
}

export interface ChangedCase extends NamedCase {
  /** The decision and the changes to the token, such as `restrict by elevated-ip-risk: Lifetime 60 min → 15 min`. */
  readonly before: string;
  readonly after: string;
}

/**
 * Decides on cases with two versions of a policy.
 *
 * @param before the old version; undefined if there is none, or if it does not compile.
 */
export async function compareCases(
  cases: readonly PolicyCase[],
  before: Policy | undefined,
  after: Policy,
  options: RunOptions,
): Promise<CaseChanges> {
  const { results, passed, coverage } = await runCases(after, cases, options);
  const earlierRun = before && (await runCases(before, cases, options));
  const old = earlierRun?.results;
  return {
    passed,
    coverage: {
      before: earlierRun?.coverage.percent,
      after: coverage.percent,
      missing: coverage.points.filter(({ reached }) => !reached).map(describePoint),
    },
    failing: results.flatMap((result, index) => {
      if (result.status === 'passed') return [];
      const passedBefore = old?.[index]?.status === 'passed';
      return { ...nameOf(result), passedBefore, reasons: reasonsOf(result) };
    }),
    changed: results.flatMap((result, index) => {
      const earlier = old?.[index];
      if (earlier === undefined) return [];
      const change = { before: describe(earlier), after: describe(result) };
      return change.before === change.after ? [] : { ...nameOf(result), ...change };
    }),
  };
}

function describePoint({ rule, missing }: CoveragePoint): string {
  return rule === undefined ? missing : `rule ${rule}: ${missing}`;
}

function nameOf({ case: { name, file, line } }: CaseResult): NamedCase {
  return { name, file, line };
}

function reasonsOf({ error, mismatches }: CaseResult): string[] {
  const texts = mismatches.map(
    ({ field, expected, received }) => `${field}: expected ${expected}, got ${received}`,
  );
  return error === undefined ? texts : [error, ...texts];
}

function describe({ run, error }: CaseResult): string {
  return run === undefined || error !== undefined
    ? `cannot be decided: ${error}`
    : describeRun(run);
}

function describeRun({ decision, before, outcome }: CaseRun): string {
  const { refusedBy, matched, dryRunOutcome } = decision;
  const by = decision.outcome === 'refuse' ? refusedBy : matched.join(', ');
  const dryRun = dryRunOutcome === undefined ? '' : ` (if enforced: ${dryRunOutcome})`;
  const head = `${decision.outcome}${by ? ` by ${by}` : ''}${dryRun}`;
  const details =
    outcome.kind === 'token'
      ? compareTokens(before, outcome.token)
          .filter(({ change }) => change !== 'same')
          .map((row) => `${row.name} ${row.before ?? 'absent'} → ${row.after ?? 'removed'}`)
      : [outcome.kind === 'refused' ? outcome.errorDescription : outcome.kind];
  return details.length === 0 ? head : `${head}: ${details.join('; ')}`;
}
