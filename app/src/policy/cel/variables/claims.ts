import type { Claim } from '../../../action/request.ts';
import { ConditionError, conditionError } from '../semantics/condition-error.ts';
import { isEmptyList, toCel } from './json-to-cel.ts';

/** Claims of the access token by name. A claim that is missing or an empty list is `null`. */
export class ClaimsView extends Map<string, unknown> {
  readonly #converted = new Map<string, unknown>();
  /** Names that occur with different values: it is not known which of them the token will contain. */
  readonly #ambiguous = new Set<string>();

  constructor(claims: readonly Claim[]) {
    super();
    for (const { name, value } of claims) {
      if (value === undefined || isEmptyList(value)) continue;
      if (super.has(name) && super.get(name) !== value) this.#ambiguous.add(name);
      super.set(name, value);
    }
  }

  override get(name: string): unknown {
    if (this.#ambiguous.has(name)) {
      throw conditionError('a claim that the condition reads occurs twice, with different values');
    }
    if (!this.#converted.has(name)) this.#converted.set(name, convert(super.get(name)));
    const converted = this.#converted.get(name);
    if (converted instanceof ConditionError) throw converted;
    return converted;
  }
}

/** Returns the CEL value, or the error of the conversion: both are cached, as a loop may read the claim often. */
function convert(value: unknown): unknown {
  try {
    return toCel(value);
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}
