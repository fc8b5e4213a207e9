import type { TokenRequest } from '../action/request.ts';
import type { Deadline } from '../lib/deadline.ts';
import type { Address } from './address/address.ts';
import type { AddressCause, GeoCause } from './causes.ts';
import type { Place } from './geo/database.ts';
import type { ReputationSignal } from './reputation/reputation.ts';
import type { Signal } from './signal.ts';

/** The signals that a policy can use, the cheapest first: that is the order in which they are asked for. */
export const SIGNAL_NAMES = ['address', 'geo', 'reputation'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Where signals come from. Each answers with a value, whatever happens to what stands behind it. */
export interface SignalSources {
  address(request: TokenRequest): Signal<Address, AddressCause>;
  geo(address: Address): Signal<Place, GeoCause>;
  reputation(address: Address, deadline: Deadline): ReputationSignal | Promise<ReputationSignal>;
}

/** Milliseconds that each signal took, for those that were asked for. */
export type SignalTimes = { [Name in SignalName]?: number };

/**
 * The signals of one request. Each is asked for when the policy first needs it, and once. Geo and
 * reputation are those of the address, so they stay unasked when that is unknown.
 */
export class RequestSignals {
  address: Signal<Address, AddressCause> | undefined;
  geo: Signal<Place, GeoCause> | undefined;
  reputation: ReputationSignal | undefined;
  readonly times: SignalTimes = {};
  readonly #sources: SignalSources;
  readonly #request: TokenRequest;
  readonly #deadline: Deadline;

  constructor(sources: SignalSources, request: TokenRequest, deadline: Deadline) {
    this.#sources = sources;
    this.#request = request;
    this.#deadline = deadline;
  }

  /** Whether asking would change nothing: it is there, or the address behind it is unknown. */
  isSettled(name: SignalName): boolean {
    return this[name] !== undefined || this.address?.known === false;
  }

  /**
   * Asks for a signal; afterwards it is known or unknown, unless the address behind it is unknown. At
   * once, without a promise, when the signal can be had so.
   */
  resolve(name: SignalName): void | Promise<void> {
    if (this.isSettled(name)) return;
    if (this.address === undefined) {
      const start = performance.now();
      this.address = this.#sources.address(this.#request);
      this.times.address = performance.now() - start;
    }
    if (name === 'address' || !this.address.known) return;
    const start = performance.now();
    if (name === 'geo') {
      this.geo = this.#sources.geo(this.address.value);
      this.times.geo = performance.now() - start;
      return;
    }
    const found = this.#sources.reputation(this.address.value, this.#deadline);
    if (found instanceof Promise) return found.then((signal) => this.#found(signal, start));
    this.#found(found, start);
  }

  #found(signal: ReputationSignal, start: number): void {
    this.reputation = signal;
    this.times.reputation = performance.now() - start;
  }
}
