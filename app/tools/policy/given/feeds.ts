import type { ConfiguredFeed } from '../../../src/feeds/model/configured-feeds.ts';
import { type FeedState, NO_FEEDS } from '../../../src/signals/feeds/feed-snapshots.ts';
import { RequestFeeds } from '../../../src/signals/feeds/request-feeds.ts';

/** Returns whether a feed contains the address, or why that is unknown. */
export type AnswerOf = (feed: string) => boolean | 'absent' | 'expired';

/** Feeds whose answers are given. Any feed that a policy names exists. */
export class GivenFeeds extends RequestFeeds {
  readonly #answerOf: AnswerOf;

  constructor(answerOf: AnswerOf) {
    super(NO_FEEDS, 0);
    this.#answerOf = answerOf;
  }

  override find(id: string): FeedState {
    const answer = this.#answerOf(id);
    if (answer === 'absent') return { status: 'absent' };
    return {
      status: answer === 'expired' ? 'expired' : 'ready',
      feed: feedOf(id),
      pointer: {
        version: 1,
        feed: id,
        content: 'ranges',
        sha256: '',
        bytes: 1,
        fetchedAt: 0,
        confirmedAt: 0,
        summary: {},
      },
      view: { content: 'ranges', has: () => answer === true },
      age: 0,
    };
  }
}

/** A feed without a publisher. */
function feedOf(id: string): ConfiguredFeed {
  return {
    feed: {
      id,
      title: 'addresses',
      homepage: '',
      content: 'ranges',
      licence: { name: '', attribution: '' },
      interval: 1,
      maxAge: 1,
      ageFrom: 'confirmed',
      download: () => Promise.reject(new Error('A given feed is not downloaded.')),
      findImplausible: () => undefined,
    },
    options: {},
    interval: 1,
    maxAge: 1,
  };
}
