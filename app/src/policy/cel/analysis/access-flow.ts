import { didYouMean } from '../../../config/similar-name.ts';
import type { Declarations } from '../environment.ts';
import type { Node, NodeOf } from '../library/node.ts';
import { print } from '../library/print.ts';
import { VARIABLE_OF_SIGNAL_TYPE } from '../signal-variables.ts';
import { suggestField } from '../suggestions.ts';
import { domainOfClaim, domainOfField } from './domains.ts';
import {
  contentFlow,
  EMPTY_FLOW,
  type Flow,
  flowOf,
  join,
  listFlow,
  OTHER_FLOW,
  sourcesOf,
} from './flow.ts';
import type { FlowContext, Scope } from './flow-context.ts';

/** Types whose fields must be read by name, so that each use of a field is known. */
const ACCESSED_BY_NAME: Readonly<Record<string, string>> = {
  ...VARIABLE_OF_SIGNAL_TYPE,
  Lists: 'lists',
};

/** Returns the flow of `owner.field` and `owner.?field`. */
export function accessField(node: NodeOf<'.' | '.?'>, scope: Scope, context: FlowContext): Flow {
  const [ownerNode, field] = node.args;
  context.intermediateAccesses.add(ownerNode);
  const owner = context.flowOf(ownerNode, scope);
  const fields = sourcesOf(owner, 'object').map(({ type }) =>
    fieldFlow(node, type, field, context),
  );
  if (owner.keys !== undefined) {
    context.comparisons.checkEquality(owner.keys, flowOf({ kind: 'constant', value: field }));
  }
  return join([...fields, contentFlow(owner)]);
}

/** Returns the flow of `owner[key]` and `owner[?key]`. */
export function accessKey(node: NodeOf<'[]' | '[?]'>, scope: Scope, context: FlowContext): Flow {
  const [ownerNode, keyNode] = node.args;
  context.intermediateAccesses.add(ownerNode);
  const owner = context.flowOf(ownerNode, scope);
  const key = context.flowOf(keyNode, scope);
  const constant = context.constants.get(keyNode);
  const fields = sourcesOf(owner, 'object').map(({ type }) => {
    const name = ACCESSED_BY_NAME[type];
    if (name !== undefined) {
      context.issues.add(`write ${name}.name, not ${name}["name"]`);
      return EMPTY_FLOW;
    }
    return typeof constant === 'string' ? fieldFlow(node, type, constant, context) : OTHER_FLOW;
  });
  if (owner.keys !== undefined) context.comparisons.checkEquality(owner.keys, key);
  if (node.op === '[]') checkIndex(owner, constant ?? 0n, context);
  return join([...fields, contentFlow(owner)]);
}

function fieldFlow(
  node: NodeOf<'.' | '.?' | '[]' | '[?]'>,
  type: string,
  field: string,
  { declarations, uses, issues, intermediateAccesses }: FlowContext,
): Flow {
  if (type === 'Lists') {
    uses.lists.add(field);
    return listFlow(flowOf({ kind: 'entry', list: field }));
  }
  const fields = declarations.fields.get(type);
  if (fields === undefined) {
    const isOptional = node.op === '.?' || node.op === '[?]';
    if (isOptional && !intermediateAccesses.has(node))
      issues.add(neverAbsentIssue(node.args[0], field));
    const claim = type === 'Claims' ? domainOfClaim(field, `the claim ${field}`) : undefined;
    if (claim === undefined) return OTHER_FLOW;
    // A claim may also be absent, or a list.
    return join([OTHER_FLOW, flowOf({ kind: 'field', domain: claim })]);
  }
  const name = `${nameOfType(type, declarations)}.${field}`;
  if (!Object.hasOwn(fields, field)) {
    // The type checker accepts any name in `.?` and `has`.
    const isNamed = node.op === '.' || node.op === '.?';
    const { start, end } = node.range;
    const position = isNamed ? end - start - field.length : 0;
    const suggestion = suggestField(type, field, declarations);
    issues.add(`unknown field ${field} (in: ${name})${didYouMean(suggestion)}`, {
      ...(suggestion !== undefined && { suggestion }),
      position,
      length: end - start - position,
    });
    return EMPTY_FLOW;
  }
  if (type === 'Geo') uses.geoFields.add(field);
  if (type === 'Anonymizer') uses.anonymizerFields.add(field);
  const fieldType = fields[field] as string;
  if (declarations.fields.has(fieldType)) return flowOf({ kind: 'object', type: fieldType });
  if (fieldType.startsWith('list<')) return listFlow(OTHER_FLOW);
  const domain = domainOfField(type, field, name);
  return domain === undefined ? OTHER_FLOW : flowOf({ kind: 'field', domain });
}

/** Returns the issue of an optional access that is never empty: a missing header, parameter or claim has a value. */
function neverAbsentIssue(owner: Node, field: string): string {
  return `${print(owner)}.${field} is never absent: a missing header or parameter is "", and a missing claim is null; compare it with that`;
}

/** Reports a constant index that is beyond a list of the policy. */
function checkIndex(
  owner: Flow,
  index: unknown,
  { declarations: { lists }, issues }: FlowContext,
): void {
  const [entry, ...others] = owner.elements?.sources.values() ?? [];
  if (typeof index !== 'bigint' || entry?.kind !== 'entry' || others.length > 0) return;
  const entries = lists.get(entry.list)?.entries ?? [];
  const count = new Set(entries.map(({ value }) => value)).size;
  if (index < count) return;
  issues.add(
    count === 0
      ? `lists.${entry.list} is empty, so it has no element at an index`
      : `lists.${entry.list}[${index}] does not exist: the list has ${count} entries`,
  );
}

/** Returns the variable of a type, for messages. */
function nameOfType(type: string, { variables }: Declarations): string {
  return Object.entries(variables).find(([, other]) => other === type)?.[0] ?? type;
}
