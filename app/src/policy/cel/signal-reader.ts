import type { AnonymizerField } from '../../feeds/model/feed.ts';
import type { Address } from '../../signals/address/address.ts';
import type { Anonymizer } from '../../signals/anonymizer.ts';
import { type FeedCause, MISSING_FIELD_CAUSES, type UnknownCause } from '../../signals/causes.ts';
import type { FeedAnswers } from '../../signals/feeds/feed-answers.ts';
import type { Place } from '../../signals/geo/database.ts';
import type { Network } from '../../signals/network.ts';
import type { Reputation } from '../../signals/reputation/reputation.ts';
import { EXACT_SCORE_USE, type ReputationUse } from '../../signals/reputation/score-knowledge.ts';
import {
  type RequestSignals,
  SIGNAL_NAMES,
  type SignalName,
} from '../../signals/request-signals.ts';
import type { Signal } from '../../signals/signal.ts';
import { ownerOfMissingField } from './library/errors.ts';
import { PARTIAL_TYPES } from './signal-variables.ts';
import { UnknownParts, type UnknownRead } from './unknown-parts.ts';

/**
 * Thrown when a condition reads a signal that has no value. CEL's `&&` and `||` discard it if the other
 * operand decides, so a signal is fetched only if the condition cannot be decided without it. A single
 * object, because a stack trace for each throw would cost more than the condition.
 */
export const SIGNAL_UNAVAILABLE = new Error('the signal has no value');

/** The part of `RequestSignals` that conditions read: the signals of a decision record can take its place. */
export type ReadableSignals = Pick<
  RequestSignals,
  | Exclude<SignalName, 'feeds'>
  | 'isSettled'
  | 'needsNoCheck'
  | 'findProvenScore'
  | 'checkedScore'
  | 'isScoreInherited'
> & { readonly feeds: Signal<FeedReader, FeedCause> | undefined };

type FeedReader = Pick<FeedAnswers, 'ask'>;

/** Reads the signals of one request for CEL, and records which of them an evaluation could not read. */
export class SignalReader implements Readonly<Record<SignalName, () => unknown>> {
  /** Read before they were fetched. */
  readonly #pending = new Set<SignalName>();
  /** Fetched, but unknown. */
  readonly #unknown = new Set<SignalName>();
  /** Known, but without a field that was read: a country database has no cities. */
  readonly #incomplete = new Set<SignalName>();
  readonly #unknownParts = new UnknownParts();
  readonly #signals: ReadableSignals;
  #unknownAsAbsent = false;
  #reputationUse = EXACT_SCORE_USE;

  constructor(signals: ReadableSignals) {
    this.#signals = signals;
  }

  /** Clears the record before a new evaluation, of an expression that uses the reputation as given. */
  reset(reputationUse: ReputationUse = EXACT_SCORE_USE): void {
    this.#reputationUse = reputationUse;
    // V8 allocates a new table to clear a set, and these sets are nearly always empty.
    if (this.#pending.size > 0) this.#pending.clear();
    if (this.#unknown.size > 0) this.#unknown.clear();
    if (this.#incomplete.size > 0) this.#incomplete.clear();
    this.#unknownParts.clear();
  }

  /** Returns whether reading a signal as given would fail until it is fetched. */
  isPending(name: SignalName, reputationUse: ReputationUse): boolean {
    return !this.#signals.isSettled(name) && this.isNeeded(name, reputationUse);
  }

  /** Returns whether an expression needs a signal that it reads: a list can make a CHECK needless. */
  isNeeded(name: SignalName, reputationUse: ReputationUse): boolean {
    return name !== 'reputation' || !this.#signals.needsNoCheck(reputationUse);
  }

  /** The signal to fetch before the evaluation is repeated: the cheapest one that was read too early. */
  get pendingSignal(): SignalName | undefined {
    return this.#pending.size === 0
      ? undefined
      : SIGNAL_NAMES.find((name) => this.#pending.has(name));
  }

  get readUnknown(): boolean {
    return this.#unknown.size > 0 || this.#unknownParts.size > 0;
  }

  /**
   * The signals that were read and are unknown, or lack a field that was read. A signal can have several causes: one
   * feed is absent, another expired.
   */
  unknownSignals(): UnknownRead[] {
    return SIGNAL_NAMES.flatMap((signal) => {
      const parts = this.#unknownParts.of(signal);
      if (parts.length > 0) return parts;
      const isUnknown = this.#unknown.has(signal) || this.#incomplete.has(signal);
      return isUnknown ? [{ signal, cause: this.#causeOf(signal) }] : [];
    });
  }

  /** The signals of which single parts were read and are unknown. */
  unknownParts(): UnknownRead[] {
    return this.#unknownParts.all();
  }

  /**
   * Evaluates with unknown signals read as signals without fields: `has(geo.country)` is then false, and
   * reading the field is still an error.
   */
  withUnknownAsAbsent<T>(evaluate: () => T): T {
    this.#unknownAsAbsent = true;
    try {
      return evaluate();
    } finally {
      this.#unknownAsAbsent = false;
    }
  }

  /** Returns `undefined` only within `withUnknownAsAbsent`, as do the other signals. */
  address(): Address | undefined {
    const address = this.#signals.address;
    if (address === undefined) return this.#fail(this.#pending, 'address');
    return address.known ? address.value : this.#failUnknown('address');
  }

  geo(): Place | undefined {
    if (this.address() === undefined) return undefined;
    const geo = this.#signals.geo;
    if (geo === undefined) return this.#fail(this.#pending, 'geo');
    return geo.known ? geo.value : this.#failUnknown('geo');
  }

  network(): Network | undefined {
    if (this.address() === undefined) return undefined;
    const network = this.#signals.network;
    if (network === undefined) return this.#fail(this.#pending, 'network');
    return network.known ? network.value : this.#failUnknown('network');
  }

  anonymizer(): Anonymizer | undefined {
    if (this.address() === undefined) return undefined;
    const anonymizer = this.#signals.anonymizer;
    if (anonymizer === undefined) return this.#fail(this.#pending, 'anonymizer');
    return anonymizer.known ? anonymizer.value : this.#failUnknown('anonymizer');
  }

  /** Returns a field of `anonymizer`. One that no source knows is read as an unknown signal. */
  anonymizerField(name: AnonymizerField): boolean | undefined {
    const answer = this.anonymizer()?.[name];
    if (answer === undefined || typeof answer === 'boolean') return answer;
    this.#unknownParts.add('anonymizer', answer);
    if (!this.#unknownAsAbsent) throw SIGNAL_UNAVAILABLE;
    return undefined;
  }

  feeds(): FeedReader | undefined {
    if (this.address() === undefined) return undefined;
    const feeds = this.#signals.feeds;
    if (feeds === undefined) return this.#fail(this.#pending, 'feeds');
    return feeds.known ? feeds.value : this.#failUnknown('feeds');
  }

  /**
   * Returns whether a feed contains the address or its network.
   *
   * @throws SIGNAL_UNAVAILABLE, even within `withUnknownAsAbsent`, if that is unknown.
   */
  isOnFeed(id: string): boolean {
    const answer = this.feeds()?.ask(id, () => this.#readAsn());
    if (typeof answer === 'boolean') return answer;
    if (answer !== undefined) this.#unknownParts.add('feeds', answer);
    throw SIGNAL_UNAVAILABLE;
  }

  #readAsn(): number {
    const network = this.network();
    const asn = network && this.field('network', network.asn);
    if (asn === undefined) throw SIGNAL_UNAVAILABLE;
    return asn;
  }

  reputation(): Reputation | undefined {
    if (this.address() === undefined) return undefined;
    const reputation = this.#signals.reputation;
    if (reputation === undefined) return this.#fail(this.#pending, 'reputation');
    return reputation.known ? reputation.value : this.#failUnknown('reputation');
  }

  /** Returns the score of the address: the one that a list proves, or that of the last CHECK. */
  score(): number | undefined {
    if (this.address() === undefined) return undefined;
    const proven = this.#signals.findProvenScore(this.#reputationUse);
    if (proven !== undefined) return proven;
    return this.reputation() && this.#signals.checkedScore;
  }

  /** Returns whether the score is that of another address in the client's /64. */
  isScoreInherited(): boolean | undefined {
    return this.reputation() && this.#signals.isScoreInherited;
  }

  /** Returns a field of a known signal, and records the signal as incomplete if it lacks the field. */
  field<T>(name: SignalName, value: T | undefined): T | undefined {
    if (value === undefined) this.#incomplete.add(name);
    return value;
  }

  /**
   * Returns whether an evaluation failed because a signal or one of its fields has no value. Checks the error
   * itself, because a field that `has` found absent is also recorded.
   */
  caused(error: unknown): boolean {
    return error === SIGNAL_UNAVAILABLE || (this.#incomplete.size > 0 && isFieldMissing(error));
  }

  #causeOf(name: SignalName): UnknownCause {
    const signal = this.#signals[name];
    return signal?.known === false ? signal.cause : MISSING_FIELD_CAUSES[name];
  }

  #failUnknown(name: SignalName): undefined {
    if (!this.#unknownAsAbsent) this.#fail(this.#unknown, name);
    this.#unknown.add(name);
    return undefined;
  }

  #fail(set: Set<SignalName>, name: SignalName): never {
    set.add(name);
    throw SIGNAL_UNAVAILABLE;
  }
}

/**
 * Returns whether an error only says that a signal or one of its fields has no value. With a value, the part
 * of the condition that threw it could be true or false, so any other error takes precedence.
 */
export function isSignalUnavailable(error: unknown): boolean {
  return error === SIGNAL_UNAVAILABLE || isFieldMissing(error);
}

/** Returns whether CEL read a field that a known signal lacks, also through a `cel.bind` variable. */
function isFieldMissing(error: unknown): boolean {
  const type = ownerOfMissingField(error);
  return type !== undefined && PARTIAL_TYPES.has(type);
}
