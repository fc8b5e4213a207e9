import { checkPolicy } from '../../../src/policy/compile.ts';
import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import type { Mode } from '../../../src/policy/policy.ts';
import { clipExcerpt, type Excerpt } from './clip-excerpt.ts';

/** With a wrong separator, each of a list's 100,000 entries can have an issue. */
const MAX_ISSUES = 100;

/** A policy that is not in use. */
export interface Candidate {
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
}

/** What is known about a candidate before it is used. */
export interface CandidateReview {
  /** Undefined if the service would not start with the candidate. */
  readonly policy: { readonly revision: string; readonly mode: Mode } | undefined;
  /** Errors and warnings, in the order of the file. */
  readonly issues: readonly ReviewedIssue[];
  /** Issues that are left out. */
  readonly moreIssues: number;
}

/** An issue, with the part of its line that fits on a page. */
export type ReviewedIssue = Omit<LocatedIssue, 'excerpt' | 'caret' | 'text'> & {
  readonly excerpt: Excerpt;
};

/** Checks a candidate. */
export async function reviewCandidate({ text, file }: Candidate): Promise<CandidateReview> {
  const { policy, issues } = checkPolicy(text, file);
  return {
    policy: policy && { revision: policy.revision, mode: policy.mode },
    issues: issues.slice(0, MAX_ISSUES).map(reviewIssue),
    moreIssues: Math.max(0, issues.length - MAX_ISSUES),
  };
}

function reviewIssue({ text: _, excerpt, caret, ...issue }: LocatedIssue): ReviewedIssue {
  return { ...issue, excerpt: clipExcerpt({ excerpt, caret }) };
}
