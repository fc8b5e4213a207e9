import type { ParsedList } from '../../lists.ts';
import type { Node, NodeOf } from '../library/node.ts';
import type { Constants } from './constant-issues.ts';
import type { Value } from './restrictions.ts';

/** A test of `x in lists.name`. */
export interface Membership {
  readonly subject: Node;
  readonly bounds: readonly Value[];
  /** The last days on which entries apply, `YYYY-MM-DD`. */
  readonly dates?: readonly string[];
  readonly allows: (value: Value, date: string) => boolean;
}

/** Stands for the last day of an entry that does not expire. ISO dates compare as strings. */
const NEVER = '~';

/** Returns a test whether a list of the policy, or several joined by `+`, contains a value. */
export function membershipOf(
  { args: [subject, list] }: NodeOf<'in'>,
  constants: Constants,
  lists: ReadonlyMap<string, ParsedList>,
  maxEntries: number,
): Membership | undefined {
  const lastDays = new Map<Value, string>();
  if (!addEntries(list, constants, lists, lastDays, maxEntries)) return undefined;
  return {
    subject,
    bounds: [...lastDays.keys()],
    dates: [...new Set(lastDays.values())].filter((date) => date !== NEVER),
    allows: (value, date) => {
      const lastDay = lastDays.get(value);
      return lastDay !== undefined && date <= lastDay;
    },
  };
}

/** Adds the entries of a list with their last days. Returns false if the list is not one of the policy. */
function addEntries(
  node: Node,
  constants: Constants,
  lists: ReadonlyMap<string, ParsedList>,
  lastDays: Map<Value, string>,
  maxEntries: number,
): boolean {
  const constant = constants.get(node);
  if (Array.isArray(constant)) {
    return constant.every((value) => addEntry(value, NEVER, lastDays));
  }
  if (node.op === '+') {
    return node.args.every((part) => addEntries(part, constants, lists, lastDays, maxEntries));
  }
  if (node.op !== '.') return false;
  const [owner, name] = node.args;
  const entries =
    owner.op === 'id' && owner.args === 'lists' ? lists.get(name)?.entries : undefined;
  if (entries === undefined || entries.length > maxEntries) return false;
  return entries.every(({ value, until }) => addEntry(value, until ?? NEVER, lastDays));
}

function addEntry(value: unknown, until: string, lastDays: Map<Value, string>): boolean {
  const key = typeof value === 'bigint' ? Number(value) : value;
  if (typeof key !== 'string' && typeof key !== 'number') return false;
  const other = lastDays.get(key);
  if (other === undefined || other < until) lastDays.set(key, until);
  return true;
}
