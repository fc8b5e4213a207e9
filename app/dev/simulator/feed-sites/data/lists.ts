import type { Release } from '../releases.ts';
import {
  ATTACKER_NETWORK,
  CLOUD_NETWORKS,
  CRIMINAL_NETWORK,
  HOSTING_NETWORKS,
  ipv4Blocks,
  ipv6Blocks,
  RELAY_NETWORK,
  VPN_NETWORK,
} from './blocks.ts';

/** Entries of the lists. Where publishers have more than 20,000, the simulated lists are shorter. */
export const LISTS = {
  /** Every third address of 55.1.0.0/16. */
  torExits: (release: Release) =>
    ipv4Blocks({
      count: 1_340,
      from: RELAY_NETWORK * 2 ** 24 + 2 ** 16,
      prefix: 32,
      stride: 3,
      release,
    }),
  /** Every sixth /24 of 11.0.0.0/8. */
  vpn: (release: Release) =>
    ipv4Blocks({ count: 10_862, from: VPN_NETWORK * 2 ** 24, prefix: 24, stride: 6, release }),
  vpnIpv6: () => ipv6Blocks(498, 0x10),
  /** All of 21.0.0.0/8 and 22.0.0.0/8, except for the gaps of the releases. */
  hosting: (release: Release) =>
    HOSTING_NETWORKS.flatMap((octet) =>
      ipv4Blocks({ count: 2_048, from: octet * 2 ** 24, prefix: 19, release }),
    ),
  hostingIpv6: () => ipv6Blocks(1_200, 0x20),
  aws: (release: Release) =>
    ipv4Blocks({
      count: 1_500,
      from: CLOUD_NETWORKS.aws * 2 ** 24,
      prefix: 21,
      stride: 2,
      release,
    }),
  awsIpv6: () => ipv6Blocks(300, 0x30),
  google: (release: Release) =>
    ipv4Blocks({
      count: 900,
      from: CLOUD_NETWORKS.google * 2 ** 24,
      prefix: 20,
      stride: 2,
      release,
    }),
  googleIpv6: () => ipv6Blocks(60, 0x40),
  /** Every second /19 of 214.0.0.0/8 and 215.0.0.0/8. */
  criminals: (release: Release) =>
    ipv4Blocks({ count: 1_540, from: CRIMINAL_NETWORK * 2 ** 24, prefix: 20, stride: 5, release }),
  criminalsIpv6: () => ipv6Blocks(80, 0x50),
  /** AS numbers for private use (RFC 6996) and documentation. */
  criminalNetworks: () => Array.from({ length: 427 }, (_, index) => 64_500 + index * 2),
  /** Pairs of addresses in 55.128.0.0/9. */
  privateRelay: (release: Release) =>
    ipv4Blocks({
      count: 14_000,
      from: RELAY_NETWORK * 2 ** 24 + 2 ** 23,
      prefix: 31,
      stride: 4,
      release,
    }),
  privateRelayIpv6: () => ipv6Blocks(1_000, 0x60),
  attackers: (release: Release) =>
    ipv4Blocks({ count: 9_500, from: ATTACKER_NETWORK * 2 ** 24, prefix: 32, stride: 5, release }),
  /** Published at cloudflare.com/ips. */
  cloudflare: [
    '173.245.48.0/20',
    '103.21.244.0/22',
    '103.22.200.0/22',
    '103.31.4.0/22',
    '141.101.64.0/18',
    '108.162.192.0/18',
    '190.93.240.0/20',
    '188.114.96.0/20',
    '197.234.240.0/22',
    '198.41.128.0/17',
    '162.158.0.0/15',
    '104.16.0.0/13',
    '104.24.0.0/14',
    '172.64.0.0/13',
    '131.0.72.0/22',
  ],
  cloudflareIpv6: [
    '2400:cb00::/32',
    '2606:4700::/32',
    '2803:f800::/32',
    '2405:b500::/32',
    '2405:8100::/32',
    '2a06:98c0::/29',
    '2c0f:f248::/32',
  ],
} as const;
