import { type BlockRecord, cidrOf, NO_SCORE } from '../blocks/block.ts';
import { type FreshnessLimits, freshnessOf } from '../freshness.ts';
import { type ApiCall, type ApiCallOptions, createApiCall } from './api-call.ts';
import { parseBlock } from './block-body.ts';

/** An entry has about 160 bytes, and a block at most 256 of them. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The longest window of reports. With a shorter one, an address whose reports are older would not be in the response,
 * although they may still count towards its score.
 */
const MAX_AGE_IN_DAYS = 365;

export interface CheckBlockOptions extends ApiCallOptions {
  /** Maximum age of a response that came from an HTTP cache. */
  readonly limits: FreshnessLimits;
}

/** Sends one CHECK-BLOCK request for a /24, given as its first address. Never rejects. */
export type CheckBlock = ApiCall<number, BlockRecord>;

/** Creates the function that sends CHECK-BLOCK requests. @throws Error when the base URL is not valid. */
export function createCheckBlock({ limits, ...options }: CheckBlockOptions): CheckBlock {
  return createApiCall(
    {
      name: 'check-block',
      maxBodyBytes: MAX_BODY_BYTES,
      parameters: (block) => ({
        network: cidrOf(block),
        maxAgeInDays: String(MAX_AGE_IN_DAYS),
      }),
      parse(body, block, { checkedAt, now }) {
        const scores = parseBlock(body, block);
        if (typeof scores === 'string') return scores;
        const isFresh = (score: number) =>
          score === NO_SCORE || freshnessOf({ score, checkedAt }, now, limits) === 'fresh';
        return checkedAt === now || scores.every(isFresh) ? { scores, checkedAt } : 'invalid';
      },
    },
    options,
  );
}
