import type { TokenRequest } from '../../../src/action/request.ts';
import { type DecisionLine, wholeText } from './decision-line.ts';
import type { MissingParts } from './missing-parts.ts';

/** A tenant's id instead of its name: the record has only one of the two. */
const NUMERIC_ID = /^-?\d+$/;

/** The request of a decision record. Reading a field that records lack ends the evaluation. */
export class RecordedRequest implements TokenRequest {
  readonly #line: DecisionLine;
  readonly #missing: MissingParts;

  constructor(line: DecisionLine, missing: MissingParts) {
    this.#line = line;
    this.#missing = missing;
  }

  get clientId(): string {
    return wholeText(this.#line.client_id) ?? this.#missing.fail('request.client_id');
  }
  get grant(): string {
    return wholeText(this.#line.grant) ?? this.#missing.fail('request.grant');
  }
  get tenant(): TokenRequest['tenant'] {
    return new RecordedTenant(wholeText(this.#line.tenant), this.#missing);
  }
  get scopes(): never {
    return this.#missing.fail('request.scopes');
  }
  get headers(): never {
    return this.#missing.fail('request.headers');
  }
  get params(): never {
    return this.#missing.fail('request.params');
  }
  get accessToken(): TokenRequest['accessToken'] {
    return new MissingToken(this.#missing);
  }
  get refreshToken(): never {
    return this.#missing.fail('refresh_token');
  }
  get user(): never {
    return this.#missing.fail('user');
  }
  get userStore(): never {
    return this.#missing.fail('user.store');
  }
  get organization(): never {
    return this.#missing.fail('organization');
  }

  // Conditions cannot read the following fields.
  get requestId(): undefined {
    return undefined;
  }
  get contract(): never {
    return this.#missing.fail('contract');
  }
  get responseParameters(): never {
    return this.#missing.fail('response');
  }
  get allowed(): never {
    return this.#missing.fail('allowedOperations');
  }
}

class RecordedTenant {
  readonly #recorded: string | undefined;
  readonly #missing: MissingParts;
  constructor(recorded: string | undefined, missing: MissingParts) {
    this.#recorded = recorded;
    this.#missing = missing;
  }
  get id(): never {
    return this.#missing.fail('tenant.id');
  }
  get name(): string {
    const name = this.#recorded;
    if (name === undefined || NUMERIC_ID.test(name)) return this.#missing.fail('tenant.name');
    return name;
  }
}

class MissingToken {
  readonly #missing: MissingParts;
  constructor(missing: MissingParts) {
    this.#missing = missing;
  }
  get scopes(): never {
    return this.#missing.fail('token.scopes');
  }
  get claims(): never {
    return this.#missing.fail('token.claims');
  }
  get readable(): never {
    return this.#missing.fail('token');
  }
}
