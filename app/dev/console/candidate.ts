import * as z from 'zod';
import { type CandidateReview, reviewCandidate } from '../../tools/policy/candidate/review.ts';
import { FormError, parseFormWith } from './form.ts';

/** The largest policy is 16 MiB, but then most of it is a list, which belongs into a feed. */
export const MAX_CANDIDATE_BYTES = 2 * 1024 * 1024;

const fileName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** What the page sends. */
const formSchema = z.strictObject({
  policy: z.string(),
  file: fileName,
});

/** Reviews candidates, one at a time. */
export class CandidateReviewer {
  #isBusy = false;

  /**
   * Reviews the candidate that the page sends. Nothing is saved.
   *
   * @throws FormError if the form is not valid, or another review is in progress.
   */
  async review(text: string): Promise<CandidateReview> {
    const { policy, file } = parseFormWith(formSchema, text);
    if (this.#isBusy) {
      throw new FormError('Another policy is being checked: try again when it is done.');
    }
    this.#isBusy = true;
    try {
      return await reviewCandidate({ text: policy, file });
    } finally {
      this.#isBusy = false;
    }
  }
}
