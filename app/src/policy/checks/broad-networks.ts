import { parseCidr } from '../../signals/address/ranges.ts';
import type { Node } from '../cel/library/node.ts';
import { childrenOf } from '../cel/library/syntax-tree.ts';
import type { PolicyCheck, RuleParts } from './policy-parts.ts';

/** The widest blocks that one organization has: a /8 of IPv4, and what a registry allocates at once of IPv6. */
const MIN_PREFIX = { 4: 8, 6: 32 } as const;

/** Internal addresses, which no client on the internet has: fc00::/7 and fe80::/10. */
const INTERNAL = /^f(?:c|d|e[89ab])/;

/** Reports networks that contain much of the internet, in a list on which an address is treated better. */
export const checkBroadNetworks: PolicyCheck = ({ rules, lists, issues }) => {
  const reported = new Set<string>();
  for (const each of rules) {
    for (const name of favouringLists(each)) {
      if (reported.has(name)) continue;
      reported.add(name);
      for (const [index, { value }] of lists.get(name)?.entries.entries() ?? []) {
        const cidr = parseCidr(String(value));
        if (cidr === undefined || cidr.prefix >= MIN_PREFIX[cidr.version]) continue;
        if (cidr.version === 6 && INTERNAL.test(cidr.text)) continue;
        const contains = cidr.prefix === 0 ? 'every address' : 'addresses of many organizations';
        issues
          .at('lists', name, index)
          .warn(
            'broad-network',
            `${value} contains ${contains}, and rule "${each.rule.id}" ${each.rule.effects.allow ? 'allows' : 'spares'} the addresses on the list; list the networks that you trust`,
          );
      }
    }
  }
};

/** Returns the lists that help an address: it is on one and allowed, or is not refused or restricted because of it. */
function favouringLists({ condition, rule }: RuleParts): readonly string[] {
  const { allow, restricts } = rule.effects;
  const lists: string[] = [];
  const visit = (node: Node, isNegated: boolean): void => {
    if (node.op === '!_') {
      visit(node.args, !isNegated);
      return;
    }
    if (node.op === 'rcall' && node.args[0] === 'within') {
      const [argument] = node.args[2];
      const name = argument && condition.constants.get(argument);
      if (typeof name === 'string' && (isNegated ? restricts : allow)) lists.push(name);
    }
    for (const child of childrenOf(node)) visit(child, isNegated);
  };
  visit(condition.ast, false);
  return lists;
}
