import { evaluationOf } from '../../../../src/policy/cel/library/evaluation.ts';
import type { Evaluate, Node } from '../../../../src/policy/cel/library/node.ts';
import type { Policy, Rule } from '../../../../src/policy/policy.ts';
import type { TraceEvent } from '../../../../src/policy/trace.ts';
import type { SignalName } from '../../../../src/signals/request-signals.ts';
import { RequestSignals } from '../../../../src/signals/request-signals.ts';
import type { CreateSignals } from '../run-case.ts';
import { type Operand, operandsOf } from './operands.ts';

/** How often each side of a part was reached. */
export interface Sides {
  true: number;
  false: number;
}

/** What cases have reached in a rule. */
export interface RuleCounts extends Sides {
  readonly rule: Rule;
  /** Evaluations that failed, or could not be decided without an unknown signal. */
  failed: number;
  unknown: number;
  readonly operands: readonly { readonly operand: Operand; readonly sides: Sides }[];
}

/** One evaluation of a condition: the operands that were evaluated, with their values. */
type Evaluated = readonly (readonly [operand: number, value: boolean])[];

/**
 * Observes which sides of the conditions of a policy cases reach. While it does, the nodes of the conditions are
 * evaluated through a function that records their values. `stop` restores them.
 */
export class ConditionObserver {
  readonly rules: readonly RuleCounts[];
  /** By signal and cause. */
  readonly unknown = new Map<SignalName, Set<string>>();
  readonly #byRule = new Map<Rule, RuleCounts>();
  readonly #restore: (() => void)[] = [];
  /** Evaluations of the current condition since the last signal was fetched. */
  #evaluations: (readonly [number, boolean])[][] = [];

  constructor(policy: Policy) {
    this.rules = policy.rules.map((rule) => this.#observe(rule));
  }

  /** Creates the signals of a case. Evaluations before a signal is fetched do not count: they are repeated with it. */
  readonly createSignals: CreateSignals = (...args) => {
    this.#evaluations = [];
    return new ObservedSignals(
      () => {
        this.#evaluations = [];
      },
      ...args,
    );
  };

  /** Receives the events of the decisions on cases. */
  readonly onEvent = (event: TraceEvent): void => {
    if (event.kind === 'unknown') {
      const causes = this.unknown.get(event.signal);
      if (causes === undefined) this.unknown.set(event.signal, new Set([event.cause]));
      else causes.add(event.cause);
    }
    if (event.kind !== 'condition') return;
    const counts = this.#byRule.get(event.rule);
    const { status } = event.result;
    if (counts === undefined) return;
    if (status === 'matched') counts.true += 1;
    else if (status === 'not-matched') counts.false += 1;
    else counts[status] += 1;
    // A condition that fails is evaluated again with unknown signals as absent, which counts only if it then matches.
    const isDecided = status === 'matched' || status === 'not-matched';
    const evaluated = this.#evaluations.at(isDecided ? -1 : 0) ?? [];
    this.#evaluations = [];
    count(counts, evaluated);
  };

  /** Restores the nodes of the conditions. */
  stop(): void {
    for (const restore of this.#restore) restore();
    this.#restore.length = 0;
  }

  #observe(rule: Rule): RuleCounts {
    const { tree } = rule.source;
    const operands = operandsOf(tree).map((operand) => ({ operand, sides: { true: 0, false: 0 } }));
    operands.forEach(({ operand }, index) => {
      this.#wrap(operand.node, (evaluate) => {
        const value = evaluate();
        if (typeof value === 'boolean') this.#evaluations.at(-1)?.push([index, value]);
        return value;
      });
    });
    this.#wrap(tree, (evaluate) => {
      this.#evaluations.push([]);
      return evaluate();
    });
    const counts = { rule, true: 0, false: 0, failed: 0, unknown: 0, operands };
    this.#byRule.set(rule, counts);
    return counts;
  }

  #wrap(node: Node, around: (evaluate: () => unknown) => unknown): void {
    const own = Object.getOwnPropertyDescriptor(node, 'evaluate');
    const inner = evaluationOf(node);
    const evaluate: Evaluate = (ev, self, context) => around(() => inner(ev, self, context));
    node.evaluate = evaluate;
    this.#restore.unshift(() => {
      if (own === undefined) Reflect.deleteProperty(node, 'evaluate');
      else Object.defineProperty(node, 'evaluate', own);
    });
  }
}

function count({ operands }: RuleCounts, evaluated: Evaluated): void {
  for (const [index, value] of evaluated) {
    const sides = operands[index]?.sides;
    if (sides === undefined) continue;
    if (value) sides.true += 1;
    else sides.false += 1;
  }
}

class ObservedSignals extends RequestSignals {
  readonly #onResolve: () => void;

  constructor(onResolve: () => void, ...args: ConstructorParameters<typeof RequestSignals>) {
    super(...args);
    this.#onResolve = onResolve;
  }

  override resolve(name: SignalName): void | Promise<void> {
    this.#onResolve();
    return super.resolve(name);
  }
}
