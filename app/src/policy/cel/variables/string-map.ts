import type { NamedValues } from '../../../action/request.ts';

/** Headers or parameters by name. A missing one is `""`; several values are joined with `", "`. */
export class StringMapView extends Map<string, string> {
  readonly #ignoresCase: boolean;

  constructor(values: readonly NamedValues[], { ignoreCase }: { readonly ignoreCase: boolean }) {
    super();
    this.#ignoresCase = ignoreCase;
    for (const entry of values) {
      const name = this.#keyOf(entry.name);
      const text = entry.values.join(', ');
      const previous = super.get(name);
      super.set(name, previous === undefined ? text : `${previous}, ${text}`);
    }
  }

  override get(name: string): string {
    return super.get(this.#keyOf(name)) ?? '';
  }

  override has(name: string): boolean {
    return super.has(this.#keyOf(name));
  }

  #keyOf(name: string): string {
    return this.#ignoresCase ? name.toLowerCase() : name;
  }
}
