import { LRUCache } from 'lru-cache';
import type { Address } from './address/address.ts';
import { findAnonymizer } from './anonymizer.ts';
import type { NetworkCause } from './causes.ts';
import { FeedAnswers } from './feeds/feed-answers.ts';
import type { RequestFeeds } from './feeds/request-feeds.ts';
import type { Network } from './network.ts';
import type { Signal } from './signal.ts';

/** Clients whose countries are remembered. One that is forgotten finds its countries new again. */
const MAX_CLIENTS = 10_000;

/** What is known about an address before its lookup. Nothing is found out unless it is asked for. */
export interface AddressFacts {
  readonly address: Address;
  readonly client: string;
  readonly feeds: RequestFeeds;
  /** Undefined if it is not known. */
  readonly country: () => string | undefined;
  readonly network: () => Signal<Network, NetworkCause>;
}

/**
 * Finds what speaks against an address besides its reputation: a feed lists it, a source of anonymizers knows it as one,
 * or its country is new for the client. Such an address gets one of the last lookups of a scarce quota.
 */
export class LookupReasons {
  readonly #countries = new LRUCache<string, Set<string>>({ max: MAX_CLIENTS });

  /** Returns whether there is a reason, and remembers the country for the client. */
  exist(facts: AddressFacts): boolean {
    const isNew = this.#isNewCountry(facts);
    return isNew || isListed(facts) || isAnonymizer(facts);
  }

  #isNewCountry({ client, country: findCountry }: AddressFacts): boolean {
    const country = findCountry();
    if (country === undefined) return false;
    const known = this.#countries.get(client);
    if (known === undefined) this.#countries.set(client, new Set([country]));
    else if (known.has(country)) return false;
    else known.add(country);
    // The first country of a client says nothing: each client has one.
    return known !== undefined;
  }
}

function isListed({ address, feeds, network: findNetwork }: AddressFacts): boolean {
  const answers = new FeedAnswers(feeds, address);
  return feeds.configured.some(({ feed: { id, content } }) => {
    if (content === 'ranges' || content === 'scores') {
      return answers.ask(id, () => 0) === true;
    }
    if (content !== 'networks') return false;
    const network = findNetwork();
    const asn = network.known ? network.value.asn : undefined;
    return asn !== undefined && answers.ask(id, () => asn) === true;
  });
}

function isAnonymizer({ address, feeds }: AddressFacts): boolean {
  const anonymizer = findAnonymizer(address, feeds);
  return anonymizer.known && Object.values(anonymizer.value).includes(true);
}
