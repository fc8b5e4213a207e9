import { FeedError, type FeedErrorReason } from '../feeds/model/feed-error.ts';
import { StoreError } from '../store/object-store.ts';
import type { FeedOutcome } from './outcome.ts';
import type { FeedState } from './state.ts';

/** Reasons to reject what was downloaded. The others are failures to download it. */
const REJECTING: readonly FeedErrorReason[] = ['checksum', 'format', 'implausible', 'older'];

type Failure = Extract<FeedOutcome, { event: 'feed-rejected' | 'feed-failed' }>;

/** Returns what the log and the metrics report about an error. */
export function describeFailure(error: unknown, feedId: string): Failure {
  if (error instanceof FeedError) {
    const { reason, message: why } = error;
    const event = REJECTING.includes(reason) ? 'feed-rejected' : 'feed-failed';
    return { event, reason, why, since: undefined };
  }
  if (error instanceof StoreError) {
    return { event: 'feed-failed', reason: 'store', why: error.message, since: undefined };
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

/** Returns what a run reports that does not ask the publisher. */
export function standingOutcome({ rejected, failed }: FeedState): FeedOutcome {
  const standing = rejected ?? failed;
  if (standing === undefined) {
    return { event: 'feed-skipped', why: 'The publisher was asked recently.' };
  }
  // As long as it stands, so that an alarm does not end with the next run.
  const event = rejected === undefined ? 'feed-failed' : 'feed-rejected';
  return { event, reason: standing.reason, why: standing.message, since: standing.at };
}
