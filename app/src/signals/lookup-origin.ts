import type { PlacesOf } from './geo/feed-places.ts';
import type { LookupReasons } from './lookup-reasons.ts';
import { type Caller, callerOf } from './reputation/admission/caller.ts';
import type { LookupPurpose } from './reputation/lookup.ts';
import type { ScoreKnowledge } from './reputation/score-knowledge.ts';
import type { ReputationQuery } from './request-signals.ts';

/** The purpose of a lookup for a request. Most addresses are in memory, so its parts are made when they are needed. */
export class LookupOrigin implements LookupPurpose {
  readonly #query: ReputationQuery;
  readonly #reasons: LookupReasons;
  readonly #placesOf: PlacesOf;

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
    return callerOf(this.#query.request);
  }

  readonly hasReason = (): boolean => {
    const { address, feeds } = this.#query;
    const places = this.#placesOf(feeds.snapshots);
    return this.#reasons.exist({
      address,
      client: this.caller.client,
      feeds,
      country: () => {
        const place = places.lookup(address);
        return place.known ? place.value.country : undefined;
      },
      network: () => places.lookupNetwork(address),
    });
  };
}
