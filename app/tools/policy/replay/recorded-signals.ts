import type { ReadableSignals } from '../../../src/policy/cel/signal-reader.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import type { Anonymizer } from '../../../src/signals/anonymizer.ts';
import {
  MISSING_FIELD_CAUSES,
  type NonPublicCause,
  UNKNOWN_CAUSES,
  type UnknownCause,
} from '../../../src/signals/causes.ts';
import type { FeedAnswer } from '../../../src/signals/feeds/feed-answers.ts';
import type { Place } from '../../../src/signals/geo/place.ts';
import type { Network } from '../../../src/signals/network.ts';
import type { AbuseRecord, ReputationSignal } from '../../../src/signals/reputation/reputation.ts';
import {
  type ReputationUse,
  servesScore,
  servesUse,
} from '../../../src/signals/reputation/score-knowledge.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';
import { known, unknown } from '../../../src/signals/signal.ts';
import { type DecisionLine, type Fields, wholeText } from './decision-line.ts';
import type { MissingParts } from './missing-parts.ts';
import { PartialAddress, recordedAddress } from './recorded-address.ts';

const HOUR_SECONDS = 3600;
const SECOND_MS = 1000;

/**
 * The signals of a decision record. They are as the decision saw them, and are never fetched: reading one that the
 * decision did not need, or a field that records lack, ends the evaluation.
 */
export class RecordedSignals implements ReadableSignals {
  readonly #line: DecisionLine;
  readonly #signals: Readonly<Record<string, Fields | undefined>>;
  readonly #missing: MissingParts;
  #address: ReadableSignals['address'];

  constructor(line: DecisionLine, missing: MissingParts) {
    this.#line = line;
    this.#signals = line.signals ?? {};
    this.#missing = missing;
  }

  isSettled(): boolean {
    return true;
  }

  /** Returns whether a signal was fetched. */
  has(name: SignalName): boolean {
    return this.#signals[name] !== undefined;
  }

  /** Returns the cause of a signal that was unknown. */
  causeOf(name: SignalName): UnknownCause | undefined {
    if (name === 'feeds') return undefined;
    const fields = this.#signals[name];
    if (fields === undefined || typeof fields.cause !== 'string') return undefined;
    const isKnown = name === 'reputation' && isScored(fields);
    return isKnown ? undefined : (fields.cause as UnknownCause);
  }

  /**
   * Returns the causes for which a signal, or a part of it, may have been unknown to a condition.
   *
   * @param fields that the condition reads, or feeds that it asks; undefined if it may read any.
   */
  possibleCauses(name: SignalName, fields: readonly string[] | undefined): readonly UnknownCause[] {
    const cause = this.causeOf(name);
    if (cause !== undefined) return [cause];
    const recorded = this.#signals[name];
    if (recorded === undefined) {
      const nonPublic = DEPENDENT_SIGNALS.has(name) ? this.#nonPublic() : undefined;
      return nonPublic === undefined ? UNKNOWN_CAUSES[name] : [nonPublic.cause];
    }
    switch (name) {
      case 'address':
        return [];
      case 'anonymizer':
      case 'feeds':
        return causesOfParts(name, recorded, fields);
      default: {
        const isRecorded = (field: string) =>
          ALWAYS_PRESENT.has(field) || Object.hasOwn(recorded, field);
        if (name === 'reputation' && isProven(recorded)) return UNKNOWN_CAUSES.reputation;
        return fields?.every(isRecorded) === true ? [] : [MISSING_FIELD_CAUSES[name]];
      }
    }
  }

  get address(): ReadableSignals['address'] {
    if (this.#address !== undefined) return this.#address;
    const fields = this.#signals.address;
    if (fields === undefined) return this.#missing.fail('address');
    this.#address =
      typeof fields.cause === 'string'
        ? unknown(fields.cause as never)
        : known(toAddress(recordedAddress(this.#line, fields, this.#missing)));
    return this.#address;
  }

  get geo(): ReadableSignals['geo'] {
    const fields = this.#signals.geo;
    if (fields === undefined) return this.#nonPublic() ?? this.#missing.fail('geo');
    if (typeof fields.cause === 'string') return unknown(fields.cause as never);
    return known<Place>(new RecordedPlace(fields, this.#missing));
  }

  get network(): ReadableSignals['network'] {
    const fields = this.#signals.network;
    if (fields === undefined) {
      return this.#nonPublic() ?? this.#missing.fail('network');
    }
    if (typeof fields.cause === 'string') return unknown(fields.cause as never);
    return known(new RecordedNetwork(fields, this.#missing) as Network);
  }

  get anonymizer(): ReadableSignals['anonymizer'] {
    const fields = this.#signals.anonymizer;
    if (fields === undefined) {
      return this.#nonPublic() ?? this.#missing.fail('anonymizer');
    }
    if (typeof fields.cause === 'string') return unknown(fields.cause as never);
    return known(fields as Anonymizer);
  }

  get feeds(): ReadableSignals['feeds'] {
    const answers = this.#signals.feeds ?? {};
    return known({
      ask: (id: string): FeedAnswer => {
        if (Object.hasOwn(answers, id)) return answers[id] as FeedAnswer;
        return this.#missing.fail(`address.within("${id}")`);
      },
    });
  }

  get reputation(): ReputationSignal | undefined {
    const fields = this.#signals.reputation;
    if (fields === undefined || isProven(fields)) {
      return this.#missing.fail('abuse');
    }
    if (!isScored(fields)) return unknown(fields.cause as never);
    const age = Number(fields.age_seconds);
    const missing = this.#missing;
    return known({
      record: new RecordedAbuse(Number(fields.score), missing),
      // `abuse.inherited` only asks whether there is one.
      inheritedFrom: fields.inherited_from === undefined ? undefined : ({} as Address),
      source: fields.source as never,
      stale: fields.stale === true,
      get age(): number {
        // Rounded to seconds, which at a full hour may hide the hour before.
        const isAmbiguous = !Number.isFinite(age) || age % HOUR_SECONDS === 0;
        return isAmbiguous ? missing.fail('abuse.age_hours') : age * SECOND_MS;
      },
    });
  }

  needsNoCheck(use: ReputationUse): boolean {
    const proven = this.#proven();
    return proven !== undefined && servesUse(proven, use);
  }

  findProvenScore(use: ReputationUse): number | undefined {
    const proven = this.#proven();
    return proven !== undefined && servesScore(proven, use) ? proven.min : undefined;
  }

  get checkedScore(): number | undefined {
    const { reputation } = this;
    return reputation?.known ? reputation.value.record.score : undefined;
  }

  get isScoreInherited(): boolean | undefined {
    const { reputation } = this;
    return reputation?.known ? reputation.value.inheritedFrom !== undefined : undefined;
  }

  /** Returns the bounds that a list has proved. The score of a listed address can have risen since. */
  #proven() {
    const fields = this.#signals.reputation;
    if (fields === undefined || !isProven(fields)) return undefined;
    const { score, score_at_most: atMost } = fields;
    const [min, max] = typeof score === 'number' ? [score, 100] : [0, Number(atMost)];
    return { min, max, listed: min > 0, publishedAt: 0, age: 0 };
  }

  /** Returns the signal of an address that is not looked up; `undefined` for any other. */
  #nonPublic(): { known: false; cause: NonPublicCause } | undefined {
    if (!this.has('address')) return undefined;
    const { address } = this;
    if (!address?.known) return undefined;
    const recorded: Address | PartialAddress = address.value;
    if (recorded instanceof PartialAddress || recorded.public) return undefined;
    return unknown(recorded.cause);
  }
}

/** Signals that are not looked up for an address that is not public. */
const DEPENDENT_SIGNALS: ReadonlySet<SignalName> = new Set(['geo', 'network', 'anonymizer']);

/** Fields of `abuse` that every reputation has, in the record or not. */
const ALWAYS_PRESENT: ReadonlySet<string> = new Set(['score', 'age_hours', 'stale', 'inherited']);

/** Returns the causes of the parts of a signal, each of which is unknown on its own. */
function causesOfParts(
  name: 'anonymizer' | 'feeds',
  recorded: Fields,
  parts: readonly string[] | undefined,
): readonly UnknownCause[] {
  if (parts === undefined || parts.some((part) => !Object.hasOwn(recorded, part))) {
    return UNKNOWN_CAUSES[name];
  }
  const answers = parts.map((part) => recorded[part]);
  return answers.filter((answer) => typeof answer === 'string') as UnknownCause[];
}

function isProven({ source }: Fields): boolean {
  return source === 'blacklist';
}

function isScored({ score, score_at_most: atMost }: Fields): boolean {
  return typeof score === 'number' || typeof atMost === 'number';
}

/** Conditions read no other fields of an address, and `RecordedLists` recognizes a part of one. */
function toAddress(address: Address | PartialAddress): Address {
  return address as Address;
}

class RecordedPlace implements Place {
  readonly country?: string;
  readonly asn?: number;
  readonly #missing: MissingParts;
  constructor({ country, asn }: Fields, missing: MissingParts) {
    if (typeof country === 'string') this.country = country;
    if (typeof asn === 'number') this.asn = asn;
    this.#missing = missing;
  }
  get continent(): never {
    return this.#fail('continent');
  }
  get organization(): never {
    return this.#fail('organization');
  }
  get city(): never {
    return this.#fail('city');
  }
  get timezone(): never {
    return this.#fail('timezone');
  }
  #fail(field: string): never {
    return this.#missing.fail(`geo.${field}`);
  }
}

class RecordedNetwork {
  readonly asn?: number;
  readonly #organization: unknown;
  readonly #missing: MissingParts;
  constructor({ asn, organization }: Fields, missing: MissingParts) {
    if (typeof asn === 'number') this.asn = asn;
    this.#organization = organization;
    this.#missing = missing;
  }
  get organization(): string | undefined {
    if (this.#organization === undefined) return undefined;
    return wholeText(this.#organization) ?? this.#missing.fail('network.organization');
  }
}

class RecordedAbuse implements AbuseRecord {
  readonly score: number;
  readonly #missing: MissingParts;
  constructor(score: number, missing: MissingParts) {
    this.score = score;
    this.#missing = missing;
  }
  get reports(): never {
    return this.#fail('reports');
  }
  get reporters(): never {
    return this.#fail('reporters');
  }
  get tor(): never {
    return this.#fail('tor');
  }
  get usage(): never {
    return this.#fail('usage');
  }
  get isp(): never {
    return this.#fail('isp');
  }
  get domain(): never {
    return this.#fail('domain');
  }
  get checkedAt(): never {
    return this.#fail('age_hours');
  }
  #fail(field: string): never {
    return this.#missing.fail(`abuse.${field}`);
  }
}
