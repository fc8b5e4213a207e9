import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS, RE2JSException } from 're2js';
import type { Node } from '../library/syntax-tree.ts';
import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';

/*
 * CEL's `matches` is specified with the syntax of RE2, whose time is linear in the text. The library's
 * own one takes JavaScript's RegExp, which backtracks: 26 letters of a client keep `^(a+)+$` busy for
 * 400 ms, and each further letter doubles that.
 */

/** The parts of the library's type checker and evaluator that a macro works with. */
interface Checker {
  check(node: Node, context: unknown): { readonly kind: string; readonly name: string };
  getType(name: string): unknown;
  createError(code: string, message: string, node: Node): Error;
}
interface Evaluator {
  run(node: Node, context: unknown): unknown;
}
interface Call {
  readonly ast: Node;
  readonly receiver: Node;
  readonly args: readonly Node[];
}

/**
 * Replaces `matches` by a macro, so that its pattern is compiled once, when the policy is loaded: a
 * pattern that comes with the request would let the client choose what is compiled. The library finds a
 * macro by its name before types are known, so the receiver's type in the signature only keeps it apart
 * from the library's own `matches`.
 */
export function registerMatches(environment: Environment, work: CostMeter): void {
  environment.registerFunction('list.matches(ast): bool', ({ ast, receiver, args }: Call) => {
    const pattern = compilePattern(args[0]);
    return {
      async: false,
      typeCheck(checker: Checker, _: unknown, context: unknown) {
        const { kind, name } = checker.check(receiver, context);
        if (name === 'string' || kind === 'dyn') return checker.getType('bool');
        const message = `found no matching overload for '${name}.matches(string)'`;
        throw checker.createError('no_matching_overload', message, ast);
      },
      evaluate(evaluator: Evaluator, _: unknown, context: unknown) {
        const text = evaluator.run(receiver, context);
        if (typeof text !== 'string') throw conditionError('matches expects a string');
        work.spend(text.length * COST.matchedCharacter);
        return pattern.test(text);
      },
    };
  });
}

function compilePattern(node: Node | undefined): RE2JS {
  if (node?.op !== 'value' || typeof node.args !== 'string') {
    throw new Error('matches takes a pattern that is written out, e.g. matches("^[a-z]+$")');
  }
  const quoted = JSON.stringify(node.args).replaceAll('\\\\', '\\');
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(node.args);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error.message.replace('error parsing regexp: ', '');
    throw new Error(`${quoted} is no regular expression of RE2: ${reason}`);
  }
  if (!isCheap(pattern)) {
    throw new Error(
      `${quoted} can cost too much time; make its counts {…} smaller, write * or + for them, or begin it with ^`,
    );
  }
  return pattern;
}

/** Of one pattern's automaton. Usual ones have less than a thousand; those that run away, billions. */
const MOST_TRANSITIONS = 50_000;

/**
 * Whether the whole automaton of a pattern fits into memory. Its time is then some 10 ns a character,
 * whatever the text. Otherwise a client can choose a text that leads through ever new states, where
 * RE2 is still linear, but at some 20 ns for each character and instruction: 12 s for 1 MiB and
 * `[^a]{0,300}b[^a]{0,300}c$`. What is built here is what later tests use.
 */
function isCheap(pattern: RE2JS): boolean {
  // Builds the start. Plain texts and patterns without choices do without an automaton, and are quick.
  pattern.testExact('');
  const { lazyDFA } = pattern.re2Input;
  if (lazyDFA === null || lazyDFA === undefined) return true;
  const UNANCHORED = 0;
  const END = -1;
  // One character of each class that the pattern tells apart, and the end of the text.
  const characters = [0, ...lazyDFA.classBounds, END];
  const reached = new Set(lazyDFA.startStates.values());
  let transitions = 0;
  for (const state of reached) {
    for (const [kind, character] of characters.entries()) {
      transitions += 1;
      if (transitions > MOST_TRANSITIONS) return false;
      const next = lazyDFA.step(state, kind, character, UNANCHORED);
      // There is no memory left for it.
      if (next === null) return false;
      reached.add(next);
    }
  }
  return true;
}
