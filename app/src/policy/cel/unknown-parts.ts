import { UNKNOWN_CAUSES, type UnknownCause } from '../../signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../../signals/request-signals.ts';

/** A signal that an evaluation read, and why it has no value. */
export interface UnknownRead {
  readonly signal: SignalName;
  readonly cause: UnknownCause;
}

/** Parts of known signals (a feed, a kind of anonymizer) that an evaluation read and that are unknown. */
export class UnknownParts {
  /** Created at the first unknown part, which most requests never read. */
  #causes: Map<SignalName, Set<UnknownCause>> | undefined;

  get size(): number {
    return this.#causes?.size ?? 0;
  }

  /** Removes all. */
  clear(): void {
    this.#causes = undefined;
  }

  add(signal: SignalName, cause: UnknownCause): void {
    this.#causes ??= new Map();
    const causes = this.#causes.get(signal);
    if (causes === undefined) this.#causes.set(signal, new Set([cause]));
    else causes.add(cause);
  }

  /** Returns each cause of a signal once, in the order of `UNKNOWN_CAUSES`. */
  of(signal: SignalName): UnknownRead[] {
    const causes = this.#causes?.get(signal);
    if (causes === undefined) return [];
    return UNKNOWN_CAUSES[signal].flatMap((cause) => (causes.has(cause) ? { signal, cause } : []));
  }

  all(): UnknownRead[] {
    return this.#causes === undefined ? [] : SIGNAL_NAMES.flatMap((signal) => this.of(signal));
  }
}
