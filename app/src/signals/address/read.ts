import type { NamedValues } from '../../action/request.ts';
import type { AddressCause } from '../causes.ts';
import { known, type Signal, unknown } from '../signal.ts';
import type { Address } from './address.ts';
import { type HeaderFormat, headerFormat } from './header-formats.ts';
import { isBlank } from './parse.ts';
import { type AddressSignature, SIGNATURE_SUFFIX } from './signature.ts';

export interface AddressOptions {
  /** Header names in lower case. */
  readonly headerNames: readonly string[];
  /** The operator's own proxies that append to the header's list; 0 if the header has a single address. */
  readonly trustedProxyHops: number;
  /** Present if an address must be signed by the operator's edge. */
  readonly signature?: AddressSignature | undefined;
}

/** Result of reading one value or list. */
type Reading = Address | 'no-address' | 'too-short';

/**
 * Reads the client's address from headers, each in its own format. All values must yield the same address: a
 * client can send such a header itself, so different addresses, or an address and a value that is not one, are
 * `ambiguous`.
 *
 * With `trustedProxyHops` = n, the values of a header form one list, and its n-th entry from the right is the
 * address: each proxy appends one entry, and everything left of them may come from the client. Empty entries
 * count, or the position would move to the client's side. A list with fewer than n entries has bypassed a proxy
 * and is `missing`: a client that can do that can also omit the header.
 *
 * With `signature`, every header that yields the address must be signed; otherwise it is `unsigned`. So an
 * unsigned header can neither replace a signed one nor accompany it.
 */
export function readAddress(
  headers: readonly NamedValues[],
  options: AddressOptions,
): Signal<Address, AddressCause> {
  const { headerNames, trustedProxyHops, signature } = options;
  const address = readUnsigned(headers, headerNames, trustedProxyHops);
  if (signature === undefined || !address.known) return address;
  const signed = headerNames.every((name) => isSigned(headers, name, trustedProxyHops, signature));
  return signed ? known({ ...address.value, signed: true }) : unknown('unsigned');
}

function readUnsigned(
  headers: readonly NamedValues[],
  names: readonly string[],
  trustedProxyHops: number,
): Signal<Address, AddressCause> {
  const readings = new Readings();
  for (const name of names) {
    const format = headerFormat(name);
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
 * Returns whether the headers of this name are signed, or blank. A signature covers one value exactly as it was
 * received: with several values, it would be unclear which one the edge sent.
 */
function isSigned(
  headers: readonly NamedValues[],
  name: string,
  trustedProxyHops: number,
  signature: AddressSignature,
): boolean {
  const values = valuesOf(headers, name);
  // In a list every value counts, even a blank one: it has a position.
  const relevant = trustedProxyHops > 0 ? values : values.filter((value) => !isBlank(value));
  const [value] = relevant;
  if (value === undefined || relevant.every(isBlank)) return true;
  const differs =
    trustedProxyHops > 0 ? relevant.length > 1 : relevant.some((other) => other !== value);
  const [signatureValue, ...more] = valuesOf(headers, name + SIGNATURE_SUFFIX);
  if (differs || signatureValue === undefined || more.length > 0) return false;
  return signature.verify(value, signatureValue);
}

/** Limit for different values: far more than real requests have, while a body of 1 MiB could contain tens of thousands. */
const MAX_VALUES = 100;

/** Combines the readings of all headers, in any order: they must yield the same address. */
class Readings {
  #address: Address | undefined;
  #failure: AddressCause | undefined;
  #differs = false;
  #count = 0;
  #last: string | undefined;
  #lastFormat: HeaderFormat | undefined;

  /** Adds a value with a single address. Ignores a blank value, and one equal to the previous one. */
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

/** Returns whether a header has this name: newer servers send names in lower case, older ones unchanged. */
function isNamed(header: NamedValues, name: string): boolean {
  return header.name.length === name.length && header.name.toLowerCase() === name;
}

/** Returns the values of all headers of this name. */
function valuesOf(headers: readonly NamedValues[], name: string): string[] {
  return headers.filter((header) => isNamed(header, name)).flatMap((header) => header.values);
}

function readList(values: readonly string[], hops: number, { list }: HeaderFormat): Reading {
  // The settings reject a header that is never a list; this is a second line of defence.
  if (list === undefined) return 'no-address';
  const entry = list.fromRight(values, hops);
  if (entry === undefined) return 'too-short';
  return (entry === null ? undefined : list.parseEntry(entry)) ?? 'no-address';
}
