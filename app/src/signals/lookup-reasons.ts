import { LRUCache } from 'lru-cache';
import type { Address } from './address/address.ts';
import { findAnonymizer } from './anonymizer.ts';
import type { NetworkCause } from './causes.ts';
import { FeedAnswers } from './feeds/feed-answers.ts';
import type { RequestFeeds } from './feeds/request-feeds.ts';
import type { Network } from './network.ts';
import type { Signal } from './signal.ts';

/** Clients, and countries of clients, that are remembered. The first country of a client that is forgotten says nothing. */
const MAX_CLIENTS = 10_000;
const MAX_COUNTRIES = 50_000;

/** What is known about an address before its lookup. Nothing is found out unless it is asked for. */
export interface AddressFacts {
  readonly address: Address;
  /** Identifies the client. */
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
  readonly #clients = new LRUCache<string, true>({ max: MAX_CLIENTS });
  readonly #countries = new LRUCache<string, true>({ max: MAX_COUNTRIES });

  /** Returns whether there is a reason. */
  exist(facts: AddressFacts): boolean {
    return this.#isNewCountry(facts) || isListed(facts) || isAnonymizer(facts);
  }

  /** Remembers the country of an address that is looked up: it is not new for the client any more. */
  remember({ client, country: findCountry }: AddressFacts): void {
    const country = findCountry();
    if (country === undefined) return;
    this.#clients.set(client, true);
    this.#countries.set(keyOf(country, client), true);
  }

  #isNewCountry({ client, country: findCountry }: AddressFacts): boolean {
    // The first country of a client says nothing: each client has one.
    if (!this.#clients.has(client)) return false;
    const country = findCountry();
    return country !== undefined && !this.#countries.has(keyOf(country, client));
  }
}

function keyOf(country: string, client: string): string {
  return `${country} ${client}`;
}

function isListed({ address, feeds, network: findNetwork }: AddressFacts): boolean {
  const answers = new FeedAnswers(feeds, address);
  return feeds.configured.some(({ feed: { id, content } }) => {
    if (content === 'ranges' || content === 'scores') return answers.ask(id, () => 0) === true;
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
