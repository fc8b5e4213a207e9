import type { Address } from '../address/address.ts';
import type { FeedCause } from '../causes.ts';
import type { FeedView } from './feed-view.ts';
import type { RequestFeeds } from './request-feeds.ts';

/** What a feed says about an address, or why it says nothing. */
export type FeedAnswer = boolean | FeedCause;

/** The signal `feeds`: asks the feeds that conditions name about one address. */
export class FeedAnswers {
  /** By the feed's id, in the order of the questions. A feed of networks is not included without the network. */
  readonly asked = new Map<string, FeedAnswer>();
  readonly #feeds: RequestFeeds;
  readonly #address: Address;

  constructor(feeds: RequestFeeds, address: Address) {
    this.#feeds = feeds;
    this.#address = address;
  }

  /**
   * Returns whether a feed contains the address: for `networks`, its network; for `scores`, with any score.
   *
   * @param readAsn reads the AS number of the address. What it throws is not caught.
   */
  ask(id: string, readAsn: () => number): FeedAnswer {
    const answer = this.asked.get(id) ?? this.#find(id, readAsn);
    this.asked.set(id, answer);
    return answer;
  }

  #find(id: string, readAsn: () => number): FeedAnswer {
    const state = this.#feeds.find(id);
    return state.status === 'ready' ? this.#isOn(state.view, readAsn) : state.status;
  }

  #isOn(view: FeedView, readAsn: () => number): FeedAnswer {
    switch (view.content) {
      case 'ranges':
        return view.has(this.#address);
      case 'networks':
        return view.has(readAsn());
      case 'scores':
        return view.scoreOf(this.#address) !== undefined;
      default:
        // A policy that names such a feed in `within` does not compile.
        return 'absent';
    }
  }
}
