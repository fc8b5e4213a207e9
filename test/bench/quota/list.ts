import type { ScoreList } from '../../../app/src/signals/reputation/blacklist.ts';
import { type AddressBook, numberOf } from './addresses.ts';
import { fractionOf } from './fraction.ts';
import type { ListTerms } from './plans.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Purposes of fractions. Those of an address on the list have the numbers from `LISTED` on. */
const LIST_PHASE = 21;
const LISTED = 100_000;

/**
 * Days after which it is drawn again whether an address with the score 100 is among those reported last: about half of
 * the list changes in a day, as one of its users saw (https://github.com/tower9/hostblock/issues/6).
 */
const LISTED_DAYS = 2;

/** The list that the service has at a time: the newest edition at its last download. */
export class SimulatedList implements ScoreList {
  publishedAt = 0;
  readonly scope: ScoreList['scope'];
  readonly #terms: ListTerms;
  readonly #addresses: AddressBook;

  constructor(terms: ListTerms, addresses: AddressBook) {
    this.#terms = terms;
    this.#addresses = addresses;
    this.scope = { unlistedAtMost: (terms.completeFrom ?? 101) - 1, versions: [4, 6] };
  }

  /** Sets the current time, in milliseconds since the epoch. */
  setTime(now: number): void {
    const { publishedEvery, downloadedEvery } = this.#terms;
    const downloadedAt = now - (now % (downloadedEvery * HOUR));
    // Editions appear half-way between two downloads.
    const firstEdition = (downloadedEvery * HOUR) / 2;
    this.publishedAt = downloadedAt - ((downloadedAt - firstEdition) % (publishedEvery * HOUR));
  }

  scoreOf(address: Parameters<ScoreList['scoreOf']>[0]): number | undefined {
    const number = numberOf(address);
    const score = this.#addresses.scoreAt(number, this.publishedAt);
    const { completeFrom, share } = this.#terms;
    if (completeFrom !== undefined) return score >= completeFrom ? score : undefined;
    return score === 100 && this.#isAmongLast(number) < share ? score : undefined;
  }

  /** All addresses are IPv4. */
  neighbourOf(): undefined {
    return undefined;
  }

  #isAmongLast(number: number): number {
    const phase = fractionOf(number, LIST_PHASE) * LISTED_DAYS;
    const draw = Math.floor((this.publishedAt / DAY + phase) / LISTED_DAYS);
    return fractionOf(number, LISTED + draw);
  }
}
