import type { Place } from '../../signals/geo/place.ts';

/** Addresses whose place or network hardly ever changes: universities with networks of the 1980s. */
export type KnownAddresses = ReadonlyMap<string, Pick<Place, 'country' | 'asn'>>;

/** MaxMind removes networks on request, so that any single address may be missing. */
export const MIN_KNOWN_ADDRESSES = 8;

export const KNOWN_COUNTRIES: KnownAddresses = new Map([
  ['131.130.1.78', { country: 'AT' }],
  ['130.102.0.1', { country: 'AU' }],
  ['143.107.0.1', { country: 'BR' }],
  ['129.132.1.1', { country: 'CH' }],
  ['141.20.5.188', { country: 'DE' }],
  ['128.214.0.1', { country: 'FI' }],
  ['131.111.8.46', { country: 'GB' }],
  ['133.11.0.1', { country: 'JP' }],
  ['129.240.2.6', { country: 'NO' }],
  ['128.112.128.15', { country: 'US' }],
]);

export const KNOWN_NETWORKS: KnownAddresses = new Map([
  ['128.32.0.1', { asn: 25 }],
  ['128.112.128.15', { asn: 88 }],
  ['129.240.2.6', { asn: 224 }],
  ['129.132.1.1', { asn: 559 }],
  ['131.130.1.78', { asn: 760 }],
  ['131.111.8.46', { asn: 786 }],
  ['128.214.0.1', { asn: 1741 }],
  ['133.11.0.1', { asn: 2501 }],
  ['8.8.8.8', { asn: 15169 }],
  ['143.107.0.1', { asn: 28571 }],
]);
