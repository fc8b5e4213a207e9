import {
  mergeReputationUses,
  NO_REPUTATION_USE,
  type ReputationUse,
} from '../../../signals/reputation/score-knowledge.ts';
import type { Node } from '../library/node.ts';
import { childrenOf } from '../library/syntax-tree.ts';
import { numberOf } from '../semantics/values.ts';
import { SIGNAL_OF } from '../signal-variables.ts';
import type { Constants } from './constant-issues.ts';

const READS_SCORE: ReputationUse = { cuts: undefined, readsRecord: false };
const READS_RECORD: ReputationUse = { cuts: [], readsRecord: true };

/**
 * Returns how a type-checked expression uses the reputation. Only a comparison of `abuse.score` itself with a constant
 * has cuts; every other use, such as arithmetic, `has` or a variable of `cel.bind`, reads the score.
 */
export function reputationUse(node: Node, constants: Constants): ReputationUse {
  if (isReputation(node)) return READS_RECORD;
  if (isScore(node)) return READS_SCORE;
  const cuts = cutsOf(node, constants);
  if (cuts !== undefined) return { cuts, readsRecord: false };
  const uses = childrenOf(node)
    .map((child) => reputationUse(child, constants))
    .filter((use) => use !== NO_REPUTATION_USE);
  const [first = NO_REPUTATION_USE] = uses;
  return uses.length > 1 ? mergeReputationUses(uses) : first;
}

/** Whether a node is the variable `abuse` as a whole, or may be: a loop can declare another of this name. */
function isReputation(node: Node): boolean {
  return node.op === 'id' && SIGNAL_OF[node.args] === 'reputation';
}

function isScore(node: Node): boolean {
  switch (node.op) {
    case '.':
    case '.?': {
      const [owner, field] = node.args;
      return isReputation(owner) && field === 'score';
    }
    case '[]':
    case '[?]': {
      const [owner, key] = node.args;
      return isReputation(owner) && key.op === 'value' && key.args === 'score';
    }
    default:
      return false;
  }
}

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' } as const;

type Comparison = keyof typeof MIRRORED;

/** Returns the cuts of a comparison of the score with constants; undefined for any other node. */
function cutsOf(node: Node, constants: Constants): number[] | undefined {
  switch (node.op) {
    case 'in': {
      const [left, right] = node.args;
      const list = constants.get(right);
      if (!isScore(left) || !Array.isArray(list)) return undefined;
      const cuts = list.map((constant) => cutsOfComparison('==', constant));
      return cuts.includes(undefined) ? undefined : cuts.flatMap((each) => each ?? []);
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=': {
      const [left, right] = node.args;
      if (isScore(left) && constants.has(right)) {
        return cutsOfComparison(node.op, constants.get(right));
      }
      if (isScore(right) && constants.has(left)) {
        return cutsOfComparison(MIRRORED[node.op], constants.get(left));
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** A cut may be outside of 0 to 100. */
function cutsOfComparison(operator: Comparison, constant: unknown): number[] | undefined {
  const number = numberOf(constant);
  if (number === undefined) return undefined;
  const bound = Number(number);
  switch (operator) {
    case '<':
    case '>=':
      return [Math.ceil(bound)];
    case '<=':
    case '>':
      return [Math.floor(bound) + 1];
    case '==':
    case '!=':
      return [bound, bound + 1];
  }
}
