/** The part of an mmdb file's metadata that describes its search tree. */
export interface TreeLayout {
  readonly nodeCount: number;
  /** Bits of one record: 24, 28 or 32. A node has two records. */
  readonly recordSize: number;
  /** Bytes. */
  readonly searchTreeSize: number;
}

/** Start of the metadata, the last section of the file (MaxMind DB format 2.0). */
const METADATA_MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');

/** Zeros between the search tree and the data section. */
export const SEPARATOR_BYTES = 16;

/** Limit for the metadata section, marker included (MaxMind DB format 2.0). */
const MAX_METADATA_BYTES = 128 * 1024;

/** Returns whether a file has the metadata section of an mmdb file. */
export function hasMetadata(file: Buffer): boolean {
  return file.subarray(-MAX_METADATA_BYTES).includes(METADATA_MARKER);
}

/**
 * Checks that the sections of a file are where its metadata says, and that all records of the search tree
 * point into the file: about 20 ms for 8 MB.
 *
 * @returns what is wrong, or undefined.
 */
export function findBoundsError(file: Buffer, layout: TreeLayout): string | undefined {
  const { nodeCount, searchTreeSize } = layout;
  const dataSize = file.lastIndexOf(METADATA_MARKER) - searchTreeSize - SEPARATOR_BYTES;
  if (!(nodeCount > 0) || !(dataSize > 0)) return 'it is shorter than its search tree';
  const separator = file.subarray(searchTreeSize, searchTreeSize + SEPARATOR_BYTES);
  if (separator.some((byte) => byte !== 0)) return 'its search tree does not end where it should';

  // Up to nodeCount a record is a node or "not found", above it an offset into the data section.
  const minData = nodeCount + SEPARATOR_BYTES;
  const read = recordReader(file, layout.recordSize);
  for (let index = 0; index < 2 * nodeCount; index += 1) {
    const record = read(index);
    const isInBounds = record <= nodeCount || (record >= minData && record < minData + dataSize);
    if (!isInBounds) return 'its search tree points out of the file';
  }
  return undefined;
}

/** Returns the values that the search tree points to. */
export function dataSectionOf(file: Buffer, { searchTreeSize }: TreeLayout): Buffer {
  return file.subarray(searchTreeSize + SEPARATOR_BYTES, file.lastIndexOf(METADATA_MARKER));
}

/** Returns a function that reads the n-th record. Reads of four bytes may extend into the separator. */
export function recordReader(file: Buffer, recordSize: number): (index: number) => number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (recordSize === 32) return (index) => view.getUint32(index * 4);
  if (recordSize === 24) return (index) => view.getUint32(index * 3) >>> 8;
  // The middle byte of a node has the highest four bits of both 28-bit records.
  return (index) => {
    const node = (index >>> 1) * 7;
    if (index & 1) return view.getUint32(node + 3) & 0x0fffffff;
    const word = view.getUint32(node);
    return (word >>> 8) | ((word & 0xf0) << 20);
  };
}
