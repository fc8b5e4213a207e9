import type { NonPublicCause } from '../causes.ts';

/**
 * Which clients can have an address: `public` is on the internet, `private` in an internal network (RFC 1918,
 * shared, link-local, loopback and unique local addresses), `reserved` is not used by clients.
 */
export type Reach = 'public' | NonPublicCause;

/**
 * A block of the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190; as of 2025), or of
 * an address space that they do not cover. It is public if the column "Globally Reachable" is true; "N/A" counts
 * as false. The narrowest block that contains an address applies.
 */
export interface SpecialPurposeBlock {
  readonly cidr: string;
  readonly reach: Reach;
  readonly name: string;
  readonly source: string;
}

type Row = readonly [cidr: string, reach: Reach, name: string, source: string];

const IPV4: readonly Row[] = [
  ['0.0.0.0/0', 'public', 'all other addresses', 'RFC 6890'],
  ['0.0.0.0/8', 'reserved', 'this network', 'RFC 791, section 3.2'],
  ['0.0.0.0/32', 'reserved', 'this host on this network', 'RFC 1122, section 3.2.1.3'],
  ['10.0.0.0/8', 'private', 'private use', 'RFC 1918'],
  ['100.64.0.0/10', 'private', 'shared address space', 'RFC 6598'],
  ['127.0.0.0/8', 'private', 'loopback', 'RFC 1122, section 3.2.1.3'],
  ['169.254.0.0/16', 'private', 'link local', 'RFC 3927'],
  ['172.16.0.0/12', 'private', 'private use', 'RFC 1918'],
  ['192.0.0.0/24', 'reserved', 'IETF protocol assignments', 'RFC 6890, section 2.1'],
  ['192.0.0.0/29', 'reserved', 'IPv4 service continuity', 'RFC 7335'],
  ['192.0.0.8/32', 'reserved', 'IPv4 dummy address', 'RFC 7600'],
  ['192.0.0.9/32', 'public', 'port control protocol anycast', 'RFC 7723'],
  ['192.0.0.10/32', 'public', 'TURN anycast', 'RFC 8155'],
  ['192.0.0.170/32', 'reserved', 'NAT64 and DNS64 discovery', 'RFC 8880'],
  ['192.0.0.171/32', 'reserved', 'NAT64 and DNS64 discovery', 'RFC 8880'],
  ['192.0.2.0/24', 'reserved', 'documentation (TEST-NET-1)', 'RFC 5737'],
  ['192.31.196.0/24', 'public', 'AS112-v4', 'RFC 7535'],
  ['192.52.193.0/24', 'public', 'automatic multicast tunneling', 'RFC 7450'],
  ['192.88.99.0/24', 'reserved', '6to4 relay anycast, deprecated (N/A)', 'RFC 7526'],
  ['192.88.99.2/32', 'reserved', '6a44 relay anycast', 'RFC 6751'],
  ['192.168.0.0/16', 'private', 'private use', 'RFC 1918'],
  ['192.175.48.0/24', 'public', 'direct delegation AS112', 'RFC 7534'],
  ['198.18.0.0/15', 'reserved', 'benchmarking', 'RFC 2544'],
  ['198.51.100.0/24', 'reserved', 'documentation (TEST-NET-2)', 'RFC 5737'],
  ['203.0.113.0/24', 'reserved', 'documentation (TEST-NET-3)', 'RFC 5737'],
  // Multicast has its own registry.
  ['224.0.0.0/4', 'reserved', 'multicast', 'RFC 5771'],
  ['240.0.0.0/4', 'reserved', 'reserved', 'RFC 1112, section 4'],
  ['255.255.255.255/32', 'reserved', 'limited broadcast', 'RFC 8190, RFC 919'],
];

const IPV6: readonly Row[] = [
  // Only 2000::/3 has been allocated.
  ['::/0', 'reserved', 'not allocated', 'RFC 4291, section 2.4'],
  ['2000::/3', 'public', 'global unicast', 'RFC 4291, section 2.4'],
  ['::/96', 'reserved', 'IPv4-compatible, deprecated', 'RFC 4291, section 2.5.5.1'],
  ['::/128', 'reserved', 'unspecified', 'RFC 4291, section 2.5.2'],
  ['::1/128', 'private', 'loopback', 'RFC 4291, section 2.5.3'],
  [
    '64:ff9b:1::/48',
    'reserved',
    'IPv4-IPv6 translation, local use, with an unknown IPv4 address',
    'RFC 8215',
  ],
  ['100::/64', 'reserved', 'discard only', 'RFC 6666'],
  ['100:0:0:1::/64', 'reserved', 'dummy prefix', 'RFC 9780'],
  ['2001::/23', 'reserved', 'IETF protocol assignments', 'RFC 2928'],
  ['2001:1::1/128', 'public', 'port control protocol anycast', 'RFC 7723'],
  ['2001:1::2/128', 'public', 'TURN anycast', 'RFC 8155'],
  ['2001:1::3/128', 'public', 'DNS-SD service registration anycast', 'RFC 9665'],
  ['2001:2::/48', 'reserved', 'benchmarking', 'RFC 5180, erratum 1752'],
  ['2001:3::/32', 'public', 'automatic multicast tunneling', 'RFC 7450'],
  ['2001:4:112::/48', 'public', 'AS112-v6', 'RFC 7535'],
  ['2001:10::/28', 'reserved', 'ORCHID, deprecated (N/A)', 'RFC 4843'],
  ['2001:20::/28', 'public', 'ORCHIDv2', 'RFC 7343'],
  ['2001:30::/28', 'public', 'drone remote ID entity tags', 'RFC 9374'],
  ['2001:db8::/32', 'reserved', 'documentation', 'RFC 3849'],
  ['2620:4f:8000::/48', 'public', 'direct delegation AS112', 'RFC 7534'],
  ['3fff::/20', 'reserved', 'documentation', 'RFC 9637'],
  ['5f00::/16', 'reserved', 'segment routing identifiers', 'RFC 9602'],
  ['fc00::/7', 'private', 'unique local', 'RFC 4193, RFC 8190'],
  ['fe80::/10', 'private', 'link local', 'RFC 4291, section 2.5.6'],
  ['fec0::/10', 'reserved', 'site local, deprecated', 'RFC 3879'],
  ['ff00::/8', 'reserved', 'multicast', 'RFC 4291, section 2.7'],
];

const toBlock = ([cidr, reach, name, source]: Row): SpecialPurposeBlock => ({
  cidr,
  reach,
  name,
  source,
});

/** The rows of both registries. Translated forms and tunnels are classified by their IPv4 address instead. */
export const SPECIAL_PURPOSE_BLOCKS: readonly SpecialPurposeBlock[] = [...IPV4, ...IPV6].map(
  toBlock,
);
