import { isTimeZone } from '../../policy-clock.ts';
import { summaryOf } from '../library/errors.ts';
import { evaluateUntyped } from '../library/evaluation.ts';
import type { Node } from '../library/node.ts';
import { CONVERSIONS } from '../semantics/conversions.ts';
import { rangeIssue } from './value-limits.ts';

/** Values of the parts of an expression that do not depend on the request. */
export type Constants = ReadonlyMap<Node, unknown>;

/** The library's messages, and their replacements for policy authors. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [
    /^Invalid duration string: .*$/,
    'this is not a valid duration; the units are h, m, s, ms, us and ns, e.g. duration("168h") for 7 days',
  ],
  [
    /^timestamp\(\) requires .*$/,
    'this is not a valid timestamp; write date, time and zone, e.g. timestamp("2027-01-31T00:00:00Z")',
  ],
  [
    /^Invalid time zone specified: (.*)$/,
    '"$1" is not a valid time zone; write an IANA name such as Europe/Berlin',
  ],
  [/^(\w+)\(\) type error: .*$/, '$1() does not accept this value'],
  [/^Incorrect timezone information provided$/, 'this is not a valid time zone'],
];

function describe(error: unknown): string {
  return MESSAGES.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    summaryOf(error),
  );
}

/** Returns the issue of a part that fails on every request. */
export function failureIssue(error: unknown): string {
  return `a constant part fails on every request: ${describe(error)}`;
}

/** Returns why a value is not a valid time zone. */
export function timeZoneIssue(value: unknown): string | undefined {
  if (typeof value !== 'string' || isTimeZone(value)) return undefined;
  return describe(new Error(`Invalid time zone specified: ${value}`));
}

/** Returns why a function that converts values, such as `int` or `timestamp`, fails for a value. */
export function conversionIssue(name: string, value: unknown): string | undefined {
  const issue = invalidStringIssue(name, value);
  if (issue !== undefined) return describe(new Error(issue));
  try {
    return rangeIssue(evaluateUntyped(`${name}(value)`, { value }));
  } catch (error) {
    return describe(error);
  }
}

/** Returns the issue of a call with a string that CEL does not define, but the library reads: `int("")`. */
export function argumentIssue(node: Node, constants: Constants): string | undefined {
  if (node.op !== 'call') return undefined;
  const [name, [argument]] = node.args;
  return argument && invalidStringIssue(name, constants.get(argument));
}

/** A sequence of numbers with units, as in Go. */
const DURATION = /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+)$/;

function invalidStringIssue(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // `duration` and `timestamp` return messages of the library, which `describe` then replaces.
  if (name === 'duration' && !DURATION.test(value)) return 'Invalid duration string: ';
  const conversion = CONVERSIONS.get(name);
  if (conversion === undefined || conversion.accepts(value)) return undefined;
  if (name === 'timestamp') return 'timestamp() requires a date that exists';
  return `"${value}" is not ${conversion.expected}`;
}
