import type { FeedData } from '../model/feed-data.ts';
import { FORMAT_VERSION, MAGIC, PREFIX_BYTES, padded, type SnapshotHead } from './layout.ts';
import { mergeBlocks, sortScores } from './merge.ts';

/**
 * Encodes what the refresher has downloaded as a snapshot. Equal data yields equal bytes, in whatever order its entries
 * are, so that the hash changes only with the data.
 */
export function encodeSnapshot(data: FeedData): Buffer {
  switch (data.content) {
    case 'places':
    case 'anonymizers':
      return data.file;
    case 'ranges': {
      const { ipv4, ipv6 } = mergeBlocks(data.blocks);
      return encode({ content: 'ranges', ipv4: ipv4.firsts.length, ipv6: ipv6.firsts.length }, [
        uint32(ipv4.firsts),
        uint32(ipv4.lasts),
        uint128(ipv6.firsts),
        uint128(ipv6.lasts),
      ]);
    }
    case 'networks': {
      const asns = [...new Set(data.asns)].sort((one, other) => one - other);
      return encode({ content: 'networks', asns: asns.length }, [uint32(asns)]);
    }
    case 'scores': {
      const { ipv4, ipv6 } = sortScores(data.entries);
      return encode({ content: 'scores', ipv4: ipv4.bits.length, ipv6: ipv6.bits.length }, [
        uint32(ipv4.bits),
        Buffer.from(ipv4.scores),
        uint128(ipv6.bits),
        Buffer.from(ipv6.scores),
      ]);
    }
  }
}

function encode(head: SnapshotHead, sections: readonly Buffer[]): Buffer {
  const json = JSON.stringify(head);
  const headText = Buffer.from(json.padEnd(padded(json.length), ' '), 'latin1');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(FORMAT_VERSION, MAGIC.length);
  prefix.writeUInt32LE(headText.length, MAGIC.length + 4);
  return Buffer.concat([prefix, headText, ...sections.flatMap(withPadding)]);
}

function withPadding(section: Buffer): Buffer[] {
  return [section, Buffer.alloc(padded(section.length) - section.length)];
}

function uint32(numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => {
    buffer.writeUInt32LE(number, index * 4);
  });
  return buffer;
}

const LOW_64_BITS = (1n << 64n) - 1n;

function uint128(numbers: readonly bigint[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 16);
  numbers.forEach((number, index) => {
    buffer.writeBigUInt64LE(number & LOW_64_BITS, index * 16);
    buffer.writeBigUInt64LE(number >> 64n, index * 16 + 8);
  });
  return buffer;
}
