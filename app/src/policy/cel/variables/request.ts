import type { Claim, Organization, TokenRequest } from '../../../action/request.ts';
import { claimValue, type Lifetime, lifetimeOf } from '../../../action/token.ts';
import { ClaimsView } from './claims.ts';
import type { Inputs } from './inputs.ts';
import { StringMapView } from './string-map.ts';

export class RequestView {
  readonly #request: TokenRequest;
  #headers: StringMapView | undefined;
  #params: StringMapView | undefined;
  constructor({ request }: Inputs) {
    this.#request = request;
  }
  get grant(): string {
    return this.#request.grant;
  }
  get client_id(): string {
    return this.#request.clientId;
  }
  get scopes(): readonly string[] {
    return this.#request.scopes;
  }
  get headers(): StringMapView {
    this.#headers ??= new StringMapView(this.#request.headers, { ignoreCase: true });
    return this.#headers;
  }
  get params(): StringMapView {
    this.#params ??= new StringMapView(this.#request.params, { ignoreCase: false });
    return this.#params;
  }
}

/** The access token. Lists and maps are cached: a loop may read one in each iteration. */
export class TokenView {
  readonly #token: TokenRequest['accessToken'];
  #scopes: readonly string[] | undefined;
  #audience: readonly string[] | undefined;
  #claims: ClaimsView | undefined;
  constructor({ request }: Inputs) {
    this.#token = request.accessToken;
  }
  /** In seconds. */
  get lifetime(): bigint {
    return toSeconds(lifetimeOf(this.#token.claims));
  }
  get scopes(): readonly string[] {
    this.#scopes ??= this.#token.scopes.filter((scope) => typeof scope === 'string');
    return this.#scopes;
  }
  get audience(): readonly string[] {
    this.#audience ??= audienceOf(this.#token.claims);
    return this.#audience;
  }
  get claims(): ClaimsView {
    this.#claims ??= new ClaimsView(this.#token.claims);
    return this.#claims;
  }
}

function audienceOf(claims: readonly Claim[]): string[] {
  const audience = claimValue(claims, 'aud');
  const list = Array.isArray(audience) ? audience : [audience];
  return list.filter((value) => typeof value === 'string');
}

export class RefreshTokenView {
  readonly #request: TokenRequest;
  constructor({ request }: Inputs) {
    this.#request = request;
  }
  /** In seconds; 0 if the request contains no refresh token. */
  get lifetime(): bigint {
    const token = this.#request.refreshToken;
    return token === undefined ? 0n : toSeconds(lifetimeOf(token.claims));
  }
}

export class OrganizationView {
  readonly #organization: Organization | undefined;
  constructor(organization: Organization | undefined) {
    this.#organization = organization;
  }
  get id(): string {
    return this.#organization?.id ?? '';
  }
  get name(): string {
    return this.#organization?.name ?? '';
  }
  get handle(): string {
    return this.#organization?.handle ?? '';
  }
  get depth(): bigint {
    return BigInt(this.#organization?.depth ?? 0);
  }
}

export class UserView {
  readonly #request: TokenRequest;
  constructor({ request }: Inputs) {
    this.#request = request;
  }
  get id(): string {
    return this.#request.user.id;
  }
  get store(): string {
    return this.#request.userStore;
  }
  get organization(): OrganizationView {
    return new OrganizationView(this.#request.user.organization);
  }
}

export class TenantView {
  readonly #request: TokenRequest;
  constructor({ request }: Inputs) {
    this.#request = request;
  }
  get id(): string {
    return this.#request.tenant.id;
  }
  get name(): string {
    return this.#request.tenant.name;
  }
}

/** The value of an unknown or unlimited lifetime, so that `token.lifetime > 3600` is true. */
const LONGER_THAN_ANY_SECONDS = BigInt(Number.MAX_SAFE_INTEGER);

function toSeconds(lifetime: Lifetime): bigint {
  return lifetime === 'unknown' ? LONGER_THAN_ANY_SECONDS : BigInt(Math.floor(lifetime));
}
