import { SeededRandom } from '../../../app/dev/simulator/seeded-random.ts';

const HOUR = 3_600_000;

/**
 * What the stream of addresses is assumed to be like: a public product of one continent. Where a figure
 * is a guess, it is on the side that costs quota.
 */
export const ASSUMED = {
  /** Tokens of one user in a day: a sign-in or two, and a refresh in each hour of work. */
  tokensPerUser: 8,
  /** How much more often the first user comes than the n-th: n to this power. */
  zipf: 0.6,
  /** Of tokens: by clients that are machines, which have few addresses and keep them. */
  machines: 0.2,
  machineAddresses: 20,
  /** Of tokens of users: over a mobile carrier, whose NAT gives any of its addresses. */
  carrier: 0.35,
  /** Users behind one public address of a carrier. */
  usersPerCarrierAddress: 50,
  /** Of tokens of users: from an address that nobody has had before and that does not come back (travel, cafés). */
  passing: 0.02,
  /** Of users: get another address at home each night. */
  renewed: 0.2,
  /** Of addresses: scored 25 to 74, and 75 to 100. */
  elevated: 0.03,
  high: 0.01,
} as const;

/** How busy each hour of the day is, from midnight UTC, beside the others. */
const CURVE = [
  ...[2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11],
  ...[10, 11, 11, 10, 9, 8, 7, 7, 6, 5, 4, 3],
] as const;
const BUSY = CURVE.reduce((sum, hour) => sum + hour, 0);

/** One token: when (milliseconds since the epoch) and from which address, as a number. */
export type OnToken = (time: number, address: number) => void;

/** A stream of tokens over some days, the same for the same seed. */
export class Stream {
  readonly #draws: SeededRandom;
  readonly #tokensPerDay: number;
  readonly #users: number;
  readonly #carrierAddresses: number;
  /** Numbers of addresses: machines, carriers, then homes by night, then those that pass. */
  readonly #homes: number;
  #passing: number;

  constructor(tokensPerSecond: number, seed: string) {
    this.#draws = new SeededRandom(seed);
    this.#tokensPerDay = tokensPerSecond * 86_400;
    const ofUsers = this.#tokensPerDay * (1 - ASSUMED.machines);
    this.#users = Math.ceil(ofUsers / ASSUMED.tokensPerUser);
    this.#carrierAddresses = Math.ceil(this.#users / ASSUMED.usersPerCarrierAddress);
    this.#homes = ASSUMED.machineAddresses + this.#carrierAddresses;
    this.#passing = this.#homes + this.#users * DAYS;
  }

  /** More than the number of any address. */
  get addresses(): number {
    return this.#homes + this.#users * DAYS + Math.ceil(this.#tokensPerDay * DAYS);
  }

  /** Calls back for each token of a day, in order. */
  day(day: number, midnight: number, onToken: OnToken): void {
    for (const [hour, weight] of CURVE.entries()) {
      const tokens = Math.round((this.#tokensPerDay * weight) / BUSY);
      for (let at = 0; at < tokens; at += 1) {
        onToken(midnight + (hour + at / tokens) * HOUR, this.#address(day));
      }
    }
  }

  #address(day: number): number {
    const draws = this.#draws;
    if (draws.next() < ASSUMED.machines) {
      return Math.floor(draws.next() * ASSUMED.machineAddresses);
    }
    const kind = draws.next();
    if (kind < ASSUMED.passing) {
      this.#passing += 1;
      return this.#passing - 1;
    }
    if (kind < ASSUMED.passing + ASSUMED.carrier) {
      return ASSUMED.machineAddresses + Math.floor(draws.next() * this.#carrierAddresses);
    }
    // The inverse of the power law's distribution: the n-th user comes n ** -zipf as often as the first.
    const user = Math.floor(this.#users * draws.next() ** (1 / (1 - ASSUMED.zipf)));
    const nights = user % 100 < ASSUMED.renewed * 100 ? day : 0;
    return this.#homes + this.#users * nights + user;
  }
}

/** The first day fills the table, the second one is reported. */
export const DAYS = 2;

/** The score of an address: the same whenever it is asked for, and as rarely bad as ASSUMED says. */
export function scoreOf(address: number): number {
  // Knuth's multiplicative hash: neighbours get fractions far apart.
  const fraction = (Math.imul(address + 1, 2_654_435_761) >>> 0) / 2 ** 32;
  if (fraction < ASSUMED.high) return 90;
  return fraction < ASSUMED.high + ASSUMED.elevated ? 50 : 0;
}
