import { formatIpv4 } from '../../../app/src/signals/address/ipv4.ts';

/** An entry of a BLACKLIST response. */
export interface ListedAddress {
  readonly ipAddress: unknown;
  readonly abuseConfidenceScore: unknown;
}

const FIRST_IPV4 = 0x14_00_00_00;

/** Returns addresses with the scores of `scoreOf`, every fiftieth of them IPv6. */
export function listedAddresses(
  count: number,
  scoreOf: (index: number) => number = () => 100,
): ListedAddress[] {
  return Array.from({ length: count }, (_, index) => ({
    ipAddress: index % 50 === 7 ? `2a00::${index.toString(16)}` : formatIpv4(FIRST_IPV4 + index),
    abuseConfidenceScore: scoreOf(index),
  }));
}

/** Returns the body of a BLACKLIST response. */
export function blacklistBody(generatedAt: unknown, data: unknown): Buffer {
  return Buffer.from(JSON.stringify({ meta: { generatedAt }, data }));
}
