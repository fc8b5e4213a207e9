import type { Address } from '../../signals/address/address.ts';
import type { Place } from '../../signals/geo/database.ts';
import type { Reputation } from '../../signals/reputation/reputation.ts';
import type { RequestSignals, SignalName } from '../../signals/request-signals.ts';

/**
 * Thrown where a condition reads a signal that is not there. CEL's `&&` and `||` swallow it when the
 * other side decides, so a lookup is made only if the condition cannot be decided without it. One
 * object for all: a stack trace for each would cost more than the condition.
 */
export const SIGNAL_MISSING = new Error('a signal is not known');

/** Which signals one evaluation of a condition asked for and did not get. */
export class SignalUse {
  /** Not asked for yet. */
  readonly pending = new Set<SignalName>();
  /** Asked for, and unknown. */
  readonly unknown = new Set<SignalName>();
  /** Known, but without a field that the condition reads: a country database has no city. */
  readonly incomplete = new Set<SignalName>();
  readonly #signals: RequestSignals;
  #unknownAsAbsent = false;

  constructor(signals: RequestSignals) {
    this.#signals = signals;
  }

  begin(): void {
    // Nearly always they are empty, and a set that is cleared is made anew inside.
    if (this.pending.size > 0) this.pending.clear();
    if (this.unknown.size > 0) this.unknown.clear();
    if (this.incomplete.size > 0) this.incomplete.clear();
  }

  /**
   * Evaluates something with signals that are unknown as signals without fields: `has(geo.country)` is false
   * then, and reading the field is an error all the same.
   */
  withUnknownAsAbsent<T>(evaluate: () => T): T {
    this.#unknownAsAbsent = true;
    try {
      return evaluate();
    } finally {
      this.#unknownAsAbsent = false;
    }
  }

  /** `undefined` only within `withUnknownAsAbsent`, as for the other signals. */
  address(): Address | undefined {
    const address = this.#signals.address;
    if (address === undefined) return this.#miss(this.pending, 'address');
    return address.known ? address.value : this.#missUnknown('address');
  }

  geo(): Place | undefined {
    if (this.address() === undefined) return undefined;
    const geo = this.#signals.geo;
    if (geo === undefined) return this.#miss(this.pending, 'geo');
    return geo.known ? geo.value : this.#missUnknown('geo');
  }

  reputation(): Reputation | undefined {
    if (this.address() === undefined) return undefined;
    const reputation = this.#signals.reputation;
    if (reputation === undefined) return this.#miss(this.pending, 'reputation');
    return reputation.known ? reputation.value : this.#missUnknown('reputation');
  }

  /** A field of a signal, noted when the signal lacks it: reading it is then an error to CEL. */
  field<T>(name: SignalName, value: T | undefined): T | undefined {
    if (value === undefined) this.incomplete.add(name);
    return value;
  }

  /**
   * Whether an evaluation failed for want of a signal or of its field. A field that `has` found absent
   * is noted as well, and what fails then is something else.
   */
  caused(error: unknown): boolean {
    return error === SIGNAL_MISSING || (this.incomplete.size > 0 && isFieldMissing(error));
  }

  #missUnknown(name: SignalName): undefined {
    if (!this.#unknownAsAbsent) this.#miss(this.unknown, name);
    this.unknown.add(name);
    return undefined;
  }

  #miss(set: Set<SignalName>, name: SignalName): never {
    set.add(name);
    throw SIGNAL_MISSING;
  }
}

/**
 * Whether an error says no more than that a signal or its field is not there. Such a part of a condition may
 * still come out either way, so an error of another kind counts more.
 */
export function isMissingSignal(error: unknown): boolean {
  return error === SIGNAL_MISSING || isFieldMissing(error);
}

/** Whether CEL read a field of `geo` or `abuse`, under whatever name, and there was none. */
function isFieldMissing(error: unknown): boolean {
  const { code, node } = (error ?? {}) as {
    code?: string;
    node?: { args?: readonly { checkedType?: { name?: string } }[] };
  };
  const type = node?.args?.[0]?.checkedType?.name;
  return code === 'no_such_key' && (type === 'Geo' || type === 'Abuse');
}
