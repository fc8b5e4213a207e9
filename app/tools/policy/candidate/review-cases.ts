import { type LocatedIssue, PolicyError } from '../../../src/policy/file/issues.ts';
import type { Policy } from '../../../src/policy/policy.ts';
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
  const failures: CaseFailure[] = [];
  let passed = 0;
  let failed = 0;
  if (issues.length === 0) {
    for (let start = 0; start < cases.length; start += CASES_PER_TURN) {
      const run = await runCases(policy, cases.slice(start, start + CASES_PER_TURN), {
        readRequestFile,
      });
      passed += run.passed;
      failed += run.failed;
      failures.push(...run.results.filter(({ status }) => status !== 'passed').map(failureOf));
      await new Promise(setImmediate);
    }
  }
  return { files, issues, passed, failed, failures: failures.slice(0, MAX_FAILURES) };
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
