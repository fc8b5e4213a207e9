import type { Place } from '../../../signals/geo/database.ts';
import type { Network } from '../../../signals/network.ts';
import type { AbuseRecord } from '../../../signals/reputation/reputation.ts';
import { SIGNAL_UNAVAILABLE, type SignalReader } from '../signal-reader.ts';
import type { Inputs } from './inputs.ts';

/*
 * A field is `undefined` if its signal lacks it, or if the signal is unknown and `SignalReader` treats it as a
 * signal without fields. `has` is then false, and reading the field is an error in CEL.
 */

export class AddressView {
  readonly inputs: Inputs;
  constructor(inputs: Inputs) {
    this.inputs = inputs;
  }
  get value(): string | undefined {
    return this.inputs.signals.address()?.value;
  }
  get version(): bigint | undefined {
    return toInt(this.inputs.signals.address()?.version);
  }
  get public(): boolean | undefined {
    return this.inputs.signals.address()?.public;
  }
  get signed(): boolean | undefined {
    const address = this.inputs.signals.address();
    return address && address.signed === true;
  }
  /** @param name of a list or a feed of the policy. */
  within(name: string): boolean {
    const { lists, time, signals } = this.inputs;
    const address = signals.address();
    if (address === undefined) throw SIGNAL_UNAVAILABLE;
    return lists.within(name, time.date, address) ?? signals.isOnFeed(name);
  }
}

export class GeoView {
  readonly #signals: SignalReader;
  constructor(inputs: Inputs) {
    this.#signals = inputs.signals;
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
    const place = this.#signals.geo();
    return place === undefined ? undefined : this.#signals.field('geo', place[name]);
  }
}

export class NetworkView {
  readonly #signals: SignalReader;
  constructor(inputs: Inputs) {
    this.#signals = inputs.signals;
  }
  get asn(): bigint | undefined {
    return toInt(this.#field('asn'));
  }
  get organization(): string | undefined {
    return this.#field('organization');
  }
  #field<Name extends keyof Network>(name: Name): Network[Name] | undefined {
    const network = this.#signals.network();
    return network === undefined ? undefined : this.#signals.field('network', network[name]);
  }
}

export class AnonymizerView {
  readonly #signals: SignalReader;
  constructor(inputs: Inputs) {
    this.#signals = inputs.signals;
  }
  get vpn(): boolean | undefined {
    return this.#signals.anonymizerField('vpn');
  }
  get tor(): boolean | undefined {
    return this.#signals.anonymizerField('tor');
  }
  get proxy(): boolean | undefined {
    return this.#signals.anonymizerField('proxy');
  }
  get hosting(): boolean | undefined {
    return this.#signals.anonymizerField('hosting');
  }
  get relay(): boolean | undefined {
    return this.#signals.anonymizerField('relay');
  }
}

const HOUR_MS = 3_600_000;

export class AbuseView {
  readonly #signals: SignalReader;
  constructor(inputs: Inputs) {
    this.#signals = inputs.signals;
  }
  get score(): bigint | undefined {
    return toInt(this.#signals.score());
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
    const age = this.#signals.reputation()?.age;
    return age === undefined ? undefined : toInt(Math.floor(age / HOUR_MS));
  }
  get stale(): boolean | undefined {
    return this.#signals.reputation()?.stale;
  }
  get inherited(): boolean | undefined {
    return this.#signals.isScoreInherited();
  }
  #field<Name extends keyof AbuseRecord>(name: Name): AbuseRecord[Name] | undefined {
    const reputation = this.#signals.reputation();
    return reputation === undefined
      ? undefined
      : this.#signals.field('reputation', reputation.record[name]);
  }
}

function toInt(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
