import type { Issues } from '../../file/issues.ts';
import type { Node } from '../library/node.ts';
import { print } from '../library/print.ts';
import { bindingOf, childrenOf } from '../library/syntax-tree.ts';
import { argumentIssue, type Constants, failureIssue } from './constant-issues.ts';
import { reasonForFailure } from './failing-operations.ts';
import { issuesAt } from './issues-at.ts';
import { rangeIssue } from './value-limits.ts';

/**
 * Evaluates the parts of an expression that do not depend on the request. Reports those that fail, and methods
 * whose constant arguments make them fail: they would fail on every request.
 *
 * @param evaluate evaluates a node that uses no variables.
 */
export function foldConstants(
  ast: Node,
  evaluate: (node: Node) => unknown,
  issues: Issues,
): Constants {
  const folding = new Folding(evaluate, issues);
  folding.fold(ast);
  return folding.values;
}

interface Folded {
  /** The variables that the part uses but does not declare. */
  readonly freeVariables: ReadonlySet<string>;
  /** Whether an issue of the part has been reported, so that the parts around it are not reported as well. */
  readonly failed: boolean;
}

const CONSTANT: Folded = { freeVariables: new Set(), failed: false };
const FAILED: Folded = { freeVariables: new Set(), failed: true };

class Folding {
  readonly values = new Map<Node, unknown>();
  readonly #evaluate: (node: Node) => unknown;
  readonly #issues: Issues;

  constructor(evaluate: (node: Node) => unknown, issues: Issues) {
    this.#evaluate = evaluate;
    this.#issues = issues;
  }

  fold(node: Node): Folded {
    if (node.op === 'value') return this.#foldLiteral(node, node.args);
    if (node.op === 'id') return this.#foldVariable(node.args, node);
    // The smallest int has no positive counterpart, so a sign is folded with its number.
    if (node.op === '-_' && node.args.op === 'value' && typeof node.args.args === 'bigint') {
      this.values.set(node.args, node.args.args);
      return this.#foldLiteral(node, -node.args.args);
    }
    const parts = this.#foldParts(node);
    if (parts.failed) return parts;
    if (parts.freeVariables.size === 0) return this.#foldConstant(node);
    const reason = reasonForFailure(node, this.values);
    if (reason === undefined) return parts;
    this.#report(node, reason);
    return { ...parts, failed: true };
  }

  #foldLiteral(node: Node, value: unknown): Folded {
    const issue = rangeIssue(value);
    if (issue !== undefined) {
      this.#report(node, issue);
      return FAILED;
    }
    this.values.set(node, value);
    return CONSTANT;
  }

  #foldVariable(name: string, node: Node): Folded {
    const isConstantOfLibrary = node.meta.alternate !== undefined;
    return isConstantOfLibrary ? CONSTANT : { freeVariables: new Set([name]), failed: false };
  }

  #foldParts(node: Node): Folded {
    const binding = bindingOf(node);
    if (binding === undefined) return this.#foldAll(childrenOf(node));
    const body = this.#foldAll(binding.body);
    const freeVariables = new Set(body.freeVariables);
    freeVariables.delete(binding.name);
    return merge([this.fold(binding.value), { freeVariables, failed: body.failed }]);
  }

  #foldAll(nodes: readonly Node[]): Folded {
    return merge(nodes.map((node) => this.fold(node)));
  }

  #foldConstant(node: Node): Folded {
    try {
      // Checked first: its message is better than that of the conversion.
      const issue = argumentIssue(node, this.values);
      if (issue !== undefined) throw new Error(issue);
      const value = this.#evaluate(node);
      const outOfRange = rangeIssue(value);
      if (outOfRange !== undefined) throw new Error(outOfRange);
      this.values.set(node, value);
      return CONSTANT;
    } catch (error) {
      this.#report(node, failureIssue(error));
      return FAILED;
    }
  }

  #report(node: Node, reason: string): void {
    issuesAt(this.#issues, node).add(`${reason} (in: ${print(node)})`);
  }
}

function merge(parts: readonly Folded[]): Folded {
  const relevant = parts.filter((part) => part !== CONSTANT);
  const [first = CONSTANT] = relevant;
  if (relevant.length < 2) return first;
  return {
    freeVariables: new Set(relevant.flatMap(({ freeVariables }) => [...freeVariables])),
    failed: relevant.some(({ failed }) => failed),
  };
}
