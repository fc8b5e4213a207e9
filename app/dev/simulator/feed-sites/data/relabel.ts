import { MMDB_MARKER, mmdbMetadata } from '../../mmdb.ts';

/**
 * Returns a copy of an mmdb file of half a million countries' networks with another type and date: composing as many
 * would delay each start by seconds.
 */
export function relabelDatabase(file: Buffer, type: string, built: Date): Buffer {
  const end = file.lastIndexOf(MMDB_MARKER);
  const metadata = file.subarray(end + MMDB_MARKER.length);
  const [nodeCount, recordSize] = [
    readNumber(metadata, 'node_count'),
    readNumber(metadata, 'record_size'),
  ];
  return Buffer.concat([
    file.subarray(0, end + MMDB_MARKER.length),
    mmdbMetadata({ type, built, nodeCount, recordSize, ipVersion: 6 }),
  ]);
}

/** Reads an unsigned integer from the metadata. */
function readNumber(metadata: Buffer, name: string): number {
  const at = metadata.indexOf(name) + name.length;
  // The control byte contains the size (https://maxmind.github.io/MaxMind-DB/#data-section).
  return metadata.readUIntBE(at + 1, (metadata[at] ?? 0) & 0x1f);
}
