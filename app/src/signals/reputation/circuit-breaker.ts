import { notify } from '../../lib/hooks.ts';

/** A change worth a log line: calls stop, for a cause and until a time, or resume. */
export type CircuitChange<Cause extends string> =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly cause: Cause; readonly until: number };

/** Permission for one call. The caller must report the result, or a half-open circuit would stay half-open. */
export interface Permit<Cause extends string> {
  succeeded(): void;
  failed(cause: Cause): void;
}

export type Acquisition<Cause extends string> =
  | { readonly allowed: true; readonly permit: Permit<Cause> }
  | { readonly allowed: false; readonly cause: Cause };

export interface CircuitBreakerOptions<Cause extends string> {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Consecutive failures that open the circuit. */
  readonly failureThreshold: number;
  /** Milliseconds for which the circuit opens first; each failed probe doubles them. */
  readonly openMs: number;
  /** Limit of that doubling, in milliseconds. */
  readonly maxOpenMs: number;
  readonly onChange?: ((change: CircuitChange<Cause>) => void) | undefined;
}

type State<Cause extends string> =
  | { readonly kind: 'closed'; readonly failures: number }
  | {
      readonly kind: 'open' | 'halfOpen';
      readonly cause: Cause;
      readonly since: number;
      readonly until: number;
      /** Milliseconds for which failures opened the circuit; 0 when it was forced open. */
      readonly openMs: number;
    };

/**
 * A circuit breaker. Consecutive failures open the circuit, or the caller forces it open until a time that
 * the dependency has stated (`forceOpen`). After that time the circuit is half-open: one call at a time
 * probes the dependency, and its success closes the circuit.
 */
export class CircuitBreaker<Cause extends string> {
  readonly #options: CircuitBreakerOptions<Cause>;
  #state: State<Cause> = { kind: 'closed', failures: 0 };
  /** Incremented with each transition: the result of a call that began before it is ignored. */
  #generation = 0;

  constructor(options: CircuitBreakerOptions<Cause>) {
    this.#options = options;
  }

  /** The cause for which calls are stopped; undefined if one is allowed now. Unlike `tryAcquire`, it starts no probe. */
  get stopCause(): Cause | undefined {
    const state = this.#state;
    if (state.kind === 'closed') return undefined;
    const now = this.#options.now();
    // If now is before `since` the clock was set back, and waiting for `until` could take hours.
    const isOver = now >= state.until || now < state.since;
    return state.kind === 'halfOpen' || !isOver ? state.cause : undefined;
  }

  /** Returns a permit for one call, or the cause for which calls are stopped. */
  tryAcquire(): Acquisition<Cause> {
    const cause = this.stopCause;
    if (cause !== undefined) return { allowed: false, cause };
    if (this.#state.kind !== 'closed') this.#transition({ ...this.#state, kind: 'halfOpen' });
    return { allowed: true, permit: this.#permit() };
  }

  /** Opens the circuit until a time (milliseconds since the epoch), unless it is forced open for longer. */
  forceOpen(cause: Cause, until: number): void {
    const state = this.#state;
    if (state.kind === 'open' && state.openMs === 0 && state.until >= until) return;
    this.#open(cause, until, 0);
  }

  /** Whether the circuit was forced open, and not by failures. */
  get isForcedOpen(): boolean {
    return this.#state.kind !== 'closed' && this.#state.openMs === 0;
  }

  /** Whether one call probes the dependency. */
  get isHalfOpen(): boolean {
    return this.#state.kind === 'halfOpen';
  }

  /** Closes a circuit that failures opened. One that was forced open stays open. */
  endOpen(): void {
    if (this.#state.kind !== 'closed' && this.#state.openMs > 0) this.#close();
  }

  /** Closes a circuit that was forced open. One that failures opened stays open. */
  endForcedOpen(): void {
    if (this.isForcedOpen) this.#close();
  }

  #permit(): Permit<Cause> {
    const generation = this.#generation;
    return {
      succeeded: () => {
        if (generation === this.#generation) this.#succeeded();
      },
      failed: (cause) => {
        if (generation === this.#generation) this.#failed(cause);
      },
    };
  }

  #succeeded(): void {
    if (this.#state.kind === 'closed') this.#state = { kind: 'closed', failures: 0 };
    else this.#close();
  }

  #failed(cause: Cause): void {
    const state = this.#state;
    const { failureThreshold, openMs, maxOpenMs, now } = this.#options;
    if (state.kind === 'closed' && state.failures + 1 < failureThreshold) {
      this.#state = { kind: 'closed', failures: state.failures + 1 };
      return;
    }
    const lastMs = state.kind === 'closed' ? 0 : state.openMs;
    const nextMs = lastMs === 0 ? openMs : Math.min(2 * lastMs, maxOpenMs);
    this.#open(cause, now() + nextMs, nextMs);
  }

  #open(cause: Cause, until: number, openMs: number): void {
    this.#transition({ kind: 'open', cause, since: this.#options.now(), until, openMs });
    notify(this.#options.onChange, { state: 'open', cause, until });
  }

  #close(): void {
    this.#transition({ kind: 'closed', failures: 0 });
    notify(this.#options.onChange, { state: 'closed' });
  }

  #transition(state: State<Cause>): void {
    this.#state = state;
    this.#generation += 1;
  }
}
