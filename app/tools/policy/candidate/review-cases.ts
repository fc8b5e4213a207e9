import { setImmediate } from 'node:timers/promises';
import { type LocatedIssue, PolicyError } from '../../../src/policy/file/issues.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { Coverage } from '../cases/coverage/coverage.ts';
import { type PolicyCase, readCases } from '../cases/read.ts';
import type { CaseResult } from '../cases/result.ts';
import { runCases } from '../cases/run.ts';
import type { ReadRequestFile } from '../cases/run-case.ts';

/** More cases take seconds; `risk-gate policy test` has no such limit. */
const MAX_CASES = 5000;

/** Cases after which other work of the process gets a turn: some milliseconds. */
const CASES_PER_TURN = 100;

const MAX_FAILURES = 20;

/** A file with test cases. */
export interface CaseText {
  readonly file: string;
  readonly text: string;
}

/** How the test cases of a policy turn out with a candidate. */
export interface CasesReview {
  readonly files: readonly string[];
  /** Issues of the files, which prevent that cases are run. */
  readonly issues: readonly LocatedIssue[];
  readonly passed: number;
  readonly failed: number;
  /** The first cases that failed. */
  readonly failures: readonly CaseFailure[];
  /** Undefined if no cases were run. */
  readonly coverage: ReviewedCoverage | undefined;
}

/** What the cases reach of the candidate. */
export interface ReviewedCoverage extends Pick<Coverage, 'percent' | 'reached' | 'total'> {
  /** What no case reaches, by rule or entry of `unknown`. */
  readonly missing: readonly { readonly place: string; readonly texts: readonly string[] }[];
}

export interface CaseFailure extends Pick<CaseResult, 'mismatches'> {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Why the case cannot be decided. */
  readonly error: string | undefined;
}

/** Runs the test cases in the given files. Lets other work of the process run meanwhile. */
export async function reviewCases(
  policy: Policy,
  texts: readonly CaseText[],
  readRequestFile?: ReadRequestFile,
): Promise<CasesReview> {
  const { cases, issues } = readAll(texts);
  const files = texts.map(({ file }) => file);
  if (issues.length > 0) {
    return { files, issues, passed: 0, failed: 0, failures: [], coverage: undefined };
  }
  const { results, passed, failed, coverage } = await runCases(policy, cases, {
    readRequestFile,
    onProgress: (done) => (done % CASES_PER_TURN === 0 ? setImmediate() : undefined),
  });
  const failures = results.filter(({ status }) => status !== 'passed').slice(0, MAX_FAILURES);
  return {
    files,
    issues,
    passed,
    failed,
    failures: failures.map(failureOf),
    coverage: reviewCoverage(coverage),
  };
}

function reviewCoverage({ percent, reached, total, points }: Coverage): ReviewedCoverage {
  const missing = new Map<string, string[]>();
  for (const point of points) {
    if (point.reached) continue;
    const place = point.rule ?? `unknown.${point.signal}`;
    missing.set(place, [...(missing.get(place) ?? []), point.missing]);
  }
  return {
    percent,
    reached,
    total,
    missing: [...missing].map(([place, texts]) => ({ place, texts })),
  };
}

function readAll(texts: readonly CaseText[]): {
  readonly cases: readonly PolicyCase[];
  readonly issues: readonly LocatedIssue[];
} {
  const cases: PolicyCase[] = [];
  const issues: LocatedIssue[] = [];
  for (const { file, text } of texts) {
    try {
      cases.push(...readCases(text, file).cases);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      issues.push(...error.located);
    }
  }
  if (cases.length > MAX_CASES) issues.push(tooMany(cases));
  return { cases, issues };
}

function tooMany(cases: readonly PolicyCase[]): LocatedIssue {
  const { file = '' } = cases[0] ?? {};
  const message = `There are ${cases.length} cases, and at most ${MAX_CASES} are run here: run risk-gate policy test.`;
  return {
    severity: 'error',
    file,
    line: 1,
    column: 1,
    place: '',
    message,
    excerpt: '',
    caret: { from: 1, to: 2 },
    text: message,
  };
}

function failureOf({ case: { name, file, line }, error, mismatches }: CaseResult): CaseFailure {
  return { name, file, line, error, mismatches };
}
