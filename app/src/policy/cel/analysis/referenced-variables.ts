import { typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';
import { Variables } from '../variables/index.ts';

/** A variable that an expression names, down to the member that it reads: `geo.country`. */
export interface ReferencedVariable {
  /** As CEL writes it. */
  readonly name: string;
  /** Its value. Throws `SIGNAL_UNAVAILABLE` where a signal is missing, as the expression would. */
  read(variables: Variables): unknown;
}

/** The variables that a parsed expression names, each once, in the order in which they stand there. */
export function referencedVariables(ast: unknown): readonly ReferencedVariable[] {
  const found = new Map<string, ReferencedVariable>();
  const add = (variable: ReferencedVariable) => {
    if (!found.has(variable.name)) found.set(variable.name, variable);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const element of value) visit(element);
    if (!isNode(value)) return;
    const variable = variableOf(value);
    if (variable?.isMember) {
      add(variable);
      return;
    }
    const list = listOfWithin(value);
    if (list !== undefined) {
      add({ name: 'address.value', read: ({ address }) => address.value });
      add({ name: `address.within("${list}")`, read: ({ address }) => address.within(list) });
    }
    visit(value.args);
  };
  visit(ast);
  return [...found.values()];
}

/** `isMember` is false for a variable as a whole, which is no value that could be shown. */
function variableOf(node: Node): (ReferencedVariable & { isMember: boolean }) | undefined {
  if (node.op === 'id') {
    const name = String(node.args);
    if (!Object.hasOwn(Variables.prototype, name)) return undefined;
    return { name, isMember: false, read: (variables) => Reflect.get(variables, name) };
  }
  const [base, member] = Array.isArray(node.args) ? node.args : [];
  const key = keyOf(node.op, member);
  const owner = key !== undefined && isNode(base) ? variableOf(base) : undefined;
  if (key === undefined || owner === undefined) return undefined;
  return {
    name: owner.name + key.text,
    isMember: true,
    read: (variables) => memberOf(owner.read(variables), key.value),
  };
}

/** The member that a node reads, and how it is written behind its owner. */
function keyOf(op: string, member: unknown): { value: unknown; text: string } | undefined {
  if (op === '.' || op === '.?') return { value: member, text: op + String(member) };
  if (op !== '[]' && op !== '[?]') return undefined;
  if (!isNode(member) || member.op !== 'value') return undefined;
  const value = member.args;
  return { value, text: typeof value === 'string' ? `[${JSON.stringify(value)}]` : `[${value}]` };
}

function memberOf(owner: unknown, key: unknown): unknown {
  if (owner instanceof Map) return owner.get(key);
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, String(key)) : undefined;
}

/** The list in `address.within("list")`, under whatever name the address goes. */
function listOfWithin({ op, args }: Node): string | undefined {
  if (op !== 'rcall' || !Array.isArray(args) || args[0] !== 'within') return undefined;
  const [, receiver, [list] = []] = args;
  const isAddress = isNode(receiver) && receiver.op === 'id' && receiver.args === 'address';
  if (!isAddress && typeOf(receiver)?.name !== 'Address') return undefined;
  return isNode(list) && list.op === 'value' ? String(list.args) : undefined;
}
