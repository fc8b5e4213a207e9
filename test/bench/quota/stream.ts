import { SeededRandom } from '../../../app/dev/simulator/seeded-random.ts';

const HOUR = 3_600_000;

/**
 * Assumptions about the stream: a public product on one continent. Estimates err on the side that costs more
 * quota.
 */
export const ASSUMPTIONS = {
  /** Tokens per user and day: one or two logins, and a refresh in each working hour. */
  tokensPerUser: 8,
  /** The n-th user is n to this power times less frequent than the first. */
  zipf: 0.6,
  /** Share of tokens for machine clients, which have few and stable addresses. */
  machines: 0.2,
  machineAddresses: 20,
  /** Share of user tokens over a mobile carrier, whose NAT assigns any of its addresses. */
  carrier: 0.35,
  /** Users behind one public address of a carrier. */
  usersPerCarrierAddress: 50,
  /** Share of user tokens from an address that occurs only once (travel, cafés). */
  oneTime: 0.02,
  /** Share of users whose home address changes every night. */
  renewed: 0.2,
  /** Shares of addresses with scores from 25 to 74 and from 75 to 100. */
  elevated: 0.03,
  high: 0.01,
} as const;

/** Relative load of each hour, from midnight UTC. */
const HOURLY_LOAD = [
  ...[2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11],
  ...[10, 11, 11, 10, 9, 8, 7, 7, 6, 5, 4, 3],
] as const;
const TOTAL_LOAD = HOURLY_LOAD.reduce((sum, hour) => sum + hour, 0);

/** Receives a token: its time in milliseconds since the epoch, and the number of its address. */
export type OnToken = (time: number, address: number) => void;

/** A stream of tokens over several days, determined by its seed. */
export class Stream {
  readonly #random: SeededRandom;
  readonly #tokensPerDay: number;
  readonly #users: number;
  readonly #carrierAddresses: number;
  /** Address numbers: machines, carriers, homes by night, then addresses that occur once. */
  readonly #homes: number;
  #oneTime: number;

  constructor(tokensPerSecond: number, seed: string) {
    this.#random = new SeededRandom(seed);
    this.#tokensPerDay = tokensPerSecond * 86_400;
    const ofUsers = this.#tokensPerDay * (1 - ASSUMPTIONS.machines);
    this.#users = Math.ceil(ofUsers / ASSUMPTIONS.tokensPerUser);
    this.#carrierAddresses = Math.ceil(this.#users / ASSUMPTIONS.usersPerCarrierAddress);
    this.#homes = ASSUMPTIONS.machineAddresses + this.#carrierAddresses;
    this.#oneTime = this.#homes + this.#users * DAYS;
  }

  /** An upper bound of the address numbers. */
  get addresses(): number {
    return this.#homes + this.#users * DAYS + Math.ceil(this.#tokensPerDay * DAYS);
  }

  /** Calls back for each token of a day, in order of time. */
  forEachToken(day: number, midnight: number, onToken: OnToken): void {
    for (const [hour, weight] of HOURLY_LOAD.entries()) {
      const tokens = Math.round((this.#tokensPerDay * weight) / TOTAL_LOAD);
      for (let at = 0; at < tokens; at += 1) {
        onToken(midnight + (hour + at / tokens) * HOUR, this.#address(day));
      }
    }
  }

  #address(day: number): number {
    const random = this.#random;
    if (random.next() < ASSUMPTIONS.machines) {
      return Math.floor(random.next() * ASSUMPTIONS.machineAddresses);
    }
    const kind = random.next();
    if (kind < ASSUMPTIONS.oneTime) {
      this.#oneTime += 1;
      return this.#oneTime - 1;
    }
    if (kind < ASSUMPTIONS.oneTime + ASSUMPTIONS.carrier) {
      return ASSUMPTIONS.machineAddresses + Math.floor(random.next() * this.#carrierAddresses);
    }
    // The inverse of the power law's distribution: the n-th user comes n ** -zipf as often as the first.
    const user = Math.floor(this.#users * random.next() ** (1 / (1 - ASSUMPTIONS.zipf)));
    const nights = user % 100 < ASSUMPTIONS.renewed * 100 ? day : 0;
    return this.#homes + this.#users * nights + user;
  }
}

/** The first day fills the cache, the second one is reported. */
export const DAYS = 2;

/** Returns the score of an address, which never changes, with the distribution of ASSUMPTIONS. */
export function scoreOf(address: number): number {
  // Knuth's multiplicative hash: neighbours get fractions far apart.
  const fraction = (Math.imul(address + 1, 2_654_435_761) >>> 0) / 2 ** 32;
  if (fraction < ASSUMPTIONS.high) return 90;
  return fraction < ASSUMPTIONS.high + ASSUMPTIONS.elevated ? 50 : 0;
}
