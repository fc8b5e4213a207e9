import { openSnapshot, type Snapshot, SnapshotError } from './open.ts';
import { bitsAt, compare128, floorIndex32, floorIndex128, wordsOf } from './search.ts';

/** An address as an integer: `number` for IPv4, `bigint` for IPv6. */
type Bits = number | bigint;

export interface RangesView {
  has(bits: Bits): boolean;
}

export interface NetworksView {
  has(asn: number): boolean;
}

export interface ScoresView {
  /** Returns the score, 0 to 100; undefined if the address is not listed. */
  scoreOf(bits: Bits): number | undefined;
  /** Returns the other address in the /64 of an IPv6 address that has the highest score, if one is at least `minScore`. */
  neighbourOf(
    bits: bigint,
    minScore: number,
  ): { readonly bits: bigint; readonly score: number } | undefined;
}

/** Entries of a /64 that are compared, which takes below a microsecond. Nobody reports as many addresses of one /64. */
const MAX_NEIGHBOURS = 128;

/**
 * Opens a snapshot of ranges for lookups.
 *
 * @throws SnapshotError
 */
export function openRanges(file: Buffer): RangesView {
  const { ipv4Firsts, ipv4Lasts, ipv6Firsts, ipv6Lasts } = openAs('ranges', file);
  return {
    has(bits) {
      if (typeof bits === 'number') {
        const index = floorIndex32(ipv4Firsts, bits);
        return index >= 0 && bits <= (ipv4Lasts[index] as number);
      }
      const words = wordsOf(bits);
      const index = floorIndex128(ipv6Firsts, words);
      return index >= 0 && compare128(ipv6Lasts, index, words) >= 0;
    },
  };
}

/**
 * Opens a snapshot of AS numbers for lookups.
 *
 * @throws SnapshotError
 */
export function openNetworks(file: Buffer): NetworksView {
  const { asns } = openAs('networks', file);
  return { has: (asn) => asns[floorIndex32(asns, asn)] === asn };
}

/**
 * Opens a snapshot of scored addresses for lookups.
 *
 * @throws SnapshotError
 */
export function openScores(file: Buffer): ScoresView {
  const { ipv4, ipv4Scores, ipv6, ipv6Scores } = openAs('scores', file);
  return {
    scoreOf(bits) {
      if (typeof bits === 'number') {
        const index = floorIndex32(ipv4, bits);
        return index >= 0 && ipv4[index] === bits ? ipv4Scores[index] : undefined;
      }
      const words = wordsOf(bits);
      const index = floorIndex128(ipv6, words);
      return index >= 0 && compare128(ipv6, index, words) === 0 ? ipv6Scores[index] : undefined;
    },
    neighbourOf(bits, minScore) {
      const index = findNeighbour(ipv6, ipv6Scores, bits, minScore);
      return index === undefined
        ? undefined
        : { bits: bitsAt(ipv6, index), score: ipv6Scores[index] as number };
    },
  };
}

function findNeighbour(
  ipv6: Uint32Array,
  scores: Uint8Array,
  bits: bigint,
  minScore: number,
): number | undefined {
  const words = wordsOf(bits);
  const [low, lowNext, high, highNext] = words;
  // The last entry of the /64. The others are before it.
  words[0] = 0xffff_ffff;
  words[1] = 0xffff_ffff;
  const last = floorIndex128(ipv6, words);
  let best: number | undefined;
  let bestScore = minScore - 1;
  for (let index = last; index >= 0 && index > last - MAX_NEIGHBOURS; index -= 1) {
    const at = index * 4;
    if (ipv6[at + 2] !== high || ipv6[at + 3] !== highNext) break;
    const score = scores[index] as number;
    const isItself = ipv6[at] === low && ipv6[at + 1] === lowNext;
    if (score <= bestScore || isItself) continue;
    best = index;
    bestScore = score;
  }
  return best;
}

function openAs<Content extends Snapshot['content']>(
  content: Content,
  file: Buffer,
): Extract<Snapshot, { content: Content }> {
  const snapshot = openSnapshot(file);
  if (snapshot.content !== content) {
    throw new SnapshotError(`contains ${snapshot.content} instead of ${content}`);
  }
  return snapshot as Extract<Snapshot, { content: Content }>;
}
