/**
 * The network is divided into 16 slots. The first three belong to the two default pairs of subnets: both public ones are in
 * slot 0, the private ones are slots 1 and 2. Zone `az<n>` has slot n + 2 for its private subnet, and its public subnet is
 * in slot n + 8. So the addresses of a zone never depend on the other zones, and the zones can be changed later: CloudFormation
 * creates new subnets before it deletes old ones.
 */
const SLOT_BITS = 4;

/** Zones above it would have no slot. No region has more. */
export const MAX_ZONE_NUMBER = 6;

/** A load balancer needs a subnet of at least /27. */
const SMALLEST_PUBLIC_SUBNET = 27;

export interface SubnetSizes {
  /** Lengths of the prefixes. */
  readonly public: number;
  readonly private: number;
}

/** Returns the sizes of the subnets in a network: of /24 and /20 in a /16. */
export function subnetSizes(cidr: string): SubnetSizes {
  const { prefix } = parse(cidr);
  return {
    public: Math.min(prefix + 2 * SLOT_BITS, SMALLEST_PUBLIC_SUBNET),
    private: prefix + SLOT_BITS,
  };
}

/** Returns the CIDRs of a zone's subnets. */
export function subnetsOfZone(
  cidr: string,
  zoneId: string,
): { readonly public: string; readonly private: string } {
  const { first, prefix } = parse(cidr);
  const sizes = subnetSizes(cidr);
  const slot = (number: number, size: number) =>
    `${toText(first + number * 2 ** (32 - prefix - SLOT_BITS))}/${size}`;
  const number = zoneNumber(zoneId);
  return { private: slot(number + 2, sizes.private), public: slot(number + 8, sizes.public) };
}

/** Returns 3 for `use1-az3`. */
export function zoneNumber(zoneId: string): number {
  return Number(/\d+$/.exec(zoneId)?.[0]);
}

function parse(cidr: string): { readonly first: number; readonly prefix: number } {
  const [address = '', prefix] = cidr.split('/');
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  return { first, prefix: Number(prefix) };
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}
