import type { FeedErrorReason } from '../feeds/model/feed-error.ts';
import type { FeedPointer } from '../feeds/model/pointer.ts';

/** What a run has done with a feed. */
export type FeedOutcome =
  | {
      readonly event: 'feed-published';
      readonly pointer: FeedPointer;
      readonly note: string | undefined;
      /** Whether the operator's override was needed. */
      readonly accepted: string | undefined;
    }
  | { readonly event: 'feed-confirmed'; readonly pointer: FeedPointer }
  | {
      readonly event: 'feed-rejected';
      readonly reason: FeedErrorReason;
      readonly why: string;
      /** When the data was rejected; undefined if by this run. */
      readonly since: number | undefined;
      /** Where an error of Risk Gate itself was thrown. */
      readonly at?: string;
    }
  | {
      readonly event: 'feed-failed';
      readonly reason: FeedErrorReason;
      readonly why: string;
      /** When the publisher was asked; undefined if by this run. */
      readonly since: number | undefined;
    }
  | { readonly event: 'feed-skipped'; readonly why: string };
