import { type AddressBook, SimulatedAddress } from './addresses.ts';

/** An address of a hand-made simulation. */
export interface HandMade {
  /** Score from some time on, in milliseconds since the epoch, the earliest first. */
  readonly scores: readonly (readonly [since: number, score: number])[];
  readonly hasReason?: boolean;
  /** @default a /24 of its own */
  readonly bits?: number;
}

const FIRST_BITS = 0x0500_0001;

/** Returns the address book of a hand-made simulation. A number is an address whose score never changes. */
export function addressesOf(addresses: readonly (HandMade | number)[]): AddressBook {
  const find = (number: number): HandMade => {
    const address = addresses[number] ?? 0;
    return typeof address === 'number' ? { scores: [[0, address]] } : address;
  };
  return {
    count: addresses.length,
    addressOf: (number) =>
      new SimulatedAddress(number, find(number).bits ?? FIRST_BITS + 256 * number),
    scoreAt: (number, time) => find(number).scores.findLast(([since]) => since <= time)?.[1] ?? 0,
    hasReason: (number) => find(number).hasReason ?? false,
  };
}
