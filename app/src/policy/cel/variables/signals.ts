import type { Place } from '../../../signals/geo/database.ts';
import type { AbuseRecord } from '../../../signals/reputation/reputation.ts';
import { SIGNAL_MISSING, type SignalUse } from '../signal-use.ts';
import type { Inputs } from './inputs.ts';

/*
 * A field is `undefined` where its signal has none, and where the signal is unknown and `SignalUse` takes it
 * for one without fields: then `has` is false, and reading the field is an error to CEL.
 */

export class AddressView {
  readonly inputs: Inputs;
  constructor(inputs: Inputs) {
    this.inputs = inputs;
  }
  get value(): string | undefined {
    return this.inputs.use.address()?.value;
  }
  get version(): bigint | undefined {
    return toInt(this.inputs.use.address()?.version);
  }
  get public(): boolean | undefined {
    return this.inputs.use.address()?.public;
  }
  get signed(): boolean | undefined {
    const address = this.inputs.use.address();
    return address && address.signed === true;
  }
  within(list: string): boolean {
    const { lists, time, use } = this.inputs;
    const address = use.address();
    if (address === undefined) throw SIGNAL_MISSING;
    return lists.within(list, time.date, address);
  }
}

export class GeoView {
  readonly #use: SignalUse;
  constructor(inputs: Inputs) {
    this.#use = inputs.use;
  }
  get country(): string | undefined {
    return this.#field('country');
  }
  get continent(): string | undefined {
    return this.#field('continent');
  }
  get asn(): bigint | undefined {
    return toInt(this.#field('asn'));
  }
  get organization(): string | undefined {
    return this.#field('organization');
  }
  get city(): string | undefined {
    return this.#field('city');
  }
  get timezone(): string | undefined {
    return this.#field('timezone');
  }
  #field<Name extends keyof Place>(name: Name): Place[Name] | undefined {
    const place = this.#use.geo();
    return place === undefined ? undefined : this.#use.field('geo', place[name]);
  }
}

const HOUR = 3_600_000;

export class AbuseView {
  readonly #use: SignalUse;
  constructor(inputs: Inputs) {
    this.#use = inputs.use;
  }
  get score(): bigint | undefined {
    return toInt(this.#use.reputation()?.record.score);
  }
  get reports(): bigint | undefined {
    return toInt(this.#field('reports'));
  }
  get reporters(): bigint | undefined {
    return toInt(this.#field('reporters'));
  }
  get tor(): boolean | undefined {
    return this.#field('tor');
  }
  get usage(): string | undefined {
    return this.#field('usage');
  }
  get isp(): string | undefined {
    return this.#field('isp');
  }
  get domain(): string | undefined {
    return this.#field('domain');
  }
  get age_hours(): bigint | undefined {
    const age = this.#use.reputation()?.age;
    return age === undefined ? undefined : toInt(Math.floor(age / HOUR));
  }
  get stale(): boolean | undefined {
    return this.#use.reputation()?.stale;
  }
  #field<Name extends keyof AbuseRecord>(name: Name): AbuseRecord[Name] | undefined {
    const reputation = this.#use.reputation();
    return reputation === undefined
      ? undefined
      : this.#use.field('reputation', reputation.record[name]);
  }
}

function toInt(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
