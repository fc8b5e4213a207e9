import type { Address } from '../../../src/signals/address/address.ts';
import { type Cidr, parseCidr } from '../../../src/signals/address/cidr.ts';
import { floorIndex } from '../../../src/signals/address/floor-index.ts';
import { formatIpv4 } from '../../../src/signals/address/ipv4.ts';
import { parseAddress } from '../../../src/signals/address/parse.ts';
import { IPV4_REACH, IPV6_REACH, reachOf } from '../../../src/signals/address/reach.ts';
import { NON_PUBLIC_CAUSES } from '../../../src/signals/causes.ts';
import type { DecisionLine, Fields } from './decision-line.ts';
import type { MissingParts } from './missing-parts.ts';

/** Prefixes of tunnels, whose addresses embed an IPv4 address: 6to4, Teredo, NAT64 for local use. */
const SIX_TO_FOUR = cidrOf('2002::/16');
const OTHER_TUNNELS = ['2001::/32', '64:ff9b:1::/48'].map(cidrOf);

/** A recorded address of which only a part is known: its network, or nothing at all if it is hashed. */
export class PartialAddress {
  /** `undefined` if the address is hashed. */
  readonly network: Cidr | undefined;
  /** The network of the IPv4 address that a tunnel embeds; `'unknown'` if only the address itself would show it. */
  readonly embedded: Cidr | 'unknown' | undefined;
  readonly signed: true | undefined;
  readonly #isPublic: boolean | undefined;
  readonly #missing: MissingParts;

  constructor(line: DecisionLine, fields: Fields, missing: MissingParts) {
    this.#missing = missing;
    this.network = parseCidr(String(fields.value));
    this.embedded = this.network === undefined ? 'unknown' : embeddedNetwork(this.network);
    this.signed = fields.signed === true ? true : undefined;
    this.#isPublic = isPublic(this.embedded ?? this.network) ?? wasPublic(line);
  }

  get value(): never {
    return this.#missing.fail('address.value');
  }
  get version(): 4 | 6 {
    return this.network?.version ?? this.#missing.fail('address.version');
  }
  get public(): boolean {
    return this.#isPublic ?? this.#missing.fail('address.public');
  }
}

/** Returns the address of a record. One that is truncated or hashed ends the evaluation of what it cannot answer. */
export function recordedAddress(
  line: DecisionLine,
  fields: Fields,
  missing: MissingParts,
): Address | PartialAddress {
  const text = String(fields.value);
  const address = text.includes('/') ? undefined : parseAddress(text);
  if (address === undefined) return new PartialAddress(line, fields, missing);
  return fields.signed === true ? { ...address, signed: true } : address;
}

function embeddedNetwork({ version, first, last }: Cidr): Cidr | 'unknown' | undefined {
  if (version === 4) return undefined;
  if (OTHER_TUNNELS.some((tunnel) => first <= tunnel.last && tunnel.first <= last))
    return 'unknown';
  if (first < SIX_TO_FOUR.first || last > SIX_TO_FOUR.last) return undefined;
  // The 32 bits after the prefix 2002::/16; a recorded network contains 24 of them.
  return parseCidr(`${formatIpv4(Number((BigInt(first) >> 80n) & 0xffff_ff00n))}/24`);
}

/** Returns whether a network is public; `undefined` if not all of its addresses are the same. */
function isPublic(network: Cidr | 'unknown' | undefined): boolean | undefined {
  if (network === undefined || network === 'unknown') return undefined;
  const isUniform =
    network.version === 4
      ? floorIndex(IPV4_REACH.starts, network.first) === floorIndex(IPV4_REACH.starts, network.last)
      : floorIndex(IPV6_REACH.starts, network.first) ===
        floorIndex(IPV6_REACH.starts, network.last);
  return isUniform ? reachOf(network.first) === 'public' : undefined;
}

/** Returns whether an address was public, as the signals that depend on it show; `undefined` if none was fetched. */
function wasPublic({ signals }: DecisionLine): boolean | undefined {
  const fields = signals?.geo ?? signals?.network ?? signals?.anonymizer;
  if (fields === undefined) return undefined;
  return !NON_PUBLIC_CAUSES.some((cause) => cause === fields.cause);
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is not a valid CIDR.`);
  return cidr;
}
