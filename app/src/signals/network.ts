import { type Address, lookupAddress } from './address/address.ts';
import type { NetworkCause } from './causes.ts';
import type { MmdbFile } from './geo/mmdb-file.ts';
import type { Place } from './geo/place.ts';
import { known, type Signal, unknown } from './signal.ts';

/** The autonomous system of an address. A field that the databases lack is absent. */
export type Network = Pick<Place, 'asn' | 'organization'>;

/** Returns whether a database has networks. */
export function hasNetworks({ info }: Pick<MmdbFile, 'info'>): boolean {
  return info.fields.includes('asn') || info.fields.includes('organization');
}

/**
 * Finds the network of an address. Each field comes from the first database that has it.
 *
 * @param files databases for which `hasNetworks` is true, in the order in which they are searched.
 */
export function findNetwork(
  address: Address,
  files: readonly MmdbFile[],
): Signal<Network, NetworkCause> {
  if (!address.public) return unknown(address.cause);
  if (files.length === 0) return unknown('absent');
  const { value, version } = lookupAddress(address);
  let asn: number | undefined;
  let organization: string | undefined;
  let isUnreadable = false;
  for (const file of files) {
    try {
      const place = file.find(value, version);
      asn ??= place?.asn;
      organization ??= place?.organization;
    } catch {
      isUnreadable = true;
    }
  }
  if (asn === undefined && organization === undefined) {
    return unknown(isUnreadable ? 'database' : 'not-found');
  }
  return known({ ...(asn !== undefined && { asn }), ...(organization && { organization }) });
}
