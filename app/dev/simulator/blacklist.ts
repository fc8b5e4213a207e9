import { formatIpv4 } from './feed-sites/data/blocks.ts';
import { GUIDE_PROFILES } from './guide-profiles.ts';

/** An address on the list. */
export interface BlacklistEntry {
  readonly ipAddress: string;
  readonly countryCode: string;
  readonly abuseConfidenceScore: number;
  /** With an offset, as AbuseIPDB sends it. */
  readonly lastReportedAt: string;
}

/** AbuseIPDB lists no lower scores. */
const MIN_SCORE = 25;
const SECOND_MS = 1000;

/** In 33.0.0.0/8 of the Department of Defense of the United States, from which no customer's client connects. */
const FIRST_IPV4 = 33 * 2 ** 24;
/** One in this many addresses is of IPv6. */
const IPV6_SHARE = 40;
/** One in this many addresses has the score 100. */
const HIGHEST_SHARE = 5;

/** Returns the address with an index in the list. Neighbours in the list are apart in the network. */
function addressAt(index: number): string {
  if (index % IPV6_SHARE === IPV6_SHARE - 1) return `2a0f:ff80::${index.toString(16)}`;
  return formatIpv4((FIRST_IPV4 + ((index * 7_919) % 2 ** 24)) >>> 0);
}

/** A fifth has the score 100, and the others fall evenly to 25. */
function scoreAt(index: number, size: number): number {
  const highest = Math.ceil(size / HIGHEST_SHARE);
  if (index < highest) return 100;
  return 99 - Math.floor(((99 - MIN_SCORE + 1) * (index - highest)) / (size - highest));
}

/** The addresses with scores from 25 that the simulated AbuseIPDB knows, in its order. */
export class Blacklist {
  /** With the guide's addresses. */
  readonly size: number;
  readonly #scores = new Map<string, number>();

  /** @param size entries besides those of the guide. */
  constructor(size: number) {
    for (const [address, { score }] of GUIDE_PROFILES) {
      if (score >= MIN_SCORE) this.#scores.set(address, score);
    }
    for (let index = 0; index < size; index += 1) {
      this.#scores.set(addressAt(index), scoreAt(index, size));
    }
    this.size = this.#scores.size;
  }

  /** Returns the score of an address, by its canonical spelling; undefined if it is below 25. */
  scoreOf(address: string): number | undefined {
    return this.#scores.get(address);
  }

  /** Returns the entries from a score on: the highest first, then the latest report. */
  entries(minimum: number, generatedAt: number): BlacklistEntry[] {
    return [...this.#scores]
      .filter(([, score]) => score >= minimum)
      .sort(([, one], [, other]) => other - one)
      .map(([ipAddress, abuseConfidenceScore], index) => ({
        ipAddress,
        countryCode: GUIDE_PROFILES.get(ipAddress)?.countryCode ?? 'US',
        abuseConfidenceScore,
        lastReportedAt: isoWithOffset(generatedAt - (index + 1) * SECOND_MS),
      }));
  }
}

/** Formats a time as AbuseIPDB does. */
export function isoWithOffset(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
