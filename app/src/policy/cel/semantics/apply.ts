import {
  type CheckedNode,
  type Evaluate,
  type Evaluator,
  evaluatorOf,
  isDynamic,
  type LoopArguments,
  mapValue,
} from '../library/cel-js.ts';
import type { Node } from '../library/syntax-tree.ts';
import { isSignalUnavailable } from '../signal-reader.ts';
import {
  type Binding,
  bindingOf,
  type ClaimShapes,
  elementShape,
  shapeOf,
} from './claim-shapes.ts';
import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';
import { equals, isIn } from './equality.ts';
import { type BoundedFunction, FUNCTIONS, METHODS } from './functions.ts';
import {
  elementsOf,
  isScalar,
  iterableOf,
  lengthOf,
  listOf,
  singleOf,
  typeName,
} from './values.ts';

/** What surrounds a part of a condition. */
interface Scope {
  /** Variables that the condition declares. */
  readonly forms: ClaimShapes;
  /** The sums among their values. */
  readonly sums: ReadonlyMap<string, readonly CheckedNode[]>;
  /** Variables of loops over what the policy contains, whose length no client chooses. */
  readonly fixed: ReadonlySet<string>;
  /** Whether it is inside of a loop, and of one over what the request contains. */
  readonly inLoop: boolean;
  readonly inRequestLoop: boolean;
}

/**
 * Gives a type-checked expression the meaning that the policy language has beyond CEL: values of different
 * types are not unequal but fail, a claim's value and the list of that value are the same, and work is
 * counted.
 */
export function applySemantics(ast: unknown, work: CostMeter): void {
  new Semantics(work).visit(ast as CheckedNode, {
    forms: new Map(),
    sums: new Map(),
    fixed: new Set(['lists']),
    inLoop: false,
    inRequestLoop: false,
  });
}

class Semantics {
  readonly #work: CostMeter;

  constructor(work: CostMeter) {
    this.#work = work;
  }

  visit(node: CheckedNode, scope: Scope): void {
    const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
    const [first, second, third] = args as CheckedNode[];
    if (node.op === 'value' || node.op === 'id') return;
    if (ACCESSES.has(node.op)) this.#visitAccess(node, scope);
    else if (node.op === 'call') {
      this.#visitCall(node, String(first), second as unknown as CheckedNode[], scope);
    } else if (node.op === 'rcall') {
      const call = { name: String(first), receiver: second as CheckedNode };
      this.#visitMethod(node, { ...call, args: third as unknown as CheckedNode[] }, scope);
    } else if (node.op === 'list' || node.op === 'map') {
      this.#visitLiteral(node, args.flat() as CheckedNode[], scope);
    } else if (node.op === '?:') {
      for (const child of args as CheckedNode[]) this.visit(child, scope);
      asSingle(first);
    } else if (LOGICAL.has(node.op)) {
      for (const child of args as CheckedNode[]) {
        this.visit(child, scope);
        asSingle(child);
      }
      if (second !== undefined) combine(node, first as CheckedNode, second);
    } else this.#visitOperator(node, first as CheckedNode, second as CheckedNode, scope);
  }

  #visitOperator(node: CheckedNode, left: CheckedNode, right: CheckedNode, scope: Scope): void {
    this.visit(left, scope);
    this.visit(right, scope);
    if (node.op === '==' || node.op === '!=') this.#compare(node, left, right, scope);
    else if (node.op === 'in') this.#lookUp(node, left, right, scope);
    else if (node.op === '+') this.#add(node, left, right);
    else {
      asSingle(left);
      asSingle(right);
      if (ARITHMETIC.has(node.op)) calculate(node, left, right);
      else if (scope.inLoop) this.#spendOnOperands(node, left, right);
    }
  }

  #compare(node: CheckedNode, left: CheckedNode, right: CheckedNode, scope: Scope): void {
    const work = this.#work;
    const dynamic = [left, right].some(({ checkedType }) => checkedType?.hasDynType !== false);
    // Values whose types the policy knows are compared as CEL does, at less cost.
    if (!dynamic && !scope.inLoop && !isList(left)) return;
    const expected = node.op === '==';
    node.evaluate = (ev, _, context) =>
      equals(ev.run(left, context), ev.run(right, context), work) === expected;
  }

  #lookUp(node: CheckedNode, left: CheckedNode, right: CheckedNode, scope: Scope): void {
    const work = this.#work;
    const keyType = right.checkedType?.kind === 'map' ? keyTypeOf(right) : undefined;
    asList(right, scope);
    node.evaluate = (ev, _, context) =>
      isIn(ev.run(left, context), ev.run(right, context), work, keyType);
  }

  /** Two claims are put together as lists where a list is needed, and otherwise as what they are. */
  #add(node: CheckedNode, left: CheckedNode, right: CheckedNode): void {
    const work = this.#work;
    const add = evaluateOperator(node);
    const isListSum = isList(left) || isList(right);
    const isOpen = isDynamic(left) && isDynamic(right);
    node.evaluate = (ev, _, context) => {
      const a = ev.run(left, context);
      const b = ev.run(right, context);
      if (isListSum || (isOpen && (needsList.has(node) || (elementsOf(a) && elementsOf(b))))) {
        return concatenate(a, b, work);
      }
      const [first, second] = [singleOf(a), singleOf(b)];
      work.spend((lengthOf(first) + lengthOf(second)) * COST.readCharacter);
      if (isOpen && (elementsOf(first) || elementsOf(second))) {
        return concatenate(first, second, work);
      }
      return add(
        asDoubleBeside(first, left, second),
        asDoubleBeside(second, right, first),
        node,
        ev,
      );
    };
  }

  #spendOnOperands(node: CheckedNode, left: CheckedNode, right: CheckedNode): void {
    const work = this.#work;
    const operate = evaluateOperator(node);
    node.evaluate = (ev, _, context) => {
      const a = ev.run(left, context);
      const b = ev.run(right, context);
      work.spend(Math.min(lengthOf(a), lengthOf(b)) * COST.comparedCharacter);
      return operate(a, b, node, ev);
    };
  }

  #visitAccess(node: CheckedNode, scope: Scope): void {
    const [base, key] = node.args as [CheckedNode, CheckedNode | string];
    this.visit(base, scope);
    if (typeof key !== 'string') {
      this.visit(key, scope);
      asSingle(key);
    }
    const isOptional = node.op === '.?' || node.op === '[?]';
    const keyOf = (ev: Evaluator, context: unknown) =>
      typeof key === 'string' ? key : ev.run(key, context);
    if (isOptional) node.evaluate = this.#optionalAccess(base, keyOf);
    else if (isDynamic(base)) node.evaluate = this.#dynamicAccess(node, base, keyOf);
    else if (typeof key !== 'string' && key.op !== 'value') {
      node.evaluate = this.#typedAccess(node, base, keyOf);
    }
  }

  #dynamicAccess(node: CheckedNode, base: CheckedNode, keyOf: KeyOf): Evaluate {
    const access = evaluateOperator(node);
    const work = this.#work;
    return (ev, _, context) => {
      const value = ev.run(base, context);
      const key = keyOf(ev, context);
      work.spend(lengthOf(key) * COST.readCharacter);
      return access(ownerOf(value, key), key, node, ev);
    };
  }

  /** A key that is computed may have another type than the keys have, and may be long. */
  #typedAccess(node: CheckedNode, base: CheckedNode, keyOf: KeyOf): Evaluate {
    const access = evaluateOperator(node);
    const work = this.#work;
    const keyType = keyTypeOf(base);
    return (ev, _, context) => {
      const value = ev.run(base, context);
      const key = keyOf(ev, context);
      work.spend(lengthOf(key) * COST.readCharacter);
      if (keyType !== undefined && keyType !== 'dyn' && typeName(key) !== keyType) {
        throw conditionError(
          `cannot read a key of type ${typeName(key)} from a map with keys of type ${keyType}`,
        );
      }
      return access(value, key, node, ev);
    };
  }

  /** Covers what is absent, and not what has another type. */
  #optionalAccess(base: CheckedNode, keyOf: KeyOf): Evaluate {
    const work = this.#work;
    return (ev, node, context) => {
      const value = optionalValueOf(ev.run(base, context));
      const key = keyOf(ev, context);
      work.spend(lengthOf(key) * COST.readCharacter);
      const none = () => ev.optionalType.field(undefined, key, node, ev);
      if (value === undefined || value === null) return none();
      const found = ev.optionalType.field(ownerOf(value, key), key, node, ev);
      return optionalValueOf(found) === null ? none() : found;
    };
  }

  #visitCall(node: CheckedNode, name: string, args: readonly CheckedNode[], scope: Scope): void {
    // A macro has a tree of its own, of which `has` has no part that could be changed.
    if (node.meta.macro !== undefined) return;
    for (const arg of args) {
      this.visit(arg, scope);
      if (name !== 'dyn' && name !== 'type' && name !== 'size') asSingle(arg);
    }
    const [only] = args;
    const bounded = FUNCTIONS.get(name);
    if (name === 'size' && only !== undefined) this.#size(node, only, scope);
    else if (bounded !== undefined) this.#bound(node, args, bounded, scope);
  }

  #visitMethod(node: CheckedNode, call: MethodCall, scope: Scope): void {
    const { name, receiver, args } = call;
    const binding = node.meta.macro && bindingOf(node);
    if (node.meta.alternate?.op === 'comprehension')
      this.#visitLoop(node.meta.alternate, call, scope);
    else if (binding !== undefined) this.#visitBinding(binding, scope);
    else {
      this.visit(receiver, scope);
      for (const arg of args) this.visit(arg, scope);
      const bounded = METHODS.get(name);
      // Of the macros `matches` takes a string, and the others an optional value.
      if (node.meta.macro !== undefined) asSingle(receiver);
      else if (name === 'size' && args.length === 0) this.#size(node, receiver, scope);
      else {
        if (name === 'join') asList(receiver, scope);
        else asSingle(receiver);
        if (name !== 'of') for (const arg of args) asSingle(arg);
        if (bounded !== undefined) this.#bound(node, [receiver, ...args], bounded, scope);
      }
    }
  }

  #visitBinding({ name, value, body }: Binding, scope: Scope): void {
    this.visit(value, scope);
    this.visit(body, {
      ...scope,
      forms: new Map([...scope.forms, [name, shapeOf(value, scope.forms)]]),
      sums: new Map([...scope.sums, [name, sumsIn(value, scope.sums)]]),
      fixed: changed(scope.fixed, name, names(value, scope.fixed)),
    });
  }

  #bound(
    node: CheckedNode,
    operands: readonly CheckedNode[],
    { cost, replacement }: BoundedFunction,
    scope: Scope,
  ): void {
    const work = this.#work;
    const handle = node.handle as unknown as (...values: unknown[]) => unknown;
    const isMethod = node.op === 'rcall';
    const base = scope.inRequestLoop ? COST.call : 0;
    node.evaluate = (ev, _, context) => {
      const values = new Array<unknown>(operands.length);
      // From the last to the first, as the library does.
      for (let at = operands.length - 1; at >= 0; at--) {
        values[at] = ev.run(operands[at] as CheckedNode, context);
      }
      work.spend(base);
      cost(work, values);
      // What has another type the library refuses.
      if (replacement !== undefined && values.every(hasType, replacement.types)) {
        return replacement.call(work, values);
      }
      const result = isMethod ? handle(values, ev, node) : handle(values, node, ev);
      work.spend(lengthOf(result) * COST.readCharacter);
      return result;
    };
  }

  /** The number of a claim's values; of anything else, what CEL says. */
  #size(node: CheckedNode, value: CheckedNode, scope: Scope): void {
    const bounded = METHODS.get('size') as BoundedFunction;
    if (isDynamic(value) && shapeOf(value, scope.forms).isClaim) asList(value, scope);
    this.#bound(node, [value], bounded, scope);
  }

  #visitLiteral(node: CheckedNode, children: readonly CheckedNode[], scope: Scope): void {
    for (const child of children) this.visit(child, scope);
    if (!scope.inLoop || children.length === 0) return;
    const work = this.#work;
    const evaluate = evaluatorOf(node);
    node.evaluate = (ev, self, context) => {
      work.spend(children.length * COST.madeElement);
      return evaluate(ev, self, context);
    };
  }

  #visitLoop(loop: CheckedNode, { name, receiver: range, args }: MethodCall, scope: Scope): void {
    const [variable, ...body] = args;
    const element = String(variable?.args);
    const isFixed = names(range, scope.fixed);
    const inside: Scope = {
      ...scope,
      forms: new Map([...scope.forms, [element, elementShape(range, scope.forms)]]),
      fixed: changed(scope.fixed, element, isFixed),
      inLoop: true,
      inRequestLoop: scope.inRequestLoop || !isFixed,
    };
    this.visit(range, scope);
    asList(range, scope);
    for (const part of body) this.visit(part, inside);
    // The last part of a map is the value that it makes; all others are conditions.
    for (const part of name === 'map' ? body.slice(0, -1) : body) asSingle(part);
    const nodes = body.reduce((sum, part) => sum + countNodes(part), 0);
    const made = name === 'map' || name === 'filter' ? COST.madeElement : 0;
    // What the policy itself contains takes as long as its author wants.
    loop.evaluate = this.#loop(inside.inRequestLoop ? COST.turn + COST.node * nodes + made : 0);
  }

  #loop(unitsEach: number): Evaluate {
    const work = this.#work;
    return (ev, node, context) => {
      const loop = node.args as LoopArguments;
      const items = iterableOf(ev.run(loop.iterable, context));
      const inner = loop.iterCtx.reuse(context);
      let accumulated = ev.run(loop.init, inner as never);
      inner.accuValue = accumulated;
      let failure: unknown;
      for (const item of items) {
        if (loop.condition !== undefined && !loop.condition(accumulated)) break;
        work.spend(unitsEach);
        try {
          accumulated = ev.run(loop.step, inner.setIterValue(item, ev));
        } catch (error) {
          if (loop.errorsAreFatal || work.exceeded) throw error;
          work.spend(COST.failedTurn);
          failure = graverOf(failure, error);
        }
      }
      if (failure !== undefined && loop.condition?.(accumulated)) throw failure;
      return loop.result(accumulated);
    };
  }
}

/** A call of a method. */
interface MethodCall {
  readonly name: string;
  readonly receiver: CheckedNode;
  readonly args: readonly CheckedNode[];
}

const ACCESSES = new Set(['.', '.?', '[]', '[?]']);

const ARITHMETIC = new Set(['-', '*', '/', '%']);

const LOGICAL = new Set(['&&', '||', '!_', '-_']);

/**
 * Evaluates `&&` and `||` as CEL does: a side that decides, decides. Where none does and both have errors, the graver
 * counts, whichever side it is on: a client that can make a part fail must not turn a refusal into an
 * unknown signal, which the policy may ignore.
 */
function combine(node: CheckedNode, left: CheckedNode, right: CheckedNode): void {
  const deciding = node.op === '||';
  node.evaluate = (ev, _, context) => {
    const first = ev.tryEval(left, context);
    if (first === deciding) return deciding;
    const second = ev.tryEval(right, context);
    if (second === deciding) return deciding;
    if (typeof first === 'boolean' && typeof second === 'boolean') return !deciding;
    throw graverOf(errorOf(first), errorOf(second));
  };
}

/** What is wrong with one side of `&&` or `||`; `undefined` for a boolean. */
function errorOf(value: unknown): unknown {
  if (typeof value === 'boolean') return undefined;
  if (value instanceof Error) return value;
  return conditionError(
    `&& and || expect true or false, and not a value of type ${typeName(value)}`,
  );
}

/** The first of two errors, unless only the second says more than that a signal is not there. */
function graverOf(first: unknown, second: unknown): unknown {
  if (first === undefined || second === undefined) return first ?? second;
  return isSignalUnavailable(first) && !isSignalUnavailable(second) ? second : first;
}

type KeyOf = (ev: Evaluator, context: unknown) => unknown;

/** Sums of which a list is needed. */
const needsList = new WeakSet<Node>();

/** Takes the element of a list of one where one value is needed. */
function asSingle(node: CheckedNode | undefined): void {
  if (node !== undefined && isDynamic(node)) mapValue(node, singleOf);
}

/** Takes a single value as a list of one where a list is needed. */
function asList(node: CheckedNode, { sums }: Scope): void {
  for (const sum of sumsIn(node, sums)) needsList.add(sum);
  if (isDynamic(node)) mapValue(node, listOf);
}

/** The sums whose value an expression can have. */
function sumsIn(node: CheckedNode, sums: Scope['sums']): readonly CheckedNode[] {
  const inAll = (nodes: readonly CheckedNode[]) => nodes.flatMap((one) => sumsIn(one, sums));
  if (node.op === 'id') return sums.get(String(node.args)) ?? [];
  if (node.op === '+') return [node, ...inAll(node.args as CheckedNode[])];
  if (node.op === '?:') return inAll((node.args as CheckedNode[]).slice(1));
  const binding = bindingOf(node);
  return binding === undefined ? [] : inAll([binding.value, binding.body]);
}

function isList({ checkedType }: CheckedNode): boolean {
  return checkedType?.kind === 'list';
}

function evaluateOperator(
  node: CheckedNode,
): (left: unknown, right: unknown, node: CheckedNode, ev: Evaluator) => unknown {
  return node.handle as never;
}

/**
 * JSON has one type of numbers: a claim of 0.5 in one request is 1 in another, which CEL calls an int. Beside a
 * double, or two claims, it is a double. Beside an int of the policy a fraction fails, for the type checker
 * has called the result an int.
 */
function calculate(node: CheckedNode, left: CheckedNode, right: CheckedNode): void {
  if (!isDynamic(left) && !isDynamic(right)) return;
  const operate = evaluateOperator(node);
  node.evaluate = (ev, _, context) => {
    const a = ev.run(left, context);
    const b = ev.run(right, context);
    return operate(asDoubleBeside(a, left, b), asDoubleBeside(b, right, a), node, ev);
  };
}

/** A claim that is an int as a double, beside a double. */
function asDoubleBeside(value: unknown, node: CheckedNode, other: unknown): unknown {
  const isWhole = typeof value === 'bigint' && typeof other === 'number';
  return isWhole && isDynamic(node) ? Number(value) : value;
}

function concatenate(a: unknown, b: unknown, work: CostMeter): unknown[] {
  const [first, second] = [elementsOf(listOf(a)), elementsOf(listOf(b))];
  if (first === undefined || second === undefined) {
    throw conditionError(`cannot add values of type ${typeName(a)} and ${typeName(b)}`);
  }
  work.spend((first.length + second.length) * COST.madeElement);
  return [...first, ...second];
}

/** The type of the keys of a map, and of the names of headers, parameters and claims. */
function keyTypeOf({ checkedType }: CheckedNode): string | undefined {
  if (checkedType?.kind === 'message') return 'string';
  return checkedType?.kind === 'map' ? checkedType.keyType?.name : undefined;
}

/** What a key is read from: a position from a list, a name from the one object in a list. */
function ownerOf(value: unknown, key: unknown): unknown {
  if (typeof key === 'bigint' || typeof key === 'number') return listOf(value);
  const owner = singleOf(value);
  if (isScalar(owner) || elementsOf(owner) !== undefined) {
    throw conditionError(`cannot read a member of a value of type ${typeName(owner)}`);
  }
  return owner;
}

/** The value of an optional one, and any other as it is. */
function optionalValueOf(value: unknown): unknown {
  const optional = value as { orValue?: () => unknown; hasValue?: unknown } | null | undefined;
  return typeof optional?.hasValue === 'function' ? optional.orValue?.() : value;
}

/** Whether a value has the type in its place, for `every`. */
function hasType(this: readonly string[], value: unknown, index: number): boolean {
  return typeName(value) === this[index];
}

function changed(names: ReadonlySet<string>, name: string, isMember: boolean): ReadonlySet<string> {
  const others = [...names].filter((other) => other !== name);
  return new Set(isMember ? [...others, name] : others);
}

/** Whether an expression is made of nothing but literals and these variables. */
function names(value: unknown, variables: ReadonlySet<string>): boolean {
  if (Array.isArray(value)) return value.every((part) => names(part, variables));
  if (typeof value !== 'object' || value === null) return true;
  const { op, args, meta } = value as CheckedNode;
  if (op === 'id') return variables.has(String(args)) || meta.alternate !== undefined;
  return names(args, variables);
}

function countNodes(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum, part) => sum + countNodes(part), 0);
  if (typeof value !== 'object' || value === null || !('op' in value)) return 0;
  return 1 + countNodes((value as Node).args);
}
