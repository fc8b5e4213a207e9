import type { TokenRequest } from '../action/request.ts';
import type { Deadline } from '../lib/deadline.ts';
import type { Address } from './address/address.ts';
import type { AddressCause, GeoCause } from './causes.ts';
import type { Place } from './geo/database.ts';
import type { ReputationSignal } from './reputation/reputation.ts';
import type { Signal } from './signal.ts';

/** The signals that a policy can use, in the order in which they are resolved: the cheapest first. */
export const SIGNAL_NAMES = ['address', 'geo', 'reputation'] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Sources of the signals. They return a value even if their dependency fails. */
export interface SignalSources {
  address(request: TokenRequest): Signal<Address, AddressCause>;
  geo(address: Address): Signal<Place, GeoCause>;
  reputation(address: Address, deadline: Deadline): ReputationSignal | Promise<ReputationSignal>;
}

/** Milliseconds that each resolved signal took. */
export type SignalTimes = { [Name in SignalName]?: number };

/**
 * The signals of one request. Each is resolved once, when the policy first needs it
 * (docs/decisions/0013-lazy-signals.md). The other signals depend on the address: if it is unknown, they are not
 * resolved.
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

  /** Returns whether `resolve` would have no effect: the signal is resolved, or the address is unknown. */
  isSettled(name: SignalName): boolean {
    return this[name] !== undefined || this.address?.known === false;
  }

  /**
   * Resolves a signal, and the address that it depends on. Returns no promise if the signal is available
   * synchronously.
   */
  resolve(name: SignalName): void | Promise<void> {
    if (this.isSettled(name)) return;
    if (this.address === undefined) {
      const start = performance.now();
      this.address = this.#sources.address(this.#request);
      this.times.address = performance.now() - start;
    }
    if (name === 'address' || !this.address.known) return;
    switch (name) {
      case 'geo':
        return this.#resolveGeo(this.address.value);
      case 'reputation':
        return this.#resolveReputation(this.address.value);
      default:
        // Otherwise the evaluation would never end.
        throw new Error(`The signal ${name satisfies never} is not resolved.`);
    }
  }

  #resolveGeo(address: Address): void {
    const start = performance.now();
    this.geo = this.#sources.geo(address);
    this.times.geo = performance.now() - start;
  }

  #resolveReputation(address: Address): void | Promise<void> {
    const start = performance.now();
    const reputation = this.#sources.reputation(address, this.#deadline);
    if (reputation instanceof Promise) {
      return reputation.then((signal) => this.#setReputation(signal, start));
    }
    this.#setReputation(reputation, start);
  }

  #setReputation(signal: ReputationSignal, start: number): void {
    this.reputation = signal;
    this.times.reputation = performance.now() - start;
  }
}
