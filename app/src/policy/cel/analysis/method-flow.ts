import { unknownNameIssue, withinIssue } from '../../feeds.ts';
import type { Issues } from '../../file/issues.ts';
import { type CelType, type NodeOf, TIMESTAMP_TYPE } from '../library/node.ts';
import { type Binding, bindOf, loopOf } from '../library/syntax-tree.ts';
import { timeZoneIssue } from './constant-issues.ts';
import { domainOfTimestampPart, SIZE } from './domains.ts';
import {
  allSources,
  derive,
  EMPTY_FLOW,
  type Flow,
  flowOf,
  join,
  listFlow,
  OTHER_FLOW,
} from './flow.ts';
import type { FlowContext, Scope } from './flow-context.ts';
import { changeNames } from './name-comparisons.ts';
import { checkPolicyValues } from './policy-values.ts';

/** Methods that search a string for another one. */
const SEARCHES = new Set([
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'indexOf',
  'lastIndexOf',
]);

/** Methods that do not change a code, which consists of capital letters. */
const IDENTITY_ON_CODES = new Set(['upperAscii', 'trim']);

export function analyzeMethodCall(node: NodeOf<'rcall'>, scope: Scope, context: FlowContext): Flow {
  const loop = loopOf(node);
  if (loop !== undefined) return analyzeLoop(node.args[0], loop, scope, context);
  const binding = bindOf(node);
  if (binding !== undefined) {
    const value = context.flowOf(binding.value, scope);
    return analyzeBody(binding, value, scope, context).at(-1) ?? EMPTY_FLOW;
  }
  const [name, receiver, args] = node.args;
  if (name === 'within') return analyzeWithin(node, scope, context);
  const owner = context.flowOf(receiver, scope);
  const flows = args.map((arg) => context.flowOf(arg, scope));
  const [firstArg] = args;
  const [firstFlow] = flows;
  const isTimestamp = receiver.checkedType?.name === TIMESTAMP_TYPE;
  if (isTimestamp && firstArg !== undefined && firstFlow !== undefined) {
    checkPolicyValues(firstArg, firstFlow, timeZoneIssue, context);
  }
  return resultOf(name, owner, flows, isTimestamp, context);
}

function analyzeLoop(method: string, loop: Binding, scope: Scope, context: FlowContext): Flow {
  const range = context.flowOf(loop.value, scope);
  const element = elementFlow(range, loop.value.checkedType);
  const body = analyzeBody(loop, element, scope, context);
  if (method === 'filter') return listFlow(element);
  return method === 'map' ? listFlow(body.at(-1) ?? EMPTY_FLOW) : EMPTY_FLOW;
}

function analyzeBody(
  { name, body }: Binding,
  variable: Flow,
  scope: Scope,
  context: FlowContext,
): readonly Flow[] {
  const inside = new Map(scope).set(name, variable);
  return body.map((part) => context.flowOf(part, inside));
}

/** Returns the flow of the variable of a loop: the elements of a list, the keys of a map. */
function elementFlow(range: Flow, type: CelType | undefined): Flow {
  if (type?.kind === 'list') return range.elements ?? EMPTY_FLOW;
  if (type?.kind === 'map') return range.keys ?? EMPTY_FLOW;
  return join([range.elements, range.keys, range.sources.has('other') ? OTHER_FLOW : undefined]);
}

function analyzeWithin(node: NodeOf<'rcall'>, scope: Scope, context: FlowContext): Flow {
  const [, receiver, [argument]] = node.args;
  context.flowOf(receiver, scope);
  if (argument !== undefined) context.flowOf(argument, scope);
  const name = argument && context.constants.get(argument);
  const { issues, uses, declarations } = context;
  if (typeof name !== 'string') {
    issues.add(
      'within expects the name of a list or feed in quotes, e.g. within("trusted_networks")',
    );
  } else if (declarations.lists.has(name)) {
    uses.cidrLists.add(name);
    uses.lists.add(name);
  } else {
    useFeed(name, context, argument ? context.issuesOf(argument) : issues);
  }
  return EMPTY_FLOW;
}

function useFeed(id: string, { declarations, uses }: FlowContext, issues: Issues): void {
  const { feeds, lists, builtInFeeds } = declarations;
  const content = feeds.get(id);
  if (content === undefined) {
    const names = [...lists.keys(), ...feeds.keys()];
    const { message, ...details } = unknownNameIssue(id, names, builtInFeeds);
    issues.add(message, details);
    return;
  }
  const issue = withinIssue(id, content);
  if (issue !== undefined) issues.add(issue);
  uses.signals.add('feeds');
  uses.feeds.add(id);
  if (content === 'networks') uses.signals.add('network');
}

function resultOf(
  name: string,
  owner: Flow,
  args: readonly Flow[],
  isTimestamp: boolean,
  { comparisons }: FlowContext,
): Flow {
  if (SEARCHES.has(name)) {
    const sought = join(args);
    comparisons.checkSearch(owner, sought, `${name} compares only a part of the code`);
    comparisons.checkSearch(sought, owner, `${name} searches another string for the code`);
    comparisons.checkPart(owner, name, sought);
    return name.endsWith('ndexOf') ? OTHER_FLOW : EMPTY_FLOW;
  }
  const part = isTimestamp ? domainOfTimestampPart(name) : undefined;
  if (part !== undefined) return flowOf({ kind: 'field', domain: part });
  const changed = changeNames(owner, name);
  if (changed !== undefined) return changed;
  if (IDENTITY_ON_CODES.has(name) && consistsOfFields(owner)) return owner;
  switch (name) {
    case 'size':
      return flowOf({ kind: 'field', domain: SIZE });
    case 'value':
      return owner;
    case 'or':
    case 'orValue':
      return join([owner, ...args]);
    case 'of':
      return args[0] ?? EMPTY_FLOW;
    case 'none':
    case 'hasValue':
      return EMPTY_FLOW;
    case 'split':
      return listFlow(derive(name, [owner]));
    default:
      return derive(name, [owner]);
  }
}

function consistsOfFields(flow: Flow): boolean {
  const sources = allSources(flow);
  return sources.length > 0 && sources.every(({ kind }) => kind === 'field' || kind === 'derived');
}
