import { type Node, TIMESTAMP_TYPE } from '../library/node.ts';
import { domainOfField, domainOfTimestampPart, SIZE } from './domains.ts';
import type { Value } from './restrictions.ts';

/** A string that no policy contains. */
const OTHER_STRING = '\u0000';

/** Returns the bounds and one value of each range between them: all values of a range give the same results. */
export function candidates(subject: Node, bounds: ReadonlySet<Value>): Value[] {
  const numbers = [...bounds].filter((bound) => typeof bound === 'number').sort((a, b) => a - b);
  const type = subject.checkedType?.name;
  if (numbers.length === 0) return type === 'bool' ? [true, false] : [...bounds, OTHER_STRING];
  const { min, max, values } = rangeOf(subject);
  const isInteger = type === 'int' || type === 'uint';
  const near = numbers.flatMap((number, index) => {
    const next = numbers[index + 1] ?? number + 2;
    const below = isInteger ? Math.ceil(number) - 1 : number - 1;
    const above = isInteger ? Math.floor(number) + 1 : (number + next) / 2;
    return [below, number, above];
  });
  const inRange = [...(values ?? near), min, max].filter(
    (value) => value >= min && value <= max && (!isInteger || Number.isInteger(value)),
  );
  // Arithmetic may result in NaN (0.0 / 0.0), for which every comparison is false.
  return type === 'double' ? [...inRange, Number.NaN] : inRange;
}

const UNLIMITED = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

function rangeOf(subject: Node): { min: number; max: number; values?: readonly number[] } {
  const domain = domainOf(subject);
  return domain?.kind === 'number' ? domain : UNLIMITED;
}

function domainOf(subject: Node) {
  if (subject.op === '.') {
    const [owner, field] = subject.args;
    return domainOfField(owner.checkedType?.name ?? '', field, '');
  }
  if (subject.op === 'call' && subject.args[0] === 'size') return SIZE;
  if (subject.op !== 'rcall') return undefined;
  const [method, receiver] = subject.args;
  if (method === 'size') return SIZE;
  return receiver.checkedType?.name === TIMESTAMP_TYPE ? domainOfTimestampPart(method) : undefined;
}
