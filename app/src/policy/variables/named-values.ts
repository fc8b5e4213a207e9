import type { Claim, NamedValues } from '../../action/request.ts';

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
  constructor(claims: readonly Claim[]) {
    super();
    for (const { name, value } of claims) if (value !== undefined) super.set(name, value);
  }
  override get(name: string): unknown {
    if (!this.#converted.has(name)) this.#converted.set(name, toCel(super.get(name)));
    return this.#converted.get(name);
  }
}

/**
 * Deeper values are no use in a condition, and a hostile body may nest thousands of lists. Reading one
 * fails, and with it the condition: what cannot be looked at must not help the caller.
 */
const DEEPEST = 16;

/** CEL compares lists and objects one by one; nobody's claim has so many of them in one list. */
const MOST_PARTS = 500;

/** JSON as CEL has it: whole numbers are int, objects are maps. An empty list is null: CEL has no type for it. */
function toCel(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth === DEEPEST) throw new Error('A claim is nested too deep.');
  if (Array.isArray(value)) {
    if (value.length === 0) return null;
    if (hasTooManyParts(value)) throw new Error('A claim has too many lists and objects.');
    return value.map((element) => toCel(element, depth + 1));
  }
  return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member, depth + 1)]));
}

function hasTooManyParts(list: readonly unknown[]): boolean {
  if (list.length <= MOST_PARTS) return false;
  return (
    list.filter((element) => typeof element === 'object' && element !== null).length > MOST_PARTS
  );
}
