import { UNKNOWN_CAUSES, type UnknownCause } from '../../signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../../signals/request-signals.ts';

/** A signal that an evaluation read, and why it has no value. */
export interface UnknownRead {
  readonly signal: SignalName;
  readonly cause: UnknownCause;
}

/** Parts of known signals (a feed, a kind of anonymizer) that an evaluation read and that are unknown. */
export class UnknownParts {
  readonly #causes = new Map<SignalName, Set<UnknownCause>>();

  get size(): number {
    return this.#causes.size;
  }

  /** Removes all. */
  clear(): void {
    // V8 allocates a new table to clear a map, and this one is nearly always empty.
    if (this.#causes.size > 0) this.#causes.clear();
  }

  add(signal: SignalName, cause: UnknownCause): void {
    const causes = this.#causes.get(signal);
    if (causes === undefined) this.#causes.set(signal, new Set([cause]));
    else causes.add(cause);
  }

  /** Returns each cause of a signal once, in the order of `UNKNOWN_CAUSES`. */
  of(signal: SignalName): UnknownRead[] {
    const causes = this.#causes.get(signal);
    if (causes === undefined) return [];
    return UNKNOWN_CAUSES[signal].flatMap((cause) => (causes.has(cause) ? { signal, cause } : []));
  }

  all(): UnknownRead[] {
    return this.#causes.size === 0 ? [] : SIGNAL_NAMES.flatMap((signal) => this.of(signal));
  }
}
