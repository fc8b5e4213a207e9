import { Issues } from '../../../src/policy/file/issues.ts';
import {
  checkListKind,
  createLists,
  type PolicyLists,
  parseList,
} from '../../../src/policy/lists.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { exampleAddress } from '../given/example-address.ts';
import { CaseError } from './case-error.ts';

/** Lists that replace those of the policy, so that cases do not depend on entries that change often. */
export type StatedLists = Readonly<Record<string, readonly (string | number)[]>>;

/** Entries do not expire in cases, so any date will do. */
const ANY_DATE = '';

const replaced = new WeakMap<Policy, WeakMap<StatedLists, Policy>>();

/**
 * Returns a policy with the same rules, and some of its lists replaced. The same arguments have the same result.
 *
 * @throws CaseError if the policy has no list of that name, or an entry is not valid for the list.
 */
export function withLists(policy: Policy, stated: StatedLists | undefined): Policy {
  if (stated === undefined) return policy;
  const ofPolicy = replaced.get(policy) ?? new WeakMap<StatedLists, Policy>();
  const result = ofPolicy.get(stated) ?? replaceLists(policy, stated);
  replaced.set(policy, ofPolicy.set(stated, result));
  return result;
}

function replaceLists(policy: Policy, stated: StatedLists): Policy {
  const names = Object.keys(stated);
  const { lists } = policy;
  const template = lists.values(ANY_DATE);
  const missing = names.find((name) => !Object.hasOwn(template, name));
  if (missing !== undefined) {
    throw new CaseError(`The policy has no list ${missing}: correct the name below lists.`);
  }
  const networks = new Set(
    names.filter((name) => lists.within(name, ANY_DATE, exampleAddress()) !== undefined),
  );
  const issues = new Issues();
  const parsed = new Map(
    names.map((name) => {
      const list = parseList(stated[name] ?? [], issues.at(name));
      if (networks.has(name)) checkListKind(list, 'cidr', issues.at(name));
      return [name, list];
    }),
  );
  const [issue] = issues.list;
  if (issue !== undefined) throw new CaseError(`lists.${issue.path.join('.')}: ${issue.message}.`);
  // CEL knows the type of the variable by its class.
  const Values = template.constructor as new () => object;
  const own = createLists(parsed, networks, Values);
  return { ...policy, lists: combine(lists, own, Values) };
}

function combine(base: PolicyLists, own: PolicyLists, Values: new () => object): PolicyLists {
  const byDate = new Map<string, object>();
  return {
    values(date) {
      const known = byDate.get(date);
      if (known !== undefined) return known;
      const values = Object.assign(new Values(), base.values(date), own.values(date));
      byDate.set(date, values);
      return values;
    },
    within: (name, date, address) =>
      own.within(name, date, address) ?? base.within(name, date, address),
  };
}
