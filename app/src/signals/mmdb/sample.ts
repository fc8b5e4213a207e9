import type { Response } from 'maxmind';
import { formatIpv4 } from '../address/ipv4.ts';
import { formatIpv6, groupsOf } from '../address/ipv6.ts';
import { damaged, type MmdbReader } from './reader.ts';

/** Sections of each address range, and the networks that are read at the beginning of each. */
const SAMPLE_SECTIONS = 64;
const NETWORKS_PER_SECTION = 32;

/** Address ranges that have records: all of IPv4, and IPv6's global unicast addresses, 2000::/3. */
const SAMPLE_RANGES = [
  {
    version: 4,
    bits: 32,
    first: 0n,
    size: 1n << 32n,
    format: (bits: bigint) => formatIpv4(Number(bits)),
  },
  {
    version: 6,
    bits: 128,
    first: 1n << 125n,
    size: 1n << 125n,
    format: (bits: bigint) => formatIpv6(groupsOf(bits)),
  },
] as const;

/**
 * Returns what `parse` returns for each of a few thousand records, so that a damaged file is found when it is
 * opened, and not by a request.
 *
 * @throws MmdbError if a record cannot be read.
 */
export function sampleRecords<T>(reader: MmdbReader, parse: (record: Response) => T): T[] {
  try {
    return Array.from(readSample(reader), parse);
  } catch (error) {
    throw damaged('a record cannot be read', error);
  }
}

/** Yields the records of successive networks in each section of the address ranges: all of a small database. */
function* readSample(reader: MmdbReader): Generator<Response> {
  for (const { version, bits, first, size, format } of SAMPLE_RANGES) {
    if (version > reader.metadata.ipVersion) continue;
    const sectionSize = size / BigInt(SAMPLE_SECTIONS);
    for (let section = first; section < first + size; section += sectionSize) {
      let address = section;
      for (let n = 0; n < NETWORKS_PER_SECTION && address < section + sectionSize; n += 1) {
        const [record, prefix] = reader.getWithPrefixLength(format(address));
        if (record !== null) yield record;
        const hostMask = (1n << BigInt(bits - prefix)) - 1n;
        address = (address | hostMask) + 1n;
      }
    }
  }
}
