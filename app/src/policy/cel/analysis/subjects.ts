import type { Node } from '../library/node.ts';
import { PARTIAL_TYPES, SIGNAL_OF, VARIABLE_OF_SIGNAL_TYPE } from '../signal-variables.ts';
import type { Constants } from './constant-issues.ts';

/** Under which circumstances an expression has no value. */
interface Subject {
  /** The signal, or its part, whose absence makes it unknown; `undefined` if it always has a value. */
  readonly unit: string | undefined;
  /** Whether it can be missing while the signal is known. */
  readonly mayBeMissing: boolean;
}

const ALWAYS_PRESENT: Subject = { unit: undefined, mayBeMissing: false };

/** Fields that every request has, perhaps empty. */
const REQUEST_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Request: ['grant', 'client_id'],
  User: ['id', 'store'],
  Organization: ['id', 'name', 'handle', 'depth'],
  Tenant: ['id', 'name'],
  Token: ['lifetime'],
  RefreshToken: ['lifetime'],
  Now: ['hour', 'minute', 'weekday', 'timestamp'],
};

/** Lists that every request has, perhaps empty. */
const REQUEST_LISTS: Readonly<Record<string, readonly string[]>> = {
  Request: ['scopes'],
  Token: ['scopes', 'audience'],
};

const STRING_METHODS = new Set(['lowerAscii', 'upperAscii', 'trim']);

/** Returns when an expression has no value; `undefined` if it may also fail, or is not understood. */
export function subjectOf(node: Node): Subject | undefined {
  switch (node.op) {
    case '.':
      return fieldSubject(node.args[0], node.args[1]);
    case '[]': {
      const [owner, key] = node.args;
      const isKey = key.op === 'value' && typeof key.args === 'string';
      return isKey && isMultiValueMap(owner) ? ALWAYS_PRESENT : undefined;
    }
    case 'call': {
      const [name, [list]] = node.args;
      return name === 'size' && list !== undefined && isRequestList(list)
        ? ALWAYS_PRESENT
        : undefined;
    }
    case 'rcall': {
      const [method, receiver, args] = node.args;
      if (method === 'size' && isRequestList(receiver)) return ALWAYS_PRESENT;
      const isOfString = STRING_METHODS.has(method) && args.length === 0;
      const isOfTime = method.startsWith('get') && args.every(({ op }) => op === 'value');
      return isOfString || isOfTime ? subjectOf(receiver) : undefined;
    }
    default:
      return undefined;
  }
}

function fieldSubject(owner: Node, field: string): Subject | undefined {
  const type = owner.checkedType?.name ?? '';
  if (isMultiValueMap(owner)) return ALWAYS_PRESENT;
  if (!isPlainPath(owner)) return undefined;
  if (REQUEST_FIELDS[type]?.includes(field) === true) return ALWAYS_PRESENT;
  const variable = VARIABLE_OF_SIGNAL_TYPE[type];
  const signal = variable === undefined ? undefined : SIGNAL_OF[variable];
  if (signal === undefined) return undefined;
  // Each field of `anonymizer` is unknown for a cause of its own.
  const unit = signal === 'anonymizer' ? `anonymizer.${field}` : signal;
  return { unit, mayBeMissing: PARTIAL_TYPES.has(type) };
}

/** Whether a node is `request.headers` or `request.params`. */
function isMultiValueMap(node: Node): boolean {
  return node.checkedType?.name === 'StringMap' && isPlainPath(node);
}

/** Whether a node is a variable, or a field of one: not an element of a list, or the result of a function. */
function isPlainPath(node: Node): boolean {
  return node.op === 'id' || (node.op === '.' && isPlainPath(node.args[0]));
}

function isRequestList(node: Node): boolean {
  if (node.op !== '.' || !isPlainPath(node)) return false;
  const [owner, field] = node.args;
  return REQUEST_LISTS[owner.checkedType?.name ?? '']?.includes(field) === true;
}

const SEARCHES = new Set(['startsWith', 'endsWith', 'contains']);

/** Longer strings make a search costly enough to exceed the limit of a condition. */
const MAX_SOUGHT_LENGTH = 200;

/** Returns the unit of a boolean test that cannot fail once it is known; `undefined` for any other node. */
export function isPureTest(
  node: Node,
  constants: Constants,
): { readonly unit: string | undefined } | undefined {
  if (node.op === 'in') {
    const [left, right] = node.args;
    const isConstant = typeof constants.get(left) === 'string';
    return isConstant && (isRequestList(right) || isMultiValueMap(right))
      ? { unit: undefined }
      : undefined;
  }
  if (node.op !== 'rcall') return undefined;
  const [method, receiver, [argument]] = node.args;
  const constant = argument && constants.get(argument);
  if (typeof constant !== 'string') return undefined;
  if (method === 'within' && receiver.op === 'id' && receiver.args === 'address') {
    return { unit: `within:${constant}` };
  }
  const subject = SEARCHES.has(method) ? subjectOf(receiver) : undefined;
  const isPure =
    subject !== undefined && !subject.mayBeMissing && constant.length <= MAX_SOUGHT_LENGTH;
  return isPure ? { unit: subject.unit } : undefined;
}
