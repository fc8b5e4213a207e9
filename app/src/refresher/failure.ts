import { FeedError, type FeedErrorReason } from '../feeds/model/feed-error.ts';
import { StoreError } from '../store/object-store.ts';
import type { FeedOutcome } from './outcome.ts';

/** Reasons to reject what was downloaded. The others are failures to download it. */
const REJECTING: readonly FeedErrorReason[] = ['checksum', 'format', 'implausible', 'older'];

type Failure = Extract<FeedOutcome, { event: 'feed-rejected' | 'feed-failed' }>;

/** Returns what the log and the metrics report about an error. */
export function describeFailure(error: unknown, feedId: string): Failure {
  if (error instanceof FeedError) {
    const { reason, message: why } = error;
    return REJECTING.includes(reason)
      ? { event: 'feed-rejected', reason, why, since: undefined }
      : { event: 'feed-failed', reason, why };
  }
  if (error instanceof StoreError) {
    return { event: 'feed-failed', reason: 'store', why: error.message };
  }
  // A fault of ours, on data that nobody expected. Its message could quote the data or a secret.
  const { name, stack = '' } = error as Error;
  return {
    event: 'feed-rejected',
    reason: 'format',
    why: `The data of the feed ${feedId} cannot be processed (${name}): report it as a fault of Risk Gate.`,
    since: undefined,
    at: /^\s+at .*$/m.exec(stack)?.[0].trim() ?? 'unknown',
  };
}
