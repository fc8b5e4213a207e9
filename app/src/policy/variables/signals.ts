import type { SignalUse } from '../signal-use.ts';
import type { Inputs } from './inputs.ts';

export class AddressView {
  readonly inputs: Inputs;
  constructor(inputs: Inputs) {
    this.inputs = inputs;
  }
  get value(): string {
    return this.inputs.use.address().value;
  }
  get version(): bigint {
    return BigInt(this.inputs.use.address().version);
  }
  get public(): boolean {
    return this.inputs.use.address().public;
  }
  within(list: string): boolean {
    const { lists, time, use } = this.inputs;
    return lists.within(list, time.date, use.address());
  }
}

export class GeoView {
  readonly #use: SignalUse;
  constructor(inputs: Inputs) {
    this.#use = inputs.use;
  }
  get country(): string | undefined {
    return this.#use.field('geo', this.#use.geo().country);
  }
  get continent(): string | undefined {
    return this.#use.field('geo', this.#use.geo().continent);
  }
  get asn(): bigint | undefined {
    const asn = this.#use.field('geo', this.#use.geo().asn);
    return asn === undefined ? undefined : BigInt(asn);
  }
  get organization(): string | undefined {
    return this.#use.field('geo', this.#use.geo().organization);
  }
  get city(): string | undefined {
    return this.#use.field('geo', this.#use.geo().city);
  }
  get timezone(): string | undefined {
    return this.#use.field('geo', this.#use.geo().timezone);
  }
}

const HOUR = 3_600_000;

export class AbuseView {
  readonly #use: SignalUse;
  constructor(inputs: Inputs) {
    this.#use = inputs.use;
  }
  get score(): bigint {
    return BigInt(this.#use.reputation().record.score);
  }
  get reports(): bigint | undefined {
    return this.#count(this.#use.reputation().record.reports);
  }
  get reporters(): bigint | undefined {
    return this.#count(this.#use.reputation().record.reporters);
  }
  get tor(): boolean | undefined {
    return this.#use.field('reputation', this.#use.reputation().record.tor);
  }
  get usage(): string | undefined {
    return this.#use.field('reputation', this.#use.reputation().record.usage);
  }
  get isp(): string | undefined {
    return this.#use.field('reputation', this.#use.reputation().record.isp);
  }
  get domain(): string | undefined {
    return this.#use.field('reputation', this.#use.reputation().record.domain);
  }
  get age_hours(): bigint {
    return BigInt(Math.floor(this.#use.reputation().age / HOUR));
  }
  get stale(): boolean {
    return this.#use.reputation().stale;
  }
  #count(value: number | undefined): bigint | undefined {
    const count = this.#use.field('reputation', value);
    return count === undefined ? undefined : BigInt(count);
  }
}
