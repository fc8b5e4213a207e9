import type { NamedValues } from '../../action/request.ts';
import { known, type Signal, unknown } from '../signal.ts';
import type { Address, AddressCause } from './address.ts';
import { isBlank, parseAddress } from './parse.ts';

export interface AddressOptions {
  /** Header names in lower case. */
  readonly names: readonly string[];
  /** How many proxies of one's own append to the list; 0: the value is one address, no list. */
  readonly trustedProxyHops: number;
}

/** What one value, or one list, says: an address, something else, or too short a list. */
type Reading = Address | 'no-address' | 'too-short';

/**
 * The client's address, from the named headers. All that they say must be one address: a client can
 * send such a header itself, so two different addresses, or one address beside a value that is none,
 * are `ambiguous` and nobody's word is taken.
 *
 * With `trustedProxyHops` = n the values of a header are one list, of which the n-th entry from the
 * right counts: each proxy appended one, and what is left of it the client may have made up. Empty
 * entries count too, or the place would move to the client's side. A list of fewer than n entries did
 * not come through all the proxies and is `missing`: whoever can go around them can leave out the
 * header as well, so the cause gives nothing away.
 */
export function readAddress(
  headers: readonly NamedValues[],
  options: AddressOptions,
): Signal<Address, AddressCause> {
  let address: Address | undefined;
  let failure: AddressCause | undefined;
  for (const reading of readings(headers, options)) {
    if (reading === 'no-address') failure = 'malformed';
    else if (reading === 'too-short') failure ??= 'missing';
    else if (address !== undefined && address.value !== reading.value) return unknown('ambiguous');
    else address = reading;
    if (address !== undefined && failure !== undefined) return unknown('ambiguous');
  }
  return address === undefined ? unknown(failure ?? 'missing') : known(address);
}

/** Different texts: nobody sends so many, and a body of 1 MiB has room for tens of thousands. */
const MOST_VALUES = 100;

function* readings(headers: readonly NamedValues[], options: AddressOptions): Generator<Reading> {
  let read = 0;
  let before: string | undefined;
  for (const name of options.names) {
    const values = valuesOf(headers, name);
    if (options.trustedProxyHops > 0) {
      if (!values.every(isBlank)) yield fromList(values, options.trustedProxyHops);
    } else {
      for (const value of values) {
        if (value === before || isBlank(value)) continue;
        before = value;
        read += 1;
        if (read > MOST_VALUES) return yield 'no-address';
        yield parseAddress(value) ?? 'no-address';
      }
    }
  }
}

/** The values of every header of this name: newer servers send names in lower case, older ones as written. */
function valuesOf(headers: readonly NamedValues[], name: string): string[] {
  return headers
    .filter((header) => header.name.length === name.length && header.name.toLowerCase() === name)
    .flatMap((header) => header.values);
}

function fromList(values: readonly string[], hops: number): Reading {
  const entry = entryFromRight(values, hops);
  if (entry === undefined) return 'too-short';
  return parseAddress(entry) ?? 'no-address';
}

/** The n-th entry from the right of comma-separated lists in order. Reads no further than it must. */
function entryFromRight(values: readonly string[], n: number): string | undefined {
  let left = n;
  for (const value of values.toReversed()) {
    let end = value.length;
    while (end >= 0) {
      const comma = end === 0 ? -1 : value.lastIndexOf(',', end - 1);
      left -= 1;
      if (left === 0) return value.slice(comma + 1, end);
      end = comma;
    }
  }
  return undefined;
}
