import type { Acquisition, CircuitBreaker, Permit } from '../circuit-breaker.ts';
import type { Caller } from './caller.ts';

/**
 * Subjects whose checks must fail one after another before the circuit counts as open for everybody: fewer may have
 * chosen addresses whose checks fail.
 */
const SUBJECTS_FOR_ALL = 3;

/**
 * A circuit breaker that one caller cannot open for others. The failures of few subjects open it, so that a dependency
 * that is down is spared; but other subjects then probe it, and their success closes it.
 */
export class BlamingBreaker<Cause extends string> {
  readonly #breaker: CircuitBreaker<Cause>;
  /** The subjects of the failures since the last success. At most `SUBJECTS_FOR_ALL`. */
  readonly #failed = new Set<string>();
  #isProbing = false;

  constructor(breaker: CircuitBreaker<Cause>) {
    this.#breaker = breaker;
  }

  /** Returns a permit for one call, or the cause for which calls of this caller are stopped. */
  tryAcquire(caller: Caller | undefined): Acquisition<Cause> {
    const subject = caller?.subject;
    const acquisition = this.#breaker.tryAcquire();
    if (acquisition.allowed) {
      return { allowed: true, permit: this.#permit(subject, acquisition.permit) };
    }
    if (!this.#mayProbe(subject)) return acquisition;
    this.#isProbing = true;
    return { allowed: true, permit: this.#probe(subject) };
  }

  #mayProbe(subject: string | undefined): subject is string {
    const isForAll = this.#breaker.isForcedOpen || this.#failed.size >= SUBJECTS_FOR_ALL;
    return subject !== undefined && !isForAll && !this.#isProbing && !this.#failed.has(subject);
  }

  #permit(subject: string | undefined, permit: Permit<Cause>): Permit<Cause> {
    return {
      succeeded: () => {
        this.#failed.clear();
        permit.succeeded();
      },
      failed: (cause) => {
        this.#blame(subject);
        permit.failed(cause);
      },
    };
  }

  #probe(subject: string): Permit<Cause> {
    return {
      succeeded: () => {
        this.#isProbing = false;
        this.#failed.clear();
        this.#breaker.endOpen();
      },
      failed: () => {
        this.#isProbing = false;
        this.#blame(subject);
      },
    };
  }

  #blame(subject: string | undefined): void {
    if (subject !== undefined && this.#failed.size < SUBJECTS_FOR_ALL) this.#failed.add(subject);
  }
}
