import { evaluateUntyped } from '../library/evaluation.ts';
import { type Node, type NodeOf, TIMESTAMP_TYPE } from '../library/node.ts';
import { type Constants, failureIssue, timeZoneIssue } from './constant-issues.ts';

/** A method with a larger index is not tried, because its sample would be too long. */
const MAX_SAMPLE_LENGTH = 1_000_000;

/** Returns why an operation fails on every request because of its constant operands. */
export function reasonForFailure(node: Node, constants: Constants): string | undefined {
  switch (node.op) {
    case '/':
    case '%':
      if (!isZero(constants.get(node.args[1]))) return undefined;
      return node.op === '/' ? 'division by zero' : 'modulo by zero';
    case '[]': {
      const [owner, key] = node.args;
      const index = constants.get(key);
      const isNegative = typeof index === 'bigint' && index < 0n;
      return owner.checkedType?.kind === 'list' && isNegative
        ? 'a list index must not be negative'
        : undefined;
    }
    case 'rcall':
      return methodFailure(node, constants);
    default:
      return undefined;
  }
}

function isZero(value: unknown): boolean {
  return value === 0n || (typeof value === 'object' && String(value) === '0');
}

/** Tries a method on the sample that suits its constant arguments best: if that fails, every other value fails too. */
function methodFailure(node: NodeOf<'rcall'>, constants: Constants): string | undefined {
  const [name, receiver, args] = node.args;
  if (args.length === 0 || !args.every((arg) => constants.has(arg))) return undefined;
  // The pattern has been compiled already; the library's own `matches` would read it as a JavaScript RegExp.
  if (name === 'matches') return undefined;
  const values = args.map((arg) => constants.get(arg));
  const sample = sampleOf(receiver.checkedType?.name, values);
  if (sample === undefined) return undefined;
  // Some parts of a timestamp ignore an invalid time zone.
  const zoneIssue = sample instanceof Date ? timeZoneIssue(values[0]) : undefined;
  if (zoneIssue !== undefined) return failureIssue(new Error(zoneIssue));
  const names = values.map((_, index) => `arg${index}`);
  const variables = Object.fromEntries(names.map((arg, index) => [arg, values[index]]));
  try {
    evaluateUntyped(`sample.${name}(${names.join(', ')})`, { sample, ...variables });
    return undefined;
  } catch (error) {
    return failureIssue(error);
  }
}

function sampleOf(type: string | undefined, args: readonly unknown[]): unknown {
  if (type === TIMESTAMP_TYPE) return new Date(0);
  const maxIndex = args.reduce<number>(
    (max, value) => (typeof value === 'bigint' ? Math.max(max, Number(value)) : max),
    0,
  );
  if (maxIndex >= MAX_SAMPLE_LENGTH) return undefined;
  if (type === 'string') return 'x'.repeat(maxIndex + 1);
  return type === 'bytes' ? new Uint8Array(maxIndex + 1) : undefined;
}
