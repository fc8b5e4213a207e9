import { SeededRandom } from '../../../app/dev/simulator/seeded-random.ts';
import { Addresses } from './addresses.ts';
import { ATTACK, BAD, HONEST, HOSTILE, HOURLY_LOAD } from './assumptions.ts';
import type { Load } from './scenarios.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Midnight UTC of a Monday, in milliseconds since the epoch. */
export const START = Date.UTC(2026, 10, 23);

const TOTAL_LOAD = HOURLY_LOAD.reduce((sum, hour) => sum + hour, 0);

/** In whose figures a token counts. */
export type Sender = 'users' | 'bad' | 'attacker';

/** A request for a token. The stream reuses the object. */
export interface Token {
  /** Milliseconds since the epoch. */
  time: number;
  /** Number of its address. */
  address: number;
  client: number;
  /** Undefined if the client acts for itself. */
  user: number | undefined;
  sender: Sender;
}

/** A stream of tokens over several days, determined by its seed, with all that the senders do. */
export class Stream {
  readonly addresses: Addresses;
  readonly #load: Load;
  readonly #tokensPerDay: number;
  readonly #users: number;
  readonly #carriers: number;
  readonly #offices: number;
  readonly #hostilePerDay: number;
  readonly #random: SeededRandom;
  #oneTime = 0;
  #invented = 0;

  constructor(load: Load, seed: string) {
    const { tokensPerSecond, days } = load;
    this.#random = new SeededRandom(seed);
    this.#load = load;
    this.#tokensPerDay = tokensPerSecond * 86_400;
    const ofUsers = this.#tokensPerDay * (1 - HONEST.machines);
    this.#users = Math.ceil(ofUsers / HONEST.tokensPerUser);
    this.#carriers = Math.ceil(this.#users / HONEST.usersPerCarrierAddress);
    this.#offices = Math.ceil(this.#users / HONEST.usersPerOffice);
    const { share, tries, days: hostileDays } = HOSTILE;
    const active = (this.#tokensPerDay * share) / tries;
    this.#hostilePerDay = Math.max(1, Math.round(active / hostileDays));
    const counts = {
      machine: HONEST.machineAddresses,
      carrier: this.#carriers,
      office: this.#offices,
      home: this.#users * days,
      // Their share is a probability.
      oneTime: Math.ceil(2 * ofUsers * HONEST.oneTime * days) + 100,
      hostile: this.#hostilePerDay * days,
      bad: 1,
      invented: 24 * ATTACK.addresses * days,
    };
    this.addresses = new Addresses(counts, START, this.#hostilePerDay);
  }

  /** Calls back for each token of a day, in order of time. */
  forEachToken(day: number, onToken: (token: Readonly<Token>) => void): void {
    const others = this.#othersOf(day).sort((one, other) => one.time - other.time);
    let next = 0;
    const token: Token = { time: 0, address: 0, client: 0, user: undefined, sender: 'users' };
    for (const [hour, weight] of HOURLY_LOAD.entries()) {
      const count = Math.round((this.#tokensPerDay * weight) / TOTAL_LOAD);
      for (let at = 0; at < count; at += 1) {
        token.time = START + day * DAY + (hour + at / count) * HOUR;
        for (; (others[next]?.time ?? Number.POSITIVE_INFINITY) < token.time; next += 1) {
          onToken(others[next] as Token);
        }
        this.#setHonest(token, day);
        onToken(token);
      }
    }
    for (; next < others.length; next += 1) onToken(others[next] as Token);
  }

  #setHonest(token: Token, day: number): void {
    const { addresses } = this;
    const random = this.#random;
    if (random.next() < HONEST.machines) {
      const machine = Math.floor(random.next() * HONEST.machineAddresses);
      token.address = addresses.numberOf('machine', machine);
      token.client = HONEST.clients + machine;
      token.user = undefined;
      return;
    }
    const user = this.#pickUser();
    token.user = user;
    token.client = user % HONEST.clients;
    token.address = this.#addressOf(user, day);
  }

  #addressOf(user: number, day: number): number {
    const { addresses } = this;
    const { oneTime, carrier, office } = HONEST;
    const kind = this.#random.next();
    if (kind < oneTime) {
      this.#oneTime += 1;
      return addresses.numberOf('oneTime', this.#oneTime - 1);
    }
    if (kind < oneTime + carrier) {
      return addresses.numberOf('carrier', Math.floor(this.#random.next() * this.#carriers));
    }
    if (kind < oneTime + carrier + office) {
      return addresses.numberOf('office', user % this.#offices);
    }
    const nights = user % 100 < HONEST.renewed * 100 ? day : 0;
    return addresses.numberOf('home', this.#users * nights + user);
  }

  /** The inverse of the power law's distribution: the n-th user comes n ** -zipf as often as the first. */
  #pickUser(): number {
    return Math.floor(this.#users * this.#random.next() ** (1 / (1 - HONEST.zipf)));
  }

  #othersOf(day: number): Token[] {
    const midnight = START + day * DAY;
    return [
      ...this.#hostileTokens(day, midnight),
      ...this.#badTokens(day, midnight),
      ...this.#attack(day, midnight),
    ];
  }

  #hostileTokens(day: number, midnight: number): Token[] {
    const tokens: Token[] = [];
    for (let since = Math.max(0, day - HOSTILE.days + 1); since <= day; since += 1) {
      for (let at = 0; at < this.#hostilePerDay; at += 1) {
        const address = this.addresses.numberOf('hostile', since * this.#hostilePerDay + at);
        const from = midnight + this.#random.next() * (24 - HOSTILE.hours) * HOUR;
        for (let tried = 0; tried < HOSTILE.tries; tried += 1) {
          const time = from + this.#random.next() * HOSTILE.hours * HOUR;
          const user = this.#pickUser();
          tokens.push({ time, address, user, client: user % HONEST.clients, sender: 'users' });
        }
      }
    }
    return tokens;
  }

  #badTokens(day: number, midnight: number): Token[] {
    const interval = BAD.minutes * MINUTE;
    const firstDay = this.#load.days - 2;
    if (day < firstDay) return [];
    const from = day === firstDay ? 12 * HOUR : 0;
    const address = this.addresses.numberOf('bad', 0);
    return Array.from({ length: (DAY - from) / interval }, (_, at) => {
      const time = midnight + from + (at + 1 / 2) * interval;
      return { time, address, user: this.#users, client: 0, sender: 'bad' as const };
    });
  }

  #attack(day: number, midnight: number): Token[] {
    const { days, reportedDays } = this.#load;
    if (day < days - reportedDays - ATTACK.daysBefore) return [];
    return Array.from({ length: 24 * ATTACK.addresses }, (_, at) => {
      const hour = Math.floor(at / ATTACK.addresses);
      const seconds = ((at % ATTACK.addresses) * ATTACK.seconds) / ATTACK.addresses;
      const address = this.addresses.numberOf('invented', this.#invented);
      this.#invented += 1;
      const client = HONEST.clients + HONEST.machineAddresses;
      const time = midnight + hour * HOUR + seconds * 1_000;
      return { time, address, client, user: undefined, sender: 'attacker' as const };
    });
  }
}
