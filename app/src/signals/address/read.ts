import type { NamedValues } from '../../action/request.ts';
import type { AddressCause } from '../causes.ts';
import { known, type Signal, unknown } from '../signal.ts';
import type { Address } from './address.ts';
import { formatOf, type HeaderFormat } from './header-formats.ts';
import { isBlank } from './parse.ts';
import { type AddressSignature, SIGNATURE_SUFFIX } from './signature.ts';

export interface AddressOptions {
  /** Header names in lower case. */
  readonly names: readonly string[];
  /** Number of one's own proxies that append to the list; 0: the value is one address, no list. */
  readonly trustedProxyHops: number;
  /** Present when an address counts only if the operator's edge has signed it. */
  readonly signature?: AddressSignature | undefined;
}

/** What one value, or one list, yields: an address, something else, or too short a list. */
type Reading = Address | 'no-address' | 'too-short';

/**
 * Reads the client's address from the named headers, each in its own format. All values must yield one
 * address: a client can send such a header itself, so two different addresses, or one address beside a
 * value that is not an address, are `ambiguous` and none of them counts.
 *
 * With `trustedProxyHops` = n the values of a header are one list, of which the n-th entry from the
 * right counts: each proxy appended one, and everything left of it may come from the client. Empty
 * entries count too, or the position would move to the client's side. A list of fewer than n entries
 * did not pass all the proxies and is `missing`: whoever can bypass them can omit the header as well,
 * so the cause reveals nothing.
 *
 * With `signature`, an address that is known by these rules counts only if every header that yields it
 * is signed; otherwise it is `unsigned`. A header that is not signed can thus neither replace a signed
 * one nor pass with it.
 */
export function readAddress(
  headers: readonly NamedValues[],
  options: AddressOptions,
): Signal<Address, AddressCause> {
  const { names, trustedProxyHops, signature } = options;
  const address = readUnsigned(headers, names, trustedProxyHops);
  if (signature === undefined || !address.known) return address;
  const signed = names.every((name) => isSigned(headers, name, trustedProxyHops, signature));
  return signed ? known({ ...address.value, signed: true }) : unknown('unsigned');
}

function readUnsigned(
  headers: readonly NamedValues[],
  names: readonly string[],
  trustedProxyHops: number,
): Signal<Address, AddressCause> {
  const readings = new Readings();
  for (const name of names) {
    const format = formatOf(name);
    if (trustedProxyHops > 0) {
      const values = valuesOf(headers, name);
      if (!values.every(isBlank)) readings.add(readList(values, trustedProxyHops, format));
    } else {
      for (const header of headers) {
        if (isNamed(header, name)) {
          for (const value of header.values) readings.addText(value, format);
        }
      }
    }
  }
  return readings.result();
}

/**
 * Whether what the headers of this name say is signed, or they say nothing. One signature signs one
 * value, as it was received: with several, it could not be told which of them came from the edge.
 */
function isSigned(
  headers: readonly NamedValues[],
  name: string,
  trustedProxyHops: number,
  signature: AddressSignature,
): boolean {
  const values = valuesOf(headers, name);
  // Of a list every value counts, also a blank one: it holds a position.
  const said = trustedProxyHops > 0 ? values : values.filter((value) => !isBlank(value));
  const [value] = said;
  if (value === undefined || said.every(isBlank)) return true;
  const differs = trustedProxyHops > 0 ? said.length > 1 : said.some((other) => other !== value);
  const [given, ...more] = valuesOf(headers, name + SIGNATURE_SUFFIX);
  if (differs || given === undefined || more.length > 0) return false;
  return signature.verify(value, given);
}

/** Different texts: nobody sends so many, and a body of 1 MiB has room for tens of thousands. */
const MAX_VALUES = 100;

/** Combines what the headers yield, in any order: it must all be one address. */
class Readings {
  #address: Address | undefined;
  #failure: AddressCause | undefined;
  #differs = false;
  #count = 0;
  #last: string | undefined;
  #lastFormat: HeaderFormat | undefined;

  /** Reads a text as one address; a blank one, or the same as the one before, does not count. */
  addText(text: string, format: HeaderFormat): void {
    const repeats = text === this.#last && format === this.#lastFormat;
    if (repeats || this.#count > MAX_VALUES || isBlank(text)) return;
    this.#last = text;
    this.#lastFormat = format;
    this.#count += 1;
    this.add(this.#count > MAX_VALUES ? 'no-address' : (format.parse(text) ?? 'no-address'));
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

function readList(values: readonly string[], hops: number, { list }: HeaderFormat): Reading {
  // The settings reject a header that is never a list; should one come here, it must not count.
  if (list === undefined) return 'no-address';
  const entry = list.fromRight(values, hops);
  if (entry === undefined) return 'too-short';
  return (entry === null ? undefined : list.parseEntry(entry)) ?? 'no-address';
}
