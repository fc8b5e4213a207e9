import type { Environment } from '@marcbachmann/cel-js';
import { registerStringMacro } from '../library/macro.ts';
import type { Node } from '../library/node.ts';
import { compileRe2, hasBoundedAutomaton, type Pattern } from '../library/re2.ts';
import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';

/**
 * Replaces CEL's `matches`. CEL specifies RE2, which takes linear time, but the library uses JavaScript's
 * `RegExp`, which backtracks: with `^(a+)+$`, a string of 26 letters takes 400 ms, and each further letter
 * doubles that. The pattern must be a literal, so that a client cannot choose what is compiled.
 */
export function registerMatches(environment: Environment, meter: CostMeter): void {
  registerStringMacro(environment, 'matches', (argument) => {
    const pattern = compilePattern(argument);
    return (text) => {
      if (typeof text !== 'string') throw conditionError('matches expects a string');
      meter.spend(text.length * COST.matchedCharacter);
      return pattern.test(text);
    };
  });
}

function compilePattern(node: Node | undefined): Pattern {
  if (node?.op !== 'value' || typeof node.args !== 'string') {
    throw new Error('matches expects a literal pattern, e.g. matches("^[a-z]+$")');
  }
  const quoted = JSON.stringify(node.args).replaceAll('\\\\', '\\');
  const pattern = compileRe2(node.args);
  if (typeof pattern === 'string') {
    throw new Error(`${quoted} is not a valid RE2 regular expression: ${pattern}`);
  }
  if (!hasBoundedAutomaton(pattern)) {
    throw new Error(
      `${quoted} can take too much time; reduce its repetition counts {…}, replace them with * or +, or anchor it with ^`,
    );
  }
  return pattern;
}
