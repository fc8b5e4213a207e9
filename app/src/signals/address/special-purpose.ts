/**
 * Blocks with the column "Globally Reachable" of the IANA IPv4 and IPv6 Special-Purpose Address
 * Registries (RFC 6890, RFC 8190; as of 2025), and what those registries leave to others. The
 * narrowest block that holds an address decides. A block for which the registry says "N/A" counts
 * as not reachable: an address of it says nothing of who sits behind it.
 */
export interface SpecialPurposeBlock {
  readonly block: string;
  readonly reachable: boolean;
  readonly name: string;
  readonly source: string;
}

type Row = readonly [block: string, reachable: boolean, name: string, source: string];

const IPV4: readonly Row[] = [
  ['0.0.0.0/0', true, 'everything that no other row names', 'RFC 6890'],
  ['0.0.0.0/8', false, 'this network', 'RFC 791, section 3.2'],
  ['0.0.0.0/32', false, 'this host on this network', 'RFC 1122, section 3.2.1.3'],
  ['10.0.0.0/8', false, 'private use', 'RFC 1918'],
  ['100.64.0.0/10', false, 'shared address space', 'RFC 6598'],
  ['127.0.0.0/8', false, 'loopback', 'RFC 1122, section 3.2.1.3'],
  ['169.254.0.0/16', false, 'link local', 'RFC 3927'],
  ['172.16.0.0/12', false, 'private use', 'RFC 1918'],
  ['192.0.0.0/24', false, 'IETF protocol assignments', 'RFC 6890, section 2.1'],
  ['192.0.0.0/29', false, 'IPv4 service continuity', 'RFC 7335'],
  ['192.0.0.8/32', false, 'IPv4 dummy address', 'RFC 7600'],
  ['192.0.0.9/32', true, 'port control protocol anycast', 'RFC 7723'],
  ['192.0.0.10/32', true, 'TURN anycast', 'RFC 8155'],
  ['192.0.0.170/32', false, 'NAT64 and DNS64 discovery', 'RFC 8880'],
  ['192.0.0.171/32', false, 'NAT64 and DNS64 discovery', 'RFC 8880'],
  ['192.0.2.0/24', false, 'documentation (TEST-NET-1)', 'RFC 5737'],
  ['192.31.196.0/24', true, 'AS112-v4', 'RFC 7535'],
  ['192.52.193.0/24', true, 'automatic multicast tunneling', 'RFC 7450'],
  ['192.88.99.0/24', false, '6to4 relay anycast, deprecated (N/A)', 'RFC 7526'],
  ['192.88.99.2/32', false, '6a44 relay anycast', 'RFC 6751'],
  ['192.168.0.0/16', false, 'private use', 'RFC 1918'],
  ['192.175.48.0/24', true, 'direct delegation AS112', 'RFC 7534'],
  ['198.18.0.0/15', false, 'benchmarking', 'RFC 2544'],
  ['198.51.100.0/24', false, 'documentation (TEST-NET-2)', 'RFC 5737'],
  ['203.0.113.0/24', false, 'documentation (TEST-NET-3)', 'RFC 5737'],
  // Multicast has a registry of its own; no client has such an address.
  ['224.0.0.0/4', false, 'multicast', 'RFC 5771'],
  ['240.0.0.0/4', false, 'reserved', 'RFC 1112, section 4'],
  ['255.255.255.255/32', false, 'limited broadcast', 'RFC 8190, RFC 919'],
];

const IPV6: readonly Row[] = [
  // Only 2000::/3 is handed out; what IANA keeps back is nobody's, so no reputation is to be had for it.
  ['::/0', false, 'not allocated', 'RFC 4291, section 2.4'],
  ['2000::/3', true, 'global unicast', 'RFC 4291, section 2.4'],
  ['::/96', false, 'IPv4-compatible, deprecated', 'RFC 4291, section 2.5.5.1'],
  ['::/128', false, 'unspecified', 'RFC 4291, section 2.5.2'],
  ['::1/128', false, 'loopback', 'RFC 4291, section 2.5.3'],
  ['64:ff9b::/96', true, 'IPv4-IPv6 translation', 'RFC 6052'],
  ['64:ff9b:1::/48', false, 'IPv4-IPv6 translation, local use', 'RFC 8215'],
  ['100::/64', false, 'discard only', 'RFC 6666'],
  ['100:0:0:1::/64', false, 'dummy prefix', 'RFC 9780'],
  ['2001::/23', false, 'IETF protocol assignments', 'RFC 2928'],
  ['2001::/32', false, 'Teredo (N/A)', 'RFC 4380, RFC 8190'],
  ['2001:1::1/128', true, 'port control protocol anycast', 'RFC 7723'],
  ['2001:1::2/128', true, 'TURN anycast', 'RFC 8155'],
  ['2001:1::3/128', true, 'DNS-SD service registration anycast', 'RFC 9665'],
  ['2001:2::/48', false, 'benchmarking', 'RFC 5180, erratum 1752'],
  ['2001:3::/32', true, 'automatic multicast tunneling', 'RFC 7450'],
  ['2001:4:112::/48', true, 'AS112-v6', 'RFC 7535'],
  ['2001:10::/28', false, 'ORCHID, deprecated (N/A)', 'RFC 4843'],
  ['2001:20::/28', true, 'ORCHIDv2', 'RFC 7343'],
  ['2001:30::/28', true, 'drone remote ID entity tags', 'RFC 9374'],
  ['2001:db8::/32', false, 'documentation', 'RFC 3849'],
  ['2002::/16', false, '6to4 (N/A)', 'RFC 3056'],
  ['2620:4f:8000::/48', true, 'direct delegation AS112', 'RFC 7534'],
  ['3fff::/20', false, 'documentation', 'RFC 9637'],
  ['5f00::/16', false, 'segment routing identifiers', 'RFC 9602'],
  ['fc00::/7', false, 'unique local', 'RFC 4193, RFC 8190'],
  ['fe80::/10', false, 'link local', 'RFC 4291, section 2.5.6'],
  ['fec0::/10', false, 'site local, deprecated', 'RFC 3879'],
  ['ff00::/8', false, 'multicast', 'RFC 4291, section 2.7'],
];

const named = ([block, reachable, name, source]: Row): SpecialPurposeBlock => ({
  block,
  reachable,
  name,
  source,
});

/** Both registries. An IPv4-mapped address is IPv4 before it comes here (RFC 4291, section 2.5.5.2). */
export const SPECIAL_PURPOSE_BLOCKS: readonly SpecialPurposeBlock[] = [...IPV4, ...IPV6].map(named);
