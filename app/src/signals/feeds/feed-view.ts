import {
  openNetworks,
  openRanges,
  openScores,
  type ScoresView,
} from '../../feeds/snapshot/views.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import { groupsOf } from '../address/ipv6.ts';
import { ipv6Address } from '../address/parse.ts';
import type { AddressRanges } from '../address/ranges.ts';
import { type AnonymizerDatabase, openAnonymizerDatabase } from '../anonymizer-database.ts';
import { type MmdbFile, type MmdbInfo, openCheckedPlaces } from '../geo/mmdb-file.ts';

/** What a feed says about addresses. */
export type FeedView =
  | ({ readonly content: 'ranges' } & AddressRanges)
  | { readonly content: 'networks'; has(asn: number): boolean }
  | {
      readonly content: 'scores';
      /** Returns AbuseIPDB's score of the address or, for a tunnel, of the IPv4 address that it embeds, if listed. */
      scoreOf(address: Address): number | undefined;
      /** Returns the other address in the /64 of an IPv6 address that has the highest score, if one is at least `minScore`. */
      neighbourOf(address: Address, minScore: number): ListedAddress | undefined;
    }
  | { readonly content: 'places'; readonly places: MmdbFile }
  | { readonly content: 'anonymizers'; readonly anonymizers: AnonymizerDatabase };

/** An address on a list, with its score. */
export interface ListedAddress {
  readonly address: Address;
  readonly score: number;
}

/** A snapshot whose content is checked. It can be sent between threads. */
export type CheckedContent =
  | { readonly content: 'ranges' | 'networks' | 'scores' | 'anonymizers' }
  | { readonly content: 'places'; readonly fields: MmdbInfo['fields'] };

/**
 * Opens a checked snapshot for lookups. Takes well below a millisecond: the view reads the file where it lies.
 *
 * @param id of the feed, which the `info` of a database of places contains.
 */
export function openFeedView(id: string, file: Buffer, checked: CheckedContent): FeedView {
  switch (checked.content) {
    case 'ranges': {
      const ranges = openRanges(file);
      const has = ({ bits, embedded }: Address): boolean =>
        ranges.has(bits) || (embedded !== undefined && has(embedded));
      return { content: 'ranges', has };
    }
    case 'networks':
      return { content: 'networks', has: openNetworks(file).has };
    case 'scores': {
      const scores = openScores(file);
      return {
        content: 'scores',
        scoreOf: (address) => scores.scoreOf(lookupAddress(address).bits),
        neighbourOf: (address, minScore) => neighbourOf(scores, lookupAddress(address), minScore),
      };
    }
    case 'places':
      return { content: 'places', places: openCheckedPlaces(id, file, checked.fields) };
    case 'anonymizers':
      return { content: 'anonymizers', anonymizers: openAnonymizerDatabase(file) };
  }
}

function neighbourOf(
  scores: ScoresView,
  { bits }: Address,
  minScore: number,
): ListedAddress | undefined {
  const neighbour = typeof bits === 'bigint' ? scores.neighbourOf(bits, minScore) : undefined;
  return neighbour && { address: ipv6Address(groupsOf(neighbour.bits)), score: neighbour.score };
}
