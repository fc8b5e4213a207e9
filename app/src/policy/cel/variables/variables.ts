import type { SignalVariableName } from '../signal-variables.ts';
import type { Inputs } from './inputs.ts';
import {
  OrganizationView,
  RefreshTokenView,
  RequestView,
  TenantView,
  TokenView,
  UserView,
} from './request.ts';
import { AbuseView, AddressView, AnonymizerView, GeoView, NetworkView } from './signals.ts';

/*
 * The variables of conditions, as classes that CEL reads field by field. Values are computed when they are read:
 * most conditions read two or three fields of a request that may contain thousands of values.
 */

export class NowView {
  readonly #inputs: Inputs;
  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }
  get hour(): bigint {
    return BigInt(this.#inputs.time.hour);
  }
  get minute(): bigint {
    return BigInt(this.#inputs.time.minute);
  }
  get weekday(): bigint {
    return BigInt(this.#inputs.time.weekday);
  }
  get timestamp(): Date {
    return new Date(this.#inputs.now);
  }
}

/** The variables of one request. A getter without a type in environment.ts is not visible to conditions. */
export class Variables implements Readonly<Record<SignalVariableName, object>> {
  /** Cost units that evaluations have spent on this request. Not visible to conditions. */
  cost = 0;
  readonly #inputs: Inputs;
  #request: RequestView | undefined;
  #token: TokenView | undefined;
  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }
  get address(): AddressView {
    return new AddressView(this.#inputs);
  }
  get geo(): GeoView {
    return new GeoView(this.#inputs);
  }
  get network(): NetworkView {
    return new NetworkView(this.#inputs);
  }
  get anonymizer(): AnonymizerView {
    return new AnonymizerView(this.#inputs);
  }
  get abuse(): AbuseView {
    return new AbuseView(this.#inputs);
  }
  get request(): RequestView {
    this.#request ??= new RequestView(this.#inputs);
    return this.#request;
  }
  get token(): TokenView {
    this.#token ??= new TokenView(this.#inputs);
    return this.#token;
  }
  get refresh_token(): RefreshTokenView {
    return new RefreshTokenView(this.#inputs);
  }
  get user(): UserView {
    return new UserView(this.#inputs);
  }
  get tenant(): TenantView {
    return new TenantView(this.#inputs);
  }
  get organization(): OrganizationView {
    return new OrganizationView(this.#inputs.request.organization);
  }
  get now(): NowView {
    return new NowView(this.#inputs);
  }
  get lists(): object {
    return this.#inputs.lists.values(this.#inputs.time.date);
  }
}
