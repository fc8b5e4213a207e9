import { SIGNAL_VARIABLE_NAMES } from '../../../src/policy/cel/signal-variables.ts';
import type { Rule } from '../../../src/policy/policy.ts';
import type { MissingParts } from './missing-parts.ts';

/** The variables that read a part of a request, if its name is not one of them. */
const VARIABLES_OF: Readonly<Record<string, readonly string[]>> = {
  'token.claims': ['token.claims', 'token.lifetime', 'token.audience'],
  // The other signals are those of the address.
  address: SIGNAL_VARIABLE_NAMES,
};

/** The rules of one decision that cannot be decided, and what they need that the record lacks. */
export class Undecided {
  /** The first of the rules. */
  rule: string | undefined;
  /** As CEL. */
  readonly needs = new Set<string>();

  add(rule: string, need: string): void {
    this.rule ??= rule;
    this.needs.add(need);
  }

  /** Adds what a condition has read, as the condition names it: `token.claims["groups"]` rather than `token.claims`. */
  addCondition({ id, source }: Rule, missing: MissingParts): void {
    for (const name of missing.names) {
      const prefixes = VARIABLES_OF[name] ?? [name];
      const variables = source.variables.filter((variable) =>
        prefixes.some((prefix) => startsWithField(variable.name, prefix)),
      );
      if (variables.length === 0) this.add(id, name);
      for (const variable of variables) this.add(id, variable.name);
    }
  }

  /** Adds what the texts and values of a rule read. */
  addEffects({ id, effects }: Rule): void {
    for (const { name } of effects.references.variables) this.add(id, name);
  }
}

function startsWithField(name: string, prefix: string): boolean {
  if (!name.startsWith(prefix)) return false;
  const next = name[prefix.length];
  return next === undefined || next === '.' || next === '[';
}
