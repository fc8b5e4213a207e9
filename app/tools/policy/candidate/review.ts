import { checkPolicy } from '../../../src/policy/compile.ts';
import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import type { Mode, Policy } from '../../../src/policy/policy.ts';
import type { ReadRequestFile } from '../cases/run-case.ts';
import { replay } from '../replay/replay.ts';
import type { ReplayReport } from '../replay/report.ts';
import { clipExcerpt, type Excerpt } from './clip-excerpt.ts';
import { type CasesReview, type CaseText, reviewCases } from './review-cases.ts';

/** With a wrong separator, each of a list's 100,000 entries can have an issue. */
const MAX_ISSUES = 100;

/** A candidate policy, and the cases and records with which it is tried. */
export interface Candidate {
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
  /** Test cases. */
  readonly cases: readonly CaseText[];
  /** @default test cases cannot name request files */
  readonly readRequestFile?: ReadRequestFile | undefined;
  /** Decision records, the oldest first. */
  readonly records: readonly object[];
  /** The policy in use. */
  readonly against: Policy;
}

/** What is known about a candidate before it is used. */
export interface CandidateReview {
  /** Undefined if the service would not start with the candidate. */
  readonly policy: ReviewedPolicy | undefined;
  readonly issues: ReviewedIssues;
  /** Undefined if the candidate does not compile, or there are no cases. */
  readonly cases: ReviewedCases | undefined;
  /** Undefined if the candidate does not compile. */
  readonly replay: ReplayReport | undefined;
}

export interface ReviewedPolicy {
  readonly revision: string;
  readonly mode: Mode;
  /** Whether it is the policy in use. */
  readonly isInUse: boolean;
}

export type ReviewedCases = Omit<CasesReview, 'issues'> & { readonly issues: ReviewedIssues };

/** Errors and warnings, in the order of the file. */
export interface ReviewedIssues {
  readonly shown: readonly ReviewedIssue[];
  readonly errors: number;
  readonly warnings: number;
}

/** An issue, with the part of its line that fits on a page. */
export type ReviewedIssue = Omit<LocatedIssue, 'excerpt' | 'caret' | 'text'> & {
  readonly excerpt: Excerpt;
};

/**
 * Checks a candidate, runs its test cases, and replays the latest decisions. Lets other work of the process run
 * meanwhile, except while the candidate is compiled.
 */
export async function reviewCandidate(candidate: Candidate): Promise<CandidateReview> {
  const { text, file, cases, readRequestFile, records, against } = candidate;
  const { policy, issues } = checkPolicy(text, file);
  if (policy === undefined) {
    return {
      policy: undefined,
      issues: reviewIssues(issues),
      cases: undefined,
      replay: undefined,
    };
  }
  const { revision, mode } = policy;
  const run = cases.length === 0 ? undefined : await reviewCases(policy, cases, readRequestFile);
  return {
    policy: { revision, mode, isInUse: revision === against.revision },
    issues: reviewIssues(issues),
    cases: run && { ...run, issues: reviewIssues(run.issues) },
    replay: await replay(records, policy, { against }),
  };
}

/** Returns the first issues, with the parts of their lines that fit on a page, and the numbers of all. */
export function reviewIssues(issues: readonly LocatedIssue[]): ReviewedIssues {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  return {
    shown: issues.slice(0, MAX_ISSUES).map(reviewIssue),
    errors,
    warnings: issues.length - errors,
  };
}

function reviewIssue({ text: _, excerpt, caret, ...issue }: LocatedIssue): ReviewedIssue {
  return { ...issue, excerpt: clipExcerpt({ excerpt, caret }) };
}
