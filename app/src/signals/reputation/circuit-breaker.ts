import { notify } from '../../lib/notify.ts';

/** A change worth a log line: calls stop, for a cause and until a time, or go on. */
export type BreakerChange<Cause extends string> =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly cause: Cause; readonly until: number };

/** Leave for one call. Its holder must say how the call went, or a probe would never end. */
export interface Permit<Cause extends string> {
  succeeded(): void;
  failed(cause: Cause): void;
}

export type Acquisition<Cause extends string> =
  | { readonly allowed: true; readonly permit: Permit<Cause> }
  | { readonly allowed: false; readonly cause: Cause };

export interface BreakerOptions<Cause extends string> {
  readonly now: () => number;
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds of the first opening; each failed probe doubles them. */
  readonly pause: number;
  /** Milliseconds that no opening exceeds. */
  readonly maxPause: number;
  readonly onState?: ((change: BreakerChange<Cause>) => void) | undefined;
}

type State<Cause extends string> =
  | { readonly kind: 'closed'; readonly failures: number }
  | {
      readonly kind: 'open' | 'probing';
      readonly cause: Cause;
      readonly since: number;
      readonly until: number;
      /** Milliseconds of this opening; 0 when it was held open. */
      readonly pause: number;
    };

/**
 * Stops calls to something that fails: after some failures in a row, or for a time that it named
 * itself (`hold`). When the time is over one call at a time probes, and its success closes it.
 */
export class CircuitBreaker<Cause extends string> {
  readonly #options: BreakerOptions<Cause>;
  #state: State<Cause> = { kind: 'closed', failures: 0 };
  /** Counts the changes of state: a call begun before the last one has no say any more. */
  #generation = 0;

  constructor(options: BreakerOptions<Cause>) {
    this.#options = options;
  }

  /** Asks for leave to make one call. */
  tryAcquire(): Acquisition<Cause> {
    const state = this.#state;
    if (state.kind === 'closed') return { allowed: true, permit: this.#permit() };
    const now = this.#options.now();
    // Before `since` the clock was set back: waiting for `until` could then take hours.
    const over = now >= state.until || now < state.since;
    if (state.kind === 'probing' || !over) return { allowed: false, cause: state.cause };
    this.#transition({ ...state, kind: 'probing' });
    return { allowed: true, permit: this.#permit() };
  }

  /** Stops calls until a time (milliseconds since the epoch), unless they are held for longer already. */
  forceOpen(cause: Cause, until: number): void {
    const state = this.#state;
    if (state.kind === 'open' && state.pause === 0 && state.until >= until) return;
    this.#open(cause, until, 0);
  }

  /** Ends a `hold`. What was opened by failures stays as it is. */
  release(): void {
    if (this.#state.kind !== 'closed' && this.#state.pause === 0) this.#close();
  }

  #permit(): Permit<Cause> {
    const era = this.#generation;
    return {
      succeeded: () => {
        if (era === this.#generation) this.#succeeded();
      },
      failed: (cause) => {
        if (era === this.#generation) this.#failed(cause);
      },
    };
  }

  #succeeded(): void {
    if (this.#state.kind === 'closed') this.#state = { kind: 'closed', failures: 0 };
    else this.#close();
  }

  #failed(cause: Cause): void {
    const state = this.#state;
    const { failures, pause, maxPause, now } = this.#options;
    if (state.kind === 'closed' && state.failures + 1 < failures) {
      this.#state = { kind: 'closed', failures: state.failures + 1 };
      return;
    }
    const last = state.kind === 'closed' ? 0 : state.pause;
    const next = last === 0 ? pause : Math.min(2 * last, maxPause);
    this.#open(cause, now() + next, next);
  }

  #open(cause: Cause, until: number, pause: number): void {
    this.#transition({ kind: 'open', cause, since: this.#options.now(), until, pause });
    notify(this.#options.onState, { state: 'open', cause, until });
  }

  #close(): void {
    this.#transition({ kind: 'closed', failures: 0 });
    notify(this.#options.onState, { state: 'closed' });
  }

  #transition(state: State<Cause>): void {
    this.#state = state;
    this.#generation += 1;
  }
}
