import * as z from 'zod';
import type { Policy } from '../../src/policy/policy.ts';
import { readCasesBeside } from '../../tools/policy/candidate/cases-beside.ts';
import { type CandidateReview, reviewCandidate } from '../../tools/policy/candidate/review.ts';
import { requestFileReader } from '../../tools/policy/cases/files.ts';
import { FormError, parseFormWith } from './form.ts';

/** The largest policy is 16 MiB, but then most of it is a list, which belongs into a feed. */
export const MAX_CANDIDATE_BYTES = 2 * 1024 * 1024;

const MAX_CASE_FILES = 50;

/** Compiling them takes two seconds, in which the service decides nothing else. */
const MAX_CANDIDATE_RULES = 1000;
const RULE = /\bwhen["']?\s*:/g;

const fileName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** What the page sends. */
const formSchema = z.strictObject({
  policy: z.string(),
  file: fileName,
  /** Files with test cases; empty for those beside the policy in use. */
  cases: z
    .array(z.strictObject({ file: fileName, text: z.string() }))
    .max(MAX_CASE_FILES, `must have at most ${MAX_CASE_FILES} files`),
});

/** What candidates are compared with. */
export interface InUse {
  readonly policy: Policy;
  /** Its path; undefined if it is not a file of this machine. */
  readonly file: string | undefined;
  /** The latest decision records, the oldest first. */
  readonly records: () => readonly object[];
}

/** Reviews candidates, one at a time. */
export class CandidateReviewer {
  #isBusy = false;

  /**
   * Reviews the candidate that the page sends. Nothing is saved.
   *
   * @param text the form, as JSON.
   * @throws FormError if the form is not valid, or another review is in progress.
   */
  async review(text: string, inUse: InUse): Promise<CandidateReview> {
    const form = parseFormWith(formSchema, text);
    const rules = form.policy.match(RULE)?.length ?? 0;
    if (rules > MAX_CANDIDATE_RULES) throw new FormError(describeTooMany(rules, form.file));
    if (this.#isBusy) {
      throw new FormError('Another policy is being checked: try again when it is done.');
    }
    this.#isBusy = true;
    try {
      const { policy, file, cases } = form;
      const isGiven = cases.length > 0 || inUse.file === undefined;
      return await reviewCandidate({
        text: policy,
        file,
        cases: isGiven ? cases : await readCasesBeside(inUse.file),
        // Files of this machine are read only for cases of this machine.
        readRequestFile: isGiven ? undefined : requestFileReader(process.cwd()),
        records: inUse.records(),
        against: inUse.policy,
      });
    } finally {
      this.#isBusy = false;
    }
  }
}

function describeTooMany(rules: number, file: string): string {
  return `The policy has about ${rules} rules, and at most ${MAX_CANDIDATE_RULES} are checked here: run risk-gate policy check ${file}.`;
}
