import type { Address } from '../../../app/src/signals/address/address.ts';
import { formatIpv4 } from '../../../app/src/signals/address/ipv4.ts';
import { ATTACK, BAD, HONEST, REASONS } from './assumptions.ts';
import { fractionOf } from './fraction.ts';
import { honestScore, hostileScore } from './scores.ts';

/** Who has an address, in the order of the addresses' numbers. */
const KINDS = [
  'machine',
  'carrier',
  'office',
  'home',
  'oneTime',
  'hostile',
  'bad',
  'invented',
] as const;
export type AddressKind = (typeof KINDS)[number];

const DAY_MS = 86_400_000;
const BLOCK_SIZE = 256;
/** Without those of the network and the broadcast. */
const HOSTS = 254;
/** /24s that each kind may have. */
const BLOCKS_PER_KIND = 1_000_000;
/** Spreads the homes of users over all homes, whose number is prime. */
const HOME_STEP = 618_033_989;

/** Purpose of a fraction. */
const REASON = 1;

/** An IPv4 address with its number in the simulation. */
export class SimulatedAddress {
  readonly version = 4;
  readonly public = true;
  readonly number: number;
  readonly bits: number;

  constructor(number: number, bits: number) {
    this.number = number;
    this.bits = bits;
  }

  get value(): string {
    return formatIpv4(this.bits);
  }
}

/** Returns the number of an address of a simulation. */
export function numberOf(address: Address): number {
  return (address as SimulatedAddress).number;
}

/** What a simulation knows about its addresses, by their numbers from 0. */
export interface AddressBook {
  readonly count: number;
  addressOf(number: number): Address;
  /** Returns AbuseIPDB's score of an address at a time in milliseconds since the epoch. */
  scoreAt(number: number, time: number): number;
  /** Returns whether something else than its score speaks against an address. */
  hasReason(number: number, time: number): boolean;
}

/** All addresses of a stream, which are numbered kind by kind. */
export class Addresses implements AddressBook {
  readonly count: number;
  readonly #starts: readonly number[];
  /** Index of the kind of each address. */
  readonly #kinds: Uint8Array;
  readonly #start: number;
  readonly #hostilePerDay: number;

  /**
   * @param counts how many addresses of each kind there may be.
   * @param start of the simulation, in milliseconds since the epoch.
   * @param hostilePerDay hostile addresses that start each day.
   */
  constructor(counts: Readonly<Record<AddressKind, number>>, start: number, hostilePerDay: number) {
    let next = 0;
    this.#starts = KINDS.map((kind) => {
      const first = next;
      next += counts[kind];
      return first;
    });
    this.count = next;
    this.#kinds = new Uint8Array(next);
    for (const [kind, first] of this.#starts.entries()) this.#kinds.fill(kind, first);
    this.#start = start;
    this.#hostilePerDay = hostilePerDay;
  }

  /** Returns the number of the n-th address of a kind, from 0. */
  numberOf(kind: AddressKind, index: number): number {
    return (this.#starts[KINDS.indexOf(kind)] ?? 0) + index;
  }

  kindOf(number: number): AddressKind {
    return KINDS[this.#kinds[number] ?? 0] ?? 'machine';
  }

  addressOf(number: number): Address {
    return new SimulatedAddress(number, this.#bitsOf(number));
  }

  #bitsOf(number: number): number {
    const kind = this.kindOf(number);
    const [block, host] = placeOf(kind, number - this.numberOf(kind, 0));
    return ((KINDS.indexOf(kind) + 1) * BLOCKS_PER_KIND + block) * BLOCK_SIZE + host;
  }

  scoreAt(number: number, time: number): number {
    const kind = this.kindOf(number);
    switch (kind) {
      case 'machine':
        // An operator notices a machine of its own that is reported.
        return 0;
      case 'bad':
        return BAD.score;
      case 'hostile': {
        const day = Math.floor((number - this.numberOf(kind, 0)) / this.#hostilePerDay);
        return hostileScore(number, time, this.#start + day * DAY_MS);
      }
      default:
        return honestScore(number, time);
    }
  }

  hasReason(number: number, time: number): boolean {
    const kind = this.kindOf(number);
    if (kind === 'machine') return true;
    if (kind === 'bad') return BAD.hasReason;
    if (kind === 'invented') return ATTACK.hasReason;
    const score = this.scoreAt(number, time);
    const share = score < 25 ? REASONS.low : score < 75 ? REASONS.elevated : REASONS.high;
    return fractionOf(number, REASON) < share;
  }
}

/** Returns the /24 of an address among those of its kind, and its last byte. */
function placeOf(kind: AddressKind, index: number): [block: number, host: number] {
  switch (kind) {
    case 'machine':
      return split(index, HONEST.machinesPerBlock);
    case 'carrier':
      return split(index, HOSTS);
    case 'home':
      return split((index * HOME_STEP) % HONEST.homes, HOSTS);
    default:
      return [index, 1 + (index % HOSTS)];
  }
}

function split(index: number, perBlock: number): [block: number, host: number] {
  return [Math.floor(index / perBlock), 1 + (index % perBlock)];
}
