/** A block of addresses, from `first` to `last`: `number` for IPv4, `bigint` for IPv6. */
export type AddressBlock =
  | { readonly version: 4; readonly first: number; readonly last: number }
  | { readonly version: 6; readonly first: bigint; readonly last: bigint };

/** An address with AbuseIPDB's score, 0 to 100. `bits` is `number` for IPv4 and `bigint` for IPv6. */
export interface ScoredAddress {
  readonly bits: number | bigint;
  readonly score: number;
}

/** What a pointer records about a snapshot, for the comparison with the next one. Counts by name. */
export type FeedSummary = Readonly<Record<string, number | string>>;

interface DataFields {
  /** The date that the publisher states, in milliseconds since the epoch; undefined if it states none. */
  readonly publishedAt: number | undefined;
  /** For the plausibility of the next version. */
  readonly summary: FeedSummary;
  /** Entries that were dropped, as a sentence for the log; undefined if there are none. */
  readonly note?: string;
}

/** What the refresher has downloaded, parsed and verified, before it is written as a snapshot. */
export type FeedData = DataFields &
  (
    | { readonly content: 'places' | 'anonymizers'; readonly file: Buffer }
    /** In any order. Blocks may overlap. */
    | { readonly content: 'ranges'; readonly blocks: readonly AddressBlock[] }
    | { readonly content: 'networks'; readonly asns: readonly number[] }
    | {
        readonly content: 'scores';
        readonly entries: readonly ScoredAddress[];
        readonly scope: ScoreScope;
      }
  );

/** What the absence of an address from a list of scores proves, as of `publishedAt`. */
export interface ScoreScope {
  /** Highest score that an unlisted address can have; 100 if absence proves nothing. */
  readonly unlistedAtMost: number;
  /** IP versions to which `unlistedAtMost` applies; none if the list is filtered by country. */
  readonly versions: readonly (4 | 6)[];
  /** Why the list is smaller than the operator asked for, such as a lapsed subscription. */
  readonly downgraded?: string;
}
