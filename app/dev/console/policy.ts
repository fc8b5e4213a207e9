import type { Policy } from '../../src/policy/policy.ts';
import {
  type ReviewedIssues,
  type ReviewedPolicy,
  reviewIssues,
} from '../../tools/policy/candidate/review.ts';

/** The policy in use and its warnings, as the page shows them. */
export interface PolicyInUse {
  readonly policy: Omit<ReviewedPolicy, 'isInUse'>;
  readonly issues: ReviewedIssues;
}

export function describePolicy({ revision, mode, warnings }: Policy): PolicyInUse {
  return { policy: { revision, mode }, issues: reviewIssues(warnings) };
}
