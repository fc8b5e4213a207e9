import type { Claim, NamedValues } from '../../../action/request.ts';
import { ConditionError, conditionError } from '../semantics/condition-error.ts';

/** Headers or parameters by name. What is not there is an empty text; several values are joined by ", ". */
export class TextsView extends Map<string, string> {
  readonly #anyCase: boolean;
  constructor(values: readonly NamedValues[], anyCase: boolean) {
    super();
    this.#anyCase = anyCase;
    for (const entry of values) {
      const name = anyCase ? entry.name.toLowerCase() : entry.name;
      const text = entry.values.join(', ');
      const before = super.get(name);
      super.set(name, before === undefined ? text : `${before}, ${text}`);
    }
  }
  override get(name: string): string {
    return super.get(this.#anyCase ? name.toLowerCase() : name) ?? '';
  }
  override has(name: string): boolean {
    return super.has(this.#anyCase ? name.toLowerCase() : name);
  }
}

/** Claims of the access token by name. One that is not there, or came empty, is null. */
export class ClaimsView extends Map<string, unknown> {
  readonly #converted = new Map<string, unknown>();
  /** Names that occur with different values: nobody knows which of them the token will have. */
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

/** The value as CEL has it, or why it has none: a loop may read it thousands of times. */
function convert(value: unknown): unknown {
  try {
    return toCel(value);
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}

/**
 * Deeper values are no use in a condition, and a hostile body may nest thousands of lists. Reading one
 * fails, and with it the condition: what cannot be looked at must not help the caller.
 */
const DEEPEST = 16;

/** CEL compares lists and objects one by one; nobody's claim has so many of them in one list. */
const MOST_PARTS = 500;

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/**
 * Returns JSON as CEL has it: whole numbers are int, objects are maps. An empty list is null: CEL has no type
 * for it.
 *
 * @throws ConditionError where conditions cannot work with it: too deep, too many objects, or a number that is
 * too large even for a double.
 */
export function toCel(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return toCelNumber(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth === DEEPEST) throw conditionError('a claim is nested too deep');
  if (Array.isArray(value)) {
    if (isEmptyList(value)) return null;
    if (hasTooManyParts(value)) throw conditionError('a claim has too many lists and objects');
    return value.map((element) => toCel(element, depth + 1));
  }
  return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member, depth + 1)]));
}

function toCelNumber(value: number): bigint | number {
  if (!Number.isFinite(value)) throw conditionError('a claim has a number that is too large');
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

function hasTooManyParts(list: readonly unknown[]): boolean {
  if (list.length <= MOST_PARTS) return false;
  return (
    list.filter((element) => typeof element === 'object' && element !== null).length > MOST_PARTS
  );
}
