import type * as z from 'zod';
import type { Issues } from './issues.ts';
import { effects } from './schemas/effects.ts';
import {
  isReservedListName,
  LIST_NAME,
  LIST_NAME_ISSUE,
  type ListEntryDefinition,
  list,
} from './schemas/lists.ts';
import { policy, rule } from './schemas/policy.ts';
import { isMapping, validate, validateParts } from './validate.ts';

export type EffectsDefinition = z.output<typeof effects>;
/** `then` is `undefined` if it is invalid. */
export type RuleDefinition = Omit<z.output<typeof rule>, 'then'> & {
  readonly then: EffectsDefinition | undefined;
};
export type PolicyDefinition = Omit<z.output<typeof policy>, 'lists' | 'rules'> & {
  readonly lists: ReadonlyMap<string, readonly ListEntryDefinition[]>;
  readonly rules: readonly RuleDefinition[];
};

/**
 * Validates a policy file against the schema. An invalid part is reported and replaced by a placeholder, so
 * that the issues of all other parts are found in the same run.
 */
export function readPolicyFile(value: unknown, issues: Issues): PolicyDefinition | undefined {
  if (value === null) {
    issues.add('the policy is empty');
    return undefined;
  }
  const form = validateParts(policy, withoutExtensions(value), { version: 1, rules: [] }, issues);
  return (
    form && {
      ...form,
      lists: readLists(form.lists, issues.at('lists')),
      rules: form.rules.map((value, index) => readRule(value, index, issues.at('rules', index))),
    }
  );
}

/** Drops keys `x-…`: they are for the author, e.g. for anchors. */
function withoutExtensions(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')));
}

function readLists(
  file: Readonly<Record<string, unknown>>,
  issues: Issues,
): Map<string, readonly ListEntryDefinition[]> {
  const lists = new Map<string, readonly ListEntryDefinition[]>();
  for (const [name, entries] of Object.entries(file)) {
    const place = issues.at(name);
    if (!LIST_NAME.test(name)) place.add(LIST_NAME_ISSUE);
    else if (isReservedListName(name)) place.add('is reserved; choose another name');
    lists.set(name, validate(list, entries, place) ?? []);
  }
  return lists;
}

function readRule(value: unknown, index: number, issues: Issues): RuleDefinition {
  const defaults = { id: `unnamed-${index}`, when: 'true' };
  const form = validateParts(rule, value, defaults, issues);
  if (form !== undefined && form.then === undefined) issues.at('then').add('is missing');
  const then = form?.then === undefined ? undefined : readEffects(form.then, issues.at('then'));
  return { ...defaults, ...form, then };
}

/** Validates the effects of a rule or of an entry of `unknown`. */
export function readEffects(value: unknown, issues: Issues): EffectsDefinition | undefined {
  return validate(effects, value, issues);
}
