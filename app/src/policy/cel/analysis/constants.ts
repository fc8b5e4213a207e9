import { Duration, Environment } from '@marcbachmann/cel-js/evaluator';
import type { Issues } from '../../file/issues.ts';
import { isTimeZone } from '../../policy-clock.ts';
import { type CheckedNode, typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';
import { CONVERSIONS } from '../semantics/conversions.ts';
import { LOOPS } from './loop-costs.ts';

/** Evaluates a node that needs nothing of the request. */
export type NodeEvaluator = (node: Node) => unknown;

/** The values of all parts of an expression that are the same for every request. */
export type Constants = ReadonlyMap<Node, unknown>;

/**
 * Evaluates the parts of an expression that no request changes, and reports those that fail: they would fail
 * on each request. So would a method whose arguments are constants that nothing goes with.
 */
export function foldConstants(ast: unknown, evaluate: NodeEvaluator, problems: Issues): Constants {
  const fold = new Fold(evaluate, problems);
  fold.visit(ast);
  return fold.values;
}

/** What a part needs from around it: names of variables. `failed`: its value is wrong already. */
interface Needs {
  readonly free: ReadonlySet<string>;
  readonly failed: boolean;
}

const NEEDS_NOTHING: Needs = { free: new Set(), failed: false };

class Fold {
  readonly values = new Map<Node, unknown>();
  readonly #evaluate: NodeEvaluator;
  readonly #problems: Issues;

  constructor(evaluate: NodeEvaluator, problems: Issues) {
    this.#evaluate = evaluate;
    this.#problems = problems;
  }

  visit(value: unknown): Needs {
    if (Array.isArray(value)) return merge(value.map((element) => this.visit(element)));
    if (!isNode(value)) return NEEDS_NOTHING;
    const node = value as CheckedNode;
    if (node.op === 'value') return this.#literal(node, node.args);
    // The least int has no positive counterpart, so the sign is read with its number.
    const negated = node.op === '-_' && isNode(node.args) ? node.args : undefined;
    if (negated?.op === 'value' && typeof negated.args === 'bigint') {
      this.values.set(negated, negated.args);
      return this.#literal(node, -negated.args);
    }
    if (node.op === 'id') {
      const isConstant = node.meta.alternate !== undefined;
      return isConstant ? NEEDS_NOTHING : { free: new Set([String(node.args)]), failed: false };
    }
    const needs = this.#visitParts(node);
    if (needs.failed) return needs;
    if (needs.free.size === 0) return this.#fold(node);
    const reason = alwaysFails(node, this.values);
    if (reason === undefined) return needs;
    this.#problems.add(`${reason} (in: ${show(node)})`);
    return { free: needs.free, failed: true };
  }

  #literal(node: Node, value: unknown): Needs {
    const issue = outOfRange(value);
    if (issue !== undefined) {
      this.#problems.add(`${issue} (in: ${show(node)})`);
      return { free: new Set(), failed: true };
    }
    this.values.set(node, value);
    return NEEDS_NOTHING;
  }

  #visitParts(node: Node): Needs {
    const bound = boundVariable(node);
    if (bound === undefined) return this.visit(node.args);
    const body = this.visit(bound.body);
    const free = new Set(body.free);
    free.delete(bound.name);
    return merge([this.visit(bound.value), { free, failed: body.failed }]);
  }

  #fold(node: Node): Needs {
    try {
      // Of a text that CEL refuses, the message is better before the conversion fails.
      const issue = malformed(node, this.values);
      if (issue !== undefined) throw new Error(issue);
      const value = this.#evaluate(node);
      const excess = outOfRange(value);
      if (excess !== undefined) throw new Error(excess);
      this.values.set(node, value);
      return NEEDS_NOTHING;
    } catch (error) {
      this.#problems.add(`${explain(error)} (in: ${show(node)})`);
      return { free: new Set(), failed: true };
    }
  }
}

function merge(parts: readonly Needs[]): Needs {
  const needed = parts.filter((part) => part !== NEEDS_NOTHING);
  const [first = NEEDS_NOTHING] = needed;
  if (needed.length < 2) return first;
  return {
    free: new Set(needed.flatMap(({ free }) => [...free])),
    failed: needed.some(({ failed }) => failed),
  };
}

/** The variable that a loop or `cel.bind` makes, what it takes its value from, and where it is known. */
export function boundVariable({
  op,
  args,
}: Node): { name: string; value: unknown; body: readonly unknown[] } | undefined {
  if (op !== 'rcall' || !Array.isArray(args)) return undefined;
  const [method, receiver, [variable, ...rest]] = args;
  if (!isNode(variable) || variable.op !== 'id') return undefined;
  const name = String(variable.args);
  if (LOOPS.has(method) && rest.length > 0) return { name, value: receiver, body: rest };
  const isBind = method === 'bind' && isNode(receiver) && receiver.args === 'cel';
  return isBind ? { name, value: rest[0], body: rest.slice(1) } : undefined;
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_TIMESTAMP_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MIN_TIMESTAMP_MS = -62_135_596_800_000;
/** Of google.protobuf.Duration: 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000n;

/** CEL's own bounds, which the library does not check for every operation. */
function outOfRange(value: unknown): string | undefined {
  if (typeof value === 'bigint' && (value > MAX_INT || value < MIN_INT)) {
    return `${value} does not fit into 64 bits`;
  }
  if (value instanceof Date) {
    const time = value.getTime();
    if (!(time >= MIN_TIMESTAMP_MS && time <= MAX_TIMESTAMP_MS)) {
      return 'a timestamp must be between the years 1 and 9999';
    }
  }
  if (value instanceof Duration) {
    const { seconds } = value;
    if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
      return 'a duration must be shorter than 10000 years';
    }
  }
  return undefined;
}

/** A sum of numbers, each with its unit, as Go writes durations. */
const DURATION = /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+)$/;
/** What the library reads from a text that CEL does not define: the 30th of February, `duration("h")`, `int("")`. */
function malformed({ op, args }: Node, constants: Constants): string | undefined {
  if (op !== 'call' || !Array.isArray(args)) return undefined;
  const [name, [argument] = []] = args;
  return malformedText(name, constants.get(argument));
}

function malformedText(name: string, text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  if (name === 'duration' && !DURATION.test(text)) return 'Invalid duration string: ';
  const conversion = CONVERSIONS.get(name);
  if (conversion === undefined || conversion.accepts(text)) return undefined;
  if (name === 'timestamp') return 'timestamp() requires a date that exists';
  return `"${text}" is not ${conversion.expected}`;
}

const samples = new Environment({ unlistedVariablesAreDyn: true });

/** Beyond it a text would not be built to try an index. */
const MAX_SAMPLE_LENGTH = 1_000_000;

/** Why a part fails on every request because of its constants, whatever the variables in it are. */
function alwaysFails(node: Node, constants: Constants): string | undefined {
  const [first, second, third] = Array.isArray(node.args) ? node.args : [];
  if (node.op === '/' || node.op === '%') {
    const divisor = constants.get(second);
    const isZero = divisor === 0n || (typeof divisor === 'object' && String(divisor) === '0');
    if (isZero) return node.op === '/' ? 'division by zero' : 'modulo by zero';
  }
  if (node.op === '[]' && typeOf(first)?.kind === 'list') {
    const index = constants.get(second);
    if (typeof index === 'bigint' && index < 0n) return 'a list has no element before the first';
  }
  if (node.op === 'rcall' && Array.isArray(third) && third.length > 0) {
    return methodFails(String(first), second, third, constants);
  }
  return undefined;
}

/** Tries a method on a sample that suits its constant arguments best: if that fails, everything does. */
function methodFails(
  name: string,
  receiver: unknown,
  args: readonly Node[],
  constants: Constants,
): string | undefined {
  // Its pattern is compiled as RE2 already; the library would take it for one of JavaScript.
  if (name === 'matches' || !args.every((arg) => constants.has(arg))) return undefined;
  const values = args.map((arg) => constants.get(arg));
  const sample = sampleOf(typeOf(receiver)?.name, values);
  if (sample === undefined) return undefined;
  // Not every part of a timestamp looks at its time zone.
  const zone = sample instanceof Date ? timeZoneIssue(values[0]) : undefined;
  if (zone !== undefined) return `${CONSTANT_FAILS}${zone}`;
  const names = values.map((_, index) => `arg${index}`);
  const variables = Object.fromEntries(names.map((arg, index) => [arg, values[index]]));
  try {
    samples.evaluate(`sample.${name}(${names.join(', ')})`, { sample, ...variables });
    return undefined;
  } catch (error) {
    return explain(error);
  }
}

/** What is wrong with a value as a time zone. */
export function timeZoneIssue(value: unknown): string | undefined {
  if (typeof value !== 'string' || isTimeZone(value)) return undefined;
  return inWords(new Error(`Invalid time zone specified: ${value}`));
}

/** What is wrong with a value for a function that converts it, such as `int` or `timestamp`. */
export function conversionIssue(name: string, value: unknown): string | undefined {
  const issue = malformedText(name, value);
  if (issue !== undefined) return inWords(new Error(issue));
  try {
    const converted = samples.evaluate(`${name}(value)`, { value });
    return outOfRange(converted);
  } catch (error) {
    return inWords(error);
  }
}

function sampleOf(type: string | undefined, args: readonly unknown[]): unknown {
  const longest = args.reduce<number>(
    (most, value) => (typeof value === 'bigint' ? Math.max(most, Number(value)) : most),
    0,
  );
  if (type === 'google.protobuf.Timestamp') return new Date(0);
  if (longest >= MAX_SAMPLE_LENGTH) return undefined;
  if (type === 'string') return 'x'.repeat(longest + 1);
  return type === 'bytes' ? new Uint8Array(longest + 1) : undefined;
}

/** CEL's messages in the words of the policy. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /^Invalid duration string: .*$/,
    'this is not a duration; CEL knows h, m, s, ms, us and ns, e.g. duration("168h") for 7 days',
  ],
  [
    /^timestamp\(\) requires .*$/,
    'this is not a timestamp; write date, time and zone, e.g. timestamp("2027-01-31T00:00:00Z")',
  ],
  [
    /^Invalid time zone specified: (.*)$/,
    '"$1" is not a time zone; write an IANA name such as Europe/Berlin',
  ],
  [/^(\w+)\(\) type error: .*$/, '$1() cannot read this'],
  [/^Incorrect timezone information provided$/, 'this is not a time zone'],
];

const CONSTANT_FAILS = 'a constant part fails on every request: ';

function explain(error: unknown): string {
  return `${CONSTANT_FAILS}${inWords(error)}`;
}

function inWords(error: unknown): string {
  const { summary, message } = error as { summary?: string; message: string };
  const reason = summary ?? String(message).split('\n')[0] ?? '';
  return WORDS.reduce((text, [cel, own]) => text.replace(cel, own), reason);
}

/** A short form of a part, for messages. */
export function show(node: unknown): string {
  const text = write(node);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function write(node: unknown): string {
  if (!isNode(node)) return String(node);
  const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
  const [first, second, third] = args;
  const list = (values: unknown) => (Array.isArray(values) ? values.map(write).join(', ') : '');
  switch (node.op) {
    case 'value':
      return typeof first === 'string' ? JSON.stringify(first) : String(first);
    case 'id':
      return String(first);
    case '.':
    case '.?':
      return `${write(first)}${node.op}${second}`;
    case '[]':
      return `${write(first)}[${write(second)}]`;
    case '[?]':
      return `${write(first)}[?${write(second)}]`;
    case 'call':
      return `${first}(${list(second)})`;
    case 'rcall':
      return `${write(second)}.${first}(${list(third)})`;
    case 'list':
      return `[${list(args)}]`;
    case 'map':
      return '{…}';
    case '?:':
      return `${write(first)} ? ${write(second)} : ${write(third)}`;
    case '!_':
    case '-_':
      return `${node.op[0]}${isNode(first) && isBinary(first) ? `(${write(first)})` : write(first)}`;
    default:
      return `${write(first)} ${node.op} ${write(second)}`;
  }
}

const BINARY = new Set([
  '&&',
  '||',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  '+',
  '-',
  '*',
  '/',
  '%',
]);

function isBinary({ op }: Node): boolean {
  return BINARY.has(op) || op === '?:';
}
