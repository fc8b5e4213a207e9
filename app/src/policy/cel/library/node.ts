import type { UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/*
 * The syntax tree of the CEL library, with the parts of its type checker and evaluator that the policy
 * language builds on. Most of them are undocumented: the version is pinned, and library.test.ts fails when a
 * new version differs.
 */

type Literal = string | number | bigint | boolean | null | Uint8Array | UnsignedInt;

type Binary = readonly [left: Node, right: Node];

/** The operands of each operator, as the parser stores them in `args`. */
interface Operands {
  value: Literal;
  /** The name of a variable. */
  id: string;
  '.': readonly [owner: Node, field: string];
  '.?': readonly [owner: Node, field: string];
  '[]': readonly [owner: Node, key: Node];
  '[?]': readonly [owner: Node, key: Node];
  call: readonly [name: string, args: readonly Node[]];
  /** A method call. Loops and `cel.bind` are method calls as well. */
  rcall: readonly [name: string, receiver: Node, args: readonly Node[]];
  list: readonly Node[];
  map: readonly (readonly [key: Node, value: Node])[];
  '?:': readonly [condition: Node, whenTrue: Node, whenFalse: Node];
  '!_': Node;
  '-_': Node;
  '&&': Binary;
  '||': Binary;
  '==': Binary;
  '!=': Binary;
  in: Binary;
  '<': Binary;
  '<=': Binary;
  '>': Binary;
  '>=': Binary;
  '+': Binary;
  '-': Binary;
  '*': Binary;
  '/': Binary;
  '%': Binary;
  /** The expanded form of a loop; occurs only as `meta.alternate`. */
  comprehension: LoopOperands;
}

type Operator = keyof Operands;

/** A node with one of these operators. */
export type NodeOf<Op extends Operator> = {
  [Each in Op]: { readonly op: Each; readonly args: Operands[Each] } & CheckedPart;
}[Op];

export type Node = NodeOf<Operator>;

/** The part of a node that type-checking fills in, and its place. */
interface CheckedPart {
  /** In the expression, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Undefined before type-checking. */
  readonly checkedType?: CelType;
  /** The part of the expression, in UTF-16 code units. Parentheses around the node may be missing on one side. */
  readonly range: { readonly start: number; readonly end: number };
  readonly meta: Meta;
  setMeta(key: 'check', value: Check): unknown;
  /** Evaluates the node. The library allows replacing it. */
  evaluate: Evaluate;
  /** The library's implementation of the operator or function, which takes evaluated operands. */
  readonly handle?: (...values: never[]) => unknown;
}

/** A type of the type checker. */
export interface CelType {
  /** `dyn` if the type is known only at run time. */
  readonly kind: string;
  readonly name: string;
  /** Whether the type is or contains `dyn`. */
  readonly hasDynType: boolean;
  readonly keyType?: CelType;
  readonly valueType?: CelType;
}

/** The replacement of a macro: another node, or an object with its own evaluation. */
interface Meta {
  /** Also set for constants of the library, e.g. the type `int`. */
  readonly alternate?: Node;
  readonly macro?: { readonly evaluate: (ev: Evaluator, macro: unknown, ctx: unknown) => unknown };
  readonly check: Check;
  readonly evaluate: Evaluate;
}

export type Check = (checker: TypeChecker, node: Node, context: unknown) => CelType;

export interface TypeChecker {
  check(node: Node, context: unknown): CelType;
  getType(name: string): CelType;
  createError(code: string, message: string, node: Node): Error;
}

export type Evaluate = (ev: Evaluator, node: Node, context: unknown) => unknown;

export interface Evaluator {
  run(node: Node, context: unknown): unknown;
  /** Returns the value, or the error that the evaluation threw. */
  tryEval(node: Node, context: unknown): unknown;
  readonly optionalType: { field(base: unknown, key: unknown, node: Node, ev: Evaluator): unknown };
}

/** The operands of an expanded loop, such as `exists` or `map`. */
interface LoopOperands {
  readonly iterable: Node;
  readonly init: Node;
  readonly step: Node;
  /** Returns whether the loop continues, given its result so far. */
  readonly condition?: (accumulated: unknown) => boolean;
  readonly result: (accumulated: unknown) => unknown;
  /** Whether an error in one iteration ends the loop. */
  readonly errorsAreFatal: boolean;
  readonly iterCtx: { reuse(context: unknown): LoopContext };
}

interface LoopContext {
  accuValue: unknown;
  setIterValue(value: unknown, ev: Evaluator): LoopContext;
}

/** Returns whether the type of a type-checked node is known only at run time. */
export function isDynamic(node: Node): boolean {
  return node.checkedType?.kind === 'dyn';
}

export const TIMESTAMP_TYPE = 'google.protobuf.Timestamp';
export const DURATION_TYPE = 'google.protobuf.Duration';
