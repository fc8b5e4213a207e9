import type { Issues } from '../../file/issues.ts';
import type { Declarations } from '../environment.ts';
import type { Node, NodeOf } from '../library/node.ts';
import { SIGNAL_OF } from '../signal-variables.ts';
import { accessField, accessKey } from './access-flow.ts';
import { analyzeCall, analyzeHas } from './call-flow.ts';
import { ComparisonChecker } from './comparisons.ts';
import type { Constants } from './constant-issues.ts';
import {
  derive,
  EMPTY_FLOW,
  type Flow,
  flowOf,
  flowOfValue,
  join,
  listFlow,
  mapFlow,
  OTHER_FLOW,
} from './flow.ts';
import type { FlowContext, FlowUses, Scope } from './flow-context.ts';
import { issuesAt } from './issues-at.ts';
import { analyzeMethodCall } from './method-flow.ts';
import { checkTypes } from './type-rules.ts';

/**
 * Follows values through a type-checked expression, from their sources to their comparisons, and reports uses
 * that the author cannot have intended.
 */
export function analyzeFlow(
  ast: Node,
  constants: Constants,
  declarations: Declarations,
  issues: Issues,
): FlowUses {
  const uses: FlowUses = {
    signals: new Set(),
    cidrLists: new Set(),
    countryLists: new Set(),
    continentLists: new Set(),
    geoFields: new Set(),
    anonymizerFields: new Set(),
    lists: new Set(),
    feeds: new Set(),
  };
  const shared = {
    constants,
    declarations,
    uses,
    intermediateAccesses: new Set<Node>(),
    issuesOf: (node: Node) => issuesAt(issues, node),
    flowOf: (node: Node, scope: Scope) => analyzeNode(node, scope, contextAt(node)),
  };
  const contextAt = (node: Node): FlowContext => ({
    ...shared,
    issues: shared.issuesOf(node),
    comparisons: new ComparisonChecker(declarations.lists, uses, issues, node),
  });
  shared.flowOf(ast, new Map());
  return uses;
}

function analyzeNode(node: Node, scope: Scope, context: FlowContext): Flow {
  checkTypes(node, context.issues);
  const flow = analyzeOperator(node, scope, context);
  // The flow of a constant is its value, however it is computed. The flow of a literal has the elements as well.
  const isLiteral = node.op === 'list' || node.op === 'map';
  if (isLiteral || !context.constants.has(node)) return flow;
  return flowOfValue(context.constants.get(node));
}

function analyzeOperator(node: Node, scope: Scope, context: FlowContext): Flow {
  const analyze = (part: Node) => context.flowOf(part, scope);
  switch (node.op) {
    case 'id':
      return analyzeVariable(node.args, scope, context);
    case '.':
    case '.?':
      return accessField(node, scope, context);
    case '[]':
    case '[?]':
      return accessKey(node, scope, context);
    case 'call': {
      const [name, args] = node.args;
      return name === 'has' && args[0] !== undefined
        ? analyzeHas(args[0], scope, context)
        : analyzeCall(node, scope, context);
    }
    case 'rcall':
      return analyzeMethodCall(node, scope, context);
    case 'list':
      return listFlow(join(node.args.map(analyze)));
    case 'map':
      return mapFlow(
        join(node.args.map(([key]) => analyze(key))),
        join(node.args.map(([, value]) => analyze(value))),
      );
    case '?:': {
      const [condition, whenTrue, whenFalse] = node.args;
      analyze(condition);
      return join([analyze(whenTrue), analyze(whenFalse)]);
    }
    case '!_':
    case '-_':
      analyze(node.args);
      return EMPTY_FLOW;
    case 'value':
    case 'comprehension':
      return EMPTY_FLOW;
    default:
      return analyzeBinary(node, scope, context);
  }
}

function analyzeVariable(
  name: string,
  scope: Scope,
  { uses, declarations: { variables } }: FlowContext,
): Flow {
  const declared = scope.get(name);
  if (declared !== undefined) return declared;
  const signal = SIGNAL_OF[name];
  if (signal !== undefined) uses.signals.add(signal);
  if (!Object.hasOwn(variables, name)) return EMPTY_FLOW;
  return flowOf({ kind: 'object', type: variables[name] as string });
}

type BinaryOperator =
  | ('&&' | '||' | '==' | '!=' | 'in' | '<' | '<=' | '>' | '>=')
  | ('+' | '-' | '*' | '/' | '%');

function analyzeBinary(node: NodeOf<BinaryOperator>, scope: Scope, context: FlowContext): Flow {
  const { comparisons } = context;
  const left = context.flowOf(node.args[0], scope);
  const right = context.flowOf(node.args[1], scope);
  switch (node.op) {
    case '==':
    case '!=':
      comparisons.checkEquality(left, right);
      return EMPTY_FLOW;
    case 'in':
      // In a map these are the keys. The elements of a value of the request can be anything.
      comparisons.checkEquality(left, right.keys ?? right.elements);
      return EMPTY_FLOW;
    case '<':
    case '<=':
    case '>':
    case '>=':
      comparisons.checkOrder(left, node.op, right);
      return EMPTY_FLOW;
    case '+': {
      const isList = left.elements !== undefined || right.elements !== undefined;
      return isList ? join([left, right]) : derive('+', [left, right]);
    }
    case '&&':
    case '||':
      return EMPTY_FLOW;
    default:
      return OTHER_FLOW;
  }
}
