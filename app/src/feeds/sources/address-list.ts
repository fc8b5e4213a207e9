import { publicPartsOfIpv4, publicPartsOfIpv6 } from '../../signals/address/public-parts.ts';
import type { AddressBlock, FeedData } from '../model/feed-data.ts';
import { FeedError } from '../model/feed-error.ts';
import { mergeBlocks } from '../snapshot/merge.ts';
import type { AddressEntry } from './address-entry.ts';
import { coverageOf } from './coverage.ts';

/** The addresses of a published list. */
export type RangesData = Extract<FeedData, { content: 'ranges' }>;

export interface AddressListOptions {
  readonly feedId: string;
  /** What the positions count, in messages. */
  readonly unit: 'line' | 'entry';
  /** Whether networks larger than `MAX_IPV4_ADDRESSES` and `MAX_IPV6_ADDRESSES` are accepted. @default false */
  readonly wide?: boolean;
}

/** A /8 in IPv4 and a /16 in IPv6: nobody's network is larger. */
const MAX_IPV4_ADDRESSES = 2 ** 24;
const MAX_IPV6_ADDRESSES = 1n << 112n;

/** Share of entries that may be faulty in one way. More mean that the file is not what it was expected to be. */
const MAX_FAULTY_SHARE = 0.01;
const REPORTED_POSITIONS = 5;

/** Collects the entries of a list, and decides whether the list as a whole is valid. */
export class AddressList {
  readonly #options: AddressListOptions;
  readonly #blocks: AddressBlock[] = [];
  readonly #invalid = new Faults();
  readonly #masked = new Faults();
  readonly #wide = new Faults();
  #entries = 0;
  #specialPurpose = 0;

  constructor(options: AddressListOptions) {
    this.#options = options;
  }

  /** @param entry undefined if it is not valid. @param position of the entry in the file, from 1. */
  add(entry: AddressEntry | undefined, position: number): void {
    this.#entries += 1;
    if (entry === undefined) {
      this.#invalid.add(position);
      return;
    }
    if (entry.masked) this.#masked.add(position);
    const blocks = publicBlocks(entry.block);
    if (blocks.length === 0) this.#specialPurpose += 1;
    else if (isWide(entry.block)) this.#wide.add(position);
    for (const block of blocks) this.#blocks.push(block);
  }

  /**
   * Returns the addresses, merged.
   *
   * @throws FeedError `format` if the list is not valid. It contains positions, never the text of the file.
   */
  finish(publishedAt?: number): RangesData {
    const { feedId, unit, wide = false } = this.#options;
    const faultsOf = (faults: Faults, what: string, advice: string) =>
      new FeedError(
        'format',
        `The list of the feed ${feedId} is not valid: ${faults.count} of ${this.#entries} ${plural(unit)} ${what}, first at ${unit} ${faults.positions}: ${advice}.`,
      );
    const limit = this.#entries * MAX_FAULTY_SHARE;
    if (this.#invalid.count > limit) {
      throw faultsOf(
        this.#invalid,
        'are not addresses or networks',
        'check the format of the list and the options of the feed',
      );
    }
    if (this.#masked.count > limit) {
      throw faultsOf(
        this.#masked,
        'have bits set below the prefix',
        'correct the networks or their prefixes',
      );
    }
    if (this.#wide.count > 0 && !wide) {
      throw faultsOf(
        this.#wide,
        'are larger than /8 in IPv4 or /16 in IPv6',
        'remove them, or set wide=allow for a list of your own',
      );
    }
    if (this.#blocks.length === 0) {
      throw new FeedError(
        'format',
        `The list of the feed ${feedId} contains no public address: check its location and its format.`,
      );
    }
    const blocks = merged(this.#blocks);
    const note = this.#note();
    return {
      content: 'ranges',
      blocks,
      publishedAt,
      summary: {
        entries: this.#entries - this.#invalid.count,
        specialPurpose: this.#specialPurpose,
        ...coverageOf(blocks),
      },
      ...(note === undefined ? {} : { note }),
    };
  }

  #note(): string | undefined {
    const { unit } = this.#options;
    const parts = [
      [this.#invalid, 'not addresses or networks, and ignored'],
      [this.#masked, 'networks with bits set below the prefix, which were ignored'],
    ] as const;
    const sentences = parts
      .filter(([{ count }]) => count > 0)
      .map(
        ([faults, what]) =>
          `${faults.count} of ${this.#entries} ${plural(unit)} are ${what} (first at ${unit} ${faults.positions}).`,
      );
    if (this.#specialPurpose > 0) {
      sentences.push(
        `${this.#specialPurpose} of ${this.#entries} ${plural(unit)} are special-purpose addresses (RFC 6890), which were dropped.`,
      );
    }
    return sentences.length === 0 ? undefined : sentences.join(' ');
  }
}

/** Counts faults, and remembers where the first ones are. */
class Faults {
  count = 0;
  readonly #first: number[] = [];

  add(position: number): void {
    this.count += 1;
    if (this.#first.length < REPORTED_POSITIONS) this.#first.push(position);
  }

  get positions(): string {
    return this.#first.join(', ');
  }
}

function plural(unit: AddressListOptions['unit']): string {
  return unit === 'line' ? 'lines' : 'entries';
}

/** Without special-purpose addresses, so that a feed never contains a private one. */
function publicBlocks(block: AddressBlock): readonly AddressBlock[] {
  if (block.version === 4) {
    return publicPartsOfIpv4(block).map((part) => ({ version: 4, ...part }));
  }
  return publicPartsOfIpv6(block).map((part) => ({ version: 6, ...part }));
}

/** Merged already here, where overlaps are counted once. */
function merged(blocks: readonly AddressBlock[]): readonly AddressBlock[] {
  const { ipv4, ipv6 } = mergeBlocks(blocks);
  return [
    ...ipv4.firsts.map((first, index) => ({
      version: 4 as const,
      first,
      last: ipv4.lasts[index] ?? first,
    })),
    ...ipv6.firsts.map((first, index) => ({
      version: 6 as const,
      first,
      last: ipv6.lasts[index] ?? first,
    })),
  ];
}

function isWide(block: AddressBlock): boolean {
  return block.version === 4
    ? block.last - block.first >= MAX_IPV4_ADDRESSES
    : block.last - block.first >= MAX_IPV6_ADDRESSES;
}
