/*
 * A snapshot of ranges, networks or scores is one file, which is used where it lies in memory:
 *
 *   8 bytes   magic
 *   4 bytes   version of the format
 *   4 bytes   length of the head
 *   head      JSON: the content and its counts, padded with spaces
 *   sections  numbers, in the order of `sectionsOf`, each padded with zeros
 *
 * All numbers are little-endian, and all parts have a length that is a multiple of 8 bytes. A snapshot of places or
 * anonymizers is the mmdb file itself.
 */
export const MAGIC = Buffer.from('RISKGATE', 'latin1');
export const FORMAT_VERSION = 1;
/** Magic, version and length of the head. */
export const PREFIX_BYTES = 16;
/** Far more than the heads below. */
export const MAX_HEAD_BYTES = 4096;

const ALIGNMENT = 8;
const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const ASN_BYTES = 4;
const SCORE_BYTES = 1;

const MAX_COUNT = 100_000_000;

/** What a snapshot contains, and how many entries of each kind. */
export type SnapshotHead =
  | { readonly content: 'ranges' | 'scores'; readonly ipv4: number; readonly ipv6: number }
  | { readonly content: 'networks'; readonly asns: number };

/** The counts in a head, by content. */
const COUNTS = { ranges: ['ipv4', 'ipv6'], scores: ['ipv4', 'ipv6'], networks: ['asns'] } as const;

/**
 * Returns whether a value is a head. Written by hand: zod would add 6 MiB to the worker thread that checks snapshots.
 */
export function isHead(value: unknown): value is SnapshotHead {
  if (typeof value !== 'object' || value === null) return false;
  const { content, ...counts } = value as Record<string, unknown>;
  if (typeof content !== 'string' || !Object.hasOwn(COUNTS, content)) return false;
  const names: readonly string[] = COUNTS[content as keyof typeof COUNTS];
  return (
    Object.keys(counts).length === names.length && names.every((name) => isCount(counts[name]))
  );
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT;
}

/** Returns the lengths of the sections in bytes, without padding. */
export function sectionsOf(head: SnapshotHead): readonly number[] {
  switch (head.content) {
    case 'ranges': {
      const [ipv4, ipv6] = [head.ipv4 * IPV4_BYTES, head.ipv6 * IPV6_BYTES];
      return [ipv4, ipv4, ipv6, ipv6];
    }
    case 'networks':
      return [head.asns * ASN_BYTES];
    case 'scores':
      return [
        head.ipv4 * IPV4_BYTES,
        head.ipv4 * SCORE_BYTES,
        head.ipv6 * IPV6_BYTES,
        head.ipv6 * SCORE_BYTES,
      ];
  }
}

/** Rounds up to the next multiple of 8. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
