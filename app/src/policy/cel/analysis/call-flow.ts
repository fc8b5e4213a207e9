import { listInWords } from '../../../lib/list-in-words.ts';
import type { Node, NodeOf } from '../library/node.ts';
import { SIGNAL_VARIABLE_NAMES, VARIABLE_OF_SIGNAL_TYPE } from '../signal-variables.ts';
import { conversionIssue } from './constant-issues.ts';
import { SIZE } from './domains.ts';
import { derive, EMPTY_FLOW, type Flow, flowOf, sourcesOf } from './flow.ts';
import type { FlowContext, Scope } from './flow-context.ts';
import { checkPolicyValues } from './policy-values.ts';

/** Functions that fail for values they cannot convert. */
const CONVERSIONS = new Set(['bool', 'double', 'int', 'timestamp', 'uint']);

export function analyzeCall(node: NodeOf<'call'>, scope: Scope, context: FlowContext): Flow {
  const [name, args] = node.args;
  const [only] = args;
  if (name === 'duration' && only !== undefined && !context.constants.has(only)) {
    // The library's parser takes hours for a long string of digits.
    context.issues.add('duration expects a literal string, e.g. duration("90m")');
  }
  const flows = args.map((arg) => context.flowOf(arg, scope));
  const [first = EMPTY_FLOW] = flows;
  if (CONVERSIONS.has(name) && only !== undefined) {
    checkPolicyValues(only, first, (value) => conversionIssue(name, value), context);
  }
  switch (name) {
    case 'dyn':
    case 'string':
    case 'int':
    case 'double':
    case 'uint':
      return first;
    case 'size':
      return flowOf({ kind: 'field', domain: SIZE });
    case 'type':
    case 'bool':
      return EMPTY_FLOW;
    default:
      return derive(name, flows);
  }
}

/** Checks the argument of `has`: it must be a single field, of a type whose fields may be absent. */
export function analyzeHas(field: Node, scope: Scope, context: FlowContext): Flow {
  const owner = ownerOf(field);
  let root = field;
  for (let next = owner; next !== undefined; next = ownerOf(root)) root = next;
  const types = sourcesOf(context.flowOf(root, scope), 'object').map(({ type }) => type);
  // All fields of an unknown signal are absent, those of a partial one may be.
  const canBeAbsent = (type: string) => Object.hasOwn(VARIABLE_OF_SIGNAL_TYPE, type);
  // A variable that the condition declares may have several types, or an unknown one.
  const isDeclared = root.op === 'id' && scope.has(root.args);
  if (!(isDeclared ? types.every(canBeAbsent) : types.some(canBeAbsent))) {
    context.issues.add(
      `has() is for fields of ${listInWords(SIGNAL_VARIABLE_NAMES)}; other fields are empty if the request lacks them, and "x" in request.headers tests for a header`,
    );
  } else if (types.length > 0 && owner !== root) {
    context.issues.add('has() expects a single field, e.g. has(geo.city)');
  } else {
    context.flowOf(field, scope);
  }
  return EMPTY_FLOW;
}

function ownerOf(node: Node): Node | undefined {
  return node.op === '.' || node.op === '.?' ? node.args[0] : undefined;
}
