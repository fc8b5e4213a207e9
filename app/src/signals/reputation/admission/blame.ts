import type { Acquisition, CircuitBreaker, Permit } from '../circuit-breaker.ts';
import type { Caller } from './caller.ts';

/**
 * Subjects of a client whose checks must fail before an open circuit stops the whole client, and clients for it to stop
 * everybody. Fewer may have chosen addresses whose checks fail.
 */
const SUBJECTS_OF_CLIENT = 3;
const CLIENTS_FOR_ALL = 3;

/**
 * A circuit breaker that one caller cannot open for others. An open circuit stops the callers whose checks have failed
 * since the last success. Others still call, until enough of them have failed too; the success of one closes the
 * circuit.
 */
export class BlamingBreaker<Cause extends string> {
  readonly #breaker: CircuitBreaker<Cause>;
  /** The subjects of failures since the last success, by client. At most three of each of three clients. */
  readonly #failed = new Map<string, Set<string>>();

  constructor(breaker: CircuitBreaker<Cause>) {
    this.#breaker = breaker;
  }

  /** The cause for which the circuit is forced open, which stops everybody. */
  get forcedStopCause(): Cause | undefined {
    return this.#breaker.isForcedOpen ? this.#breaker.stopCause : undefined;
  }

  /** Returns a permit for one call, or the cause for which calls of this caller are stopped. */
  tryAcquire(caller: Caller | undefined): Acquisition<Cause> {
    const acquisition = this.#breaker.tryAcquire();
    if (acquisition.allowed) {
      if (this.#breaker.isHalfOpen) this.#prepareProbe(caller);
      return { allowed: true, permit: this.#permit(caller, acquisition.permit) };
    }
    const isStopped =
      caller === undefined || this.#breaker.isForcedOpen || this.#hasFailedFor(caller);
    return isStopped ? acquisition : { allowed: true, permit: this.#permit(caller) };
  }

  #hasFailedFor({ client, subject }: Caller): boolean {
    if (this.#failed.size >= CLIENTS_FOR_ALL) return true;
    const subjects = this.#failed.get(client);
    if (subjects === undefined) return false;
    return subjects.size >= SUBJECTS_OF_CLIENT || subjects.has(subject);
  }

  /** Lets others call as well if the probe is of a caller whose failure would prove nothing new. */
  #prepareProbe(caller: Caller | undefined): void {
    if (caller === undefined || !this.#failed.get(caller.client)?.has(caller.subject)) return;
    this.#failed.clear();
    this.#blame(caller);
  }

  /** @param permit of the circuit breaker; none for a call that it has not allowed. */
  #permit(caller: Caller | undefined, permit?: Permit<Cause>): Permit<Cause> {
    return {
      succeeded: () => {
        this.#failed.clear();
        if (permit === undefined) this.#breaker.endOpen();
        else permit.succeeded();
      },
      failed: (cause) => {
        this.#blame(caller);
        permit?.failed(cause);
      },
    };
  }

  #blame(caller: Caller | undefined): void {
    if (caller === undefined || this.#hasFailedFor(caller)) return;
    const { client, subject } = caller;
    this.#failed.set(client, (this.#failed.get(client) ?? new Set()).add(subject));
  }
}
