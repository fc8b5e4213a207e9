import type { Node, NodeOf } from './node.ts';

const MAX_LENGTH = 80;

/** Returns an expression as source text for messages, shortened if it is long. */
export function print(node: Node): string {
  const source = write(node);
  return source.length > MAX_LENGTH ? `${source.slice(0, MAX_LENGTH - 3)}...` : source;
}

function write(node: Node): string {
  switch (node.op) {
    case 'value':
      return printValue(node.args);
    case 'id':
      return node.args;
    case '.':
    case '.?': {
      const [owner, field] = node.args;
      return `${write(owner)}${node.op}${field}`;
    }
    case '[]':
      return `${write(node.args[0])}[${write(node.args[1])}]`;
    case '[?]':
      return `${write(node.args[0])}[?${write(node.args[1])}]`;
    case 'call': {
      const [name, args] = node.args;
      return `${name}(${writeAll(args)})`;
    }
    case 'rcall': {
      const [name, receiver, args] = node.args;
      return `${write(receiver)}.${name}(${writeAll(args)})`;
    }
    case 'list':
      return `[${writeAll(node.args)}]`;
    case 'map':
      return '{…}';
    case '?:': {
      const [condition, whenTrue, whenFalse] = node.args;
      return `${write(condition)} ? ${write(whenTrue)} : ${write(whenFalse)}`;
    }
    case '!_':
    case '-_':
      return `${node.op[0]}${writeOperand(node.args)}`;
    case 'comprehension':
      return '(…)';
    default:
      return writeBinary(node);
  }
}

/** Returns a value as a CEL literal. */
export function printValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Returns a path of fields, such as `token.claims["groups"]`; `(…)` in place of anything else. */
export function printPath(node: Node): string {
  if (node.op === 'id') return node.args;
  if (node.op === '.') return `${printPath(node.args[0])}.${node.args[1]}`;
  if (node.op !== '[]') return '(…)';
  const [owner, key] = node.args;
  return key.op === 'value' ? `${printPath(owner)}[${JSON.stringify(key.args)}]` : '(…)';
}

function writeAll(nodes: readonly Node[]): string {
  return nodes.map(write).join(', ');
}

function writeBinary({ op, args: [left, right] }: BinaryNode): string {
  return `${write(left)} ${op} ${write(right)}`;
}

/** Binary operators and `?:` bind less tightly than a sign, so they need parentheses. */
function writeOperand(node: Node): string {
  return PRIMARY.has(node.op) ? write(node) : `(${write(node)})`;
}

const PRIMARY_OPERATORS = [
  ...(['value', 'id', '.', '.?', '[]', '[?]', 'call', 'rcall', 'list', 'map'] as const),
  ...(['!_', '-_', 'comprehension'] as const),
] as const;

const PRIMARY: ReadonlySet<string> = new Set(PRIMARY_OPERATORS);

type BinaryNode = Exclude<Node, NodeOf<(typeof PRIMARY_OPERATORS)[number] | '?:'>>;
