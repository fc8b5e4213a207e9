import { formatIpv4 } from '../address/ipv4.ts';
import { formatIpv6 } from '../address/ipv6.ts';

/** What the search tree of an mmdb file (format version 2.0) is laid out by. */
export interface TreeLayout {
  readonly ipVersion: number;
  readonly nodeCount: number;
  /** Bits of one record: 24, 28 or 32. A node is two records. */
  readonly recordSize: number;
}

/** Begins the metadata, the last part of the file. */
const METADATA_MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
const SEPARATOR_SIZE = 16;

/**
 * What is wrong with the outline of the file, or undefined: whether the parts lie where they must and
 * every record of the tree points into the file. Reads the whole tree once, some 20 ms for 8 MB.
 */
export function faultOf(file: Buffer, layout: TreeLayout): string | undefined {
  const treeSize = (layout.nodeCount * layout.recordSize) / 4;
  const metadata = file.lastIndexOf(METADATA_MARKER);
  const dataSize = metadata - treeSize - SEPARATOR_SIZE;
  if (!(layout.nodeCount > 0) || !(dataSize > 0)) return 'it is shorter than its search tree';
  const separator = file.subarray(treeSize, treeSize + SEPARATOR_SIZE);
  if (separator.some((byte) => byte !== 0)) return 'its search tree does not end where it should';

  // Records up to nodeCount are nodes and "not found"; above, they are places in the data section.
  const lowest = layout.nodeCount + SEPARATOR_SIZE;
  const highest = lowest + dataSize - 1;
  const read = recordReader(file, layout.recordSize);
  for (let node = 0; node < layout.nodeCount; node += 1) {
    for (let side = 0; side <= 1; side += 1) {
      const record = read(node, side);
      if (record > highest || (record > layout.nodeCount && record < lowest)) {
        return 'its search tree points out of the file';
      }
    }
  }
  return undefined;
}

/** Whether the file has an mmdb file's metadata, which stands at its very end. */
export function hasMetadata(file: Buffer): boolean {
  return file.includes(METADATA_MARKER);
}

/**
 * Addresses that have a record, each another one: those that up to twice `count` ways down the tree lead
 * to, spread over its IPv4 and its IPv6 part. A database of countries has a few hundred records.
 */
export function spreadAddresses(file: Buffer, layout: TreeLayout, count: number): string[] {
  const { ipVersion, nodeCount } = layout;
  const read = recordReader(file, layout.recordSize);
  const addresses = new Map<number, string>();
  const collect = (root: number, depth: number, format: (bits: readonly number[]) => string) => {
    for (let seed = 0; seed < count; seed += 1) {
      const { bits, record } = followPath(read, nodeCount, { root, depth, seed });
      if (record > nodeCount && !addresses.has(record)) addresses.set(record, format(bits));
    }
  };
  if (ipVersion === 6) collect(0, 128, ipv6Text);
  let ipv4Root = 0;
  for (let bit = 0; bit < 96 && ipVersion === 6 && ipv4Root < nodeCount; bit += 1) {
    ipv4Root = read(ipv4Root, 0);
  }
  if (ipv4Root < nodeCount) collect(ipv4Root, 32, ipv4Text);
  return [...addresses.values()];
}

type RecordReader = (node: number, side: number) => number;

/** One way down the tree, as the seed chooses it: its bits, and the record that it ends at. */
function followPath(
  read: RecordReader,
  nodeCount: number,
  { root, depth, seed }: { root: number; depth: number; seed: number },
): { bits: readonly number[]; record: number } {
  const bits: number[] = [];
  let choices = seed;
  let record = root;
  while (record < nodeCount && bits.length < depth) {
    const [left, right] = [read(record, 0), read(record, 1)];
    let side = left === nodeCount ? 1 : 0;
    // A seed is spent on real forks only, or most seeds would lead down the same path.
    if (left !== nodeCount && right !== nodeCount) {
      side = choices & 1;
      choices >>>= 1;
    }
    bits.push(side);
    record = side === 0 ? left : right;
  }
  return { bits, record };
}

/** Reads one of the two records of a node: four bytes, which may reach into the separator behind the tree. */
function recordReader(file: Buffer, recordSize: number): RecordReader {
  // For the compiler a read of a view is an instruction; one of a Buffer's methods is a call.
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (recordSize === 32) return (node, side) => view.getUint32(node * 8 + side * 4);
  if (recordSize === 24) return (node, side) => view.getUint32(node * 6 + side * 3) >>> 8;
  // 28 bits: the middle byte of the node holds the highest four bits of both records.
  return (node, side) => {
    if (side === 1) return view.getUint32(node * 7 + 3) & 0x0fffffff;
    const word = view.getUint32(node * 7);
    return (word >>> 8) | ((word & 0xf0) << 20);
  };
}

function ipv4Text(bits: readonly number[]): string {
  return formatIpv4(numberOf(bits, 0, 32) >>> 0);
}

function ipv6Text(bits: readonly number[]): string {
  return formatIpv6(Array.from({ length: 8 }, (_, group) => numberOf(bits, group * 16, 16)));
}

/** The bits from `start` as a number; bits that the path does not reach are zero. */
function numberOf(bits: readonly number[], start: number, length: number): number {
  let number = 0;
  for (let bit = start; bit < start + length; bit += 1) number = number * 2 + (bits[bit] ?? 0);
  return number;
}
