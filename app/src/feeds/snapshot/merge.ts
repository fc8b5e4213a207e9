import type { AddressBlock, ScoredAddress } from '../model/feed-data.ts';

/** Blocks of one IP version: ascending, without overlaps and neighbours. */
export interface MergedBlocks<Bits> {
  readonly firsts: readonly Bits[];
  readonly lasts: readonly Bits[];
}

/** Sorts blocks, and merges those that overlap or touch. */
export function mergeBlocks(blocks: readonly AddressBlock[]): {
  readonly ipv4: MergedBlocks<number>;
  readonly ipv6: MergedBlocks<bigint>;
} {
  const ipv4 = blocks.filter((block) => block.version === 4);
  const ipv6 = blocks.filter((block) => block.version === 6);
  return {
    ipv4: merge(ipv4, (last, first) => first <= last + 1),
    ipv6: merge(ipv6, (last, first) => first <= last + 1n),
  };
}

function merge<Bits extends number | bigint>(
  blocks: { readonly first: Bits; readonly last: Bits }[],
  touches: (last: Bits, first: Bits) => boolean,
): MergedBlocks<Bits> {
  const firsts: Bits[] = [];
  const lasts: Bits[] = [];
  for (const { first, last } of blocks.sort((one, other) => compare(one.first, other.first))) {
    const end = lasts.length - 1;
    const previous = lasts[end];
    if (previous === undefined || !touches(previous, first)) {
      firsts.push(first);
      lasts.push(last);
    } else if (last > previous) lasts[end] = last;
  }
  return { firsts, lasts };
}

export interface SortedScores<Bits> {
  readonly bits: readonly Bits[];
  readonly scores: readonly number[];
}

/** Sorts scored addresses. An address that occurs several times has its highest score. */
export function sortScores(entries: readonly ScoredAddress[]): {
  readonly ipv4: SortedScores<number>;
  readonly ipv6: SortedScores<bigint>;
} {
  const ipv4 = new Map<number, number>();
  const ipv6 = new Map<bigint, number>();
  for (const { bits, score } of entries) {
    if (typeof bits === 'number') ipv4.set(bits, Math.max(score, ipv4.get(bits) ?? 0));
    else ipv6.set(bits, Math.max(score, ipv6.get(bits) ?? 0));
  }
  return { ipv4: sortByBits(ipv4), ipv6: sortByBits(ipv6) };
}

function sortByBits<Bits extends number | bigint>(byBits: Map<Bits, number>): SortedScores<Bits> {
  const bits = [...byBits.keys()].sort(compare);
  return { bits, scores: bits.map((one) => byBits.get(one) ?? 0) };
}

function compare<Bits extends number | bigint>(one: Bits, other: Bits): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
