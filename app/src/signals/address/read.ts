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
  const readings = new Readings();
  for (const name of options.names) {
    if (options.trustedProxyHops > 0) {
      const values = valuesOf(headers, name);
      if (!values.every(isBlank)) readings.add(fromList(values, options.trustedProxyHops));
    } else {
      for (const header of headers) {
        if (isNamed(header, name)) for (const value of header.values) readings.addText(value);
      }
    }
  }
  return readings.result();
}

/** Different texts: nobody sends so many, and a body of 1 MiB has room for tens of thousands. */
const MOST_VALUES = 100;

/** Adds up what the headers say, in any order: it must all be one address. */
class Readings {
  #address: Address | undefined;
  #failure: AddressCause | undefined;
  #differs = false;
  #count = 0;
  #last: string | undefined;

  /** Reads a text as one address; one that says nothing, or the same as the one before, does not count. */
  addText(text: string): void {
    if (text === this.#last || this.#count > MOST_VALUES || isBlank(text)) return;
    this.#last = text;
    this.#count += 1;
    this.add(this.#count > MOST_VALUES ? 'no-address' : (parseAddress(text) ?? 'no-address'));
  }

  add(reading: Reading): void {
    if (reading === 'no-address') this.#failure = 'malformed';
    else if (reading === 'too-short') this.#failure ??= 'missing';
    else if (this.#address === undefined) this.#address = reading;
    else if (this.#address.value !== reading.value) this.#differs = true;
  }

  result(): Signal<Address, AddressCause> {
    if (this.#address === undefined) return unknown(this.#failure ?? 'missing');
    if (this.#differs || this.#failure !== undefined) return unknown('ambiguous');
    return known(this.#address);
  }
}

/** Whether a header has this name: newer servers send names in lower case, older ones as written. */
function isNamed(header: NamedValues, name: string): boolean {
  return header.name.length === name.length && header.name.toLowerCase() === name;
}

/** The values of every header of this name. */
function valuesOf(headers: readonly NamedValues[], name: string): string[] {
  return headers.filter((header) => isNamed(header, name)).flatMap((header) => header.values);
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
