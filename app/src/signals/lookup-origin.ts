import type { PlacesOf } from './geo/feed-places.ts';
import type { AddressFacts, LookupReasons } from './lookup-reasons.ts';
import { type Caller, callerOf } from './reputation/admission/caller.ts';
import type { LookupPurpose } from './reputation/pending-lookup.ts';
import type { ScoreKnowledge } from './reputation/score-knowledge.ts';
import type { ReputationQuery } from './request-signals.ts';

/** The purpose of a lookup for a request. Most addresses are in memory, so its parts are made when they are needed. */
export class LookupOrigin implements LookupPurpose {
  readonly #query: ReputationQuery;
  readonly #reasons: LookupReasons;
  readonly #placesOf: PlacesOf;
  #caller: Caller | undefined;

  constructor(query: ReputationQuery, reasons: LookupReasons, placesOf: PlacesOf) {
    this.#query = query;
    this.#reasons = reasons;
    this.#placesOf = placesOf;
  }

  get proven(): ScoreKnowledge | undefined {
    return this.#query.score;
  }

  get wait(): number | undefined {
    return this.#query.wait;
  }

  get caller(): Caller {
    this.#caller ??= callerOf(this.#query.request);
    return this.#caller;
  }

  hasReason(): boolean {
    return this.#reasons.exist(this.#facts());
  }

  onSent(): void {
    this.#reasons.remember(this.#facts());
  }

  #facts(): AddressFacts {
    const { address, feeds } = this.#query;
    const places = this.#placesOf(feeds.snapshots);
    return {
      address,
      client: this.caller.client,
      feeds,
      country: () => {
        const place = places.lookup(address);
        return place.known ? place.value.country : undefined;
      },
      network: () => places.lookupNetwork(address),
    };
  }
}
