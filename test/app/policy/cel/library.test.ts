import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import {
  ownerOfMissingField,
  rangeOf,
  summaryOf,
} from '../../../../app/src/policy/cel/library/errors.ts';
import {
  evaluateNode,
  evaluateUntyped,
  evaluationOf,
  isOptional,
  mapValue,
  treeOf,
} from '../../../../app/src/policy/cel/library/evaluation.ts';
import { registerStringMacro } from '../../../../app/src/policy/cel/library/macro.ts';
import type { Node } from '../../../../app/src/policy/cel/library/node.ts';
import { compileRe2, hasBoundedAutomaton } from '../../../../app/src/policy/cel/library/re2.ts';
import { childrenOf, isNode } from '../../../../app/src/policy/cel/library/syntax-tree.ts';

/*
 * The undocumented parts of cel-js and re2js that app/src/policy/cel/library relies on. A new version of either
 * that changes one of them fails here, by name.
 */

class Place {
  readonly city = 'Colombo';
}

const environment = new Environment({ enableOptionalTypes: true })
  .registerType('Place', { ctor: Place, fields: { city: 'string', zip: 'string' } })
  .registerVariable('place', 'Place')
  .registerVariable('text', 'string')
  .registerVariable('any', 'dyn')
  .registerVariable('texts', 'list<string>');

const VARIABLES = { place: new Place(), text: 'a', any: 1n, texts: ['a', 'b'] };

function parse(source: string) {
  const parsed = environment.parse(source);
  const check = parsed.check();
  return { tree: treeOf(parsed), check, evaluate: () => parsed(VARIABLES) };
}

/** Returns a tree in short form: operator, then operands. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  return isNode(value) ? [value.op, shapeOf(value.args)] : value;
}

const X = ['id', 'any'];
const ONE = ['value', 1n];

describe('the nodes of cel-js', () => {
  test.each<[string, unknown]>([
    ['1', ONE],
    ['"a"', ['value', 'a']],
    ['any', X],
    ['any.b', ['.', [X, 'b']]],
    ['any.?b', ['.?', [X, 'b']]],
    ['any[1]', ['[]', [X, ONE]]],
    ['any[?1]', ['[?]', [X, ONE]]],
    ['size(any)', ['call', ['size', [X]]]],
    ['any.size()', ['rcall', ['size', X, []]]],
    ['any.contains("a")', ['rcall', ['contains', X, [['value', 'a']]]]],
    ['[any, 1]', ['list', [X, ONE]]],
    ['{"k": any}', ['map', [[['value', 'k'], X]]]],
    ['true ? any : 1', ['?:', [['value', true], X, ONE]]],
    ['!any', ['!_', X]],
    ['-any', ['-_', X]],
    ...['&&', '||', '==', '!=', 'in', '<', '<=', '>', '>=', '+', '-', '*', '/', '%'].map(
      (operator): [string, unknown] => [`any ${operator} 1`, [operator, [X, ONE]]],
    ),
    [
      'any.exists(x, x == 1)',
      [
        'rcall',
        [
          'exists',
          X,
          [
            ['id', 'x'],
            ['==', [['id', 'x'], ONE]],
          ],
        ],
      ],
    ],
    ['cel.bind(x, any, x)', ['rcall', ['bind', ['id', 'cel'], [['id', 'x'], X, ['id', 'x']]]]],
  ])('%s', (source, shape) => {
    expect(shapeOf(treeOf(environment.parse(source)))).toEqual(shape);
  });

  test.each<[string, object]>([
    ['text', { kind: 'primitive', name: 'string', hasDynType: false }],
    ['any', { kind: 'dyn', name: 'dyn', hasDynType: true }],
    ['place', { kind: 'message', name: 'Place' }],
    ['texts', { kind: 'list', valueType: expect.objectContaining({ name: 'string' }) }],
    ['[any]', { kind: 'list', hasDynType: true }],
    ['{"a": 1}', { kind: 'map', keyType: expect.objectContaining({ name: 'string' }) }],
    ['place.?city', { kind: 'optional', valueType: expect.objectContaining({ name: 'string' }) }],
    ['timestamp(0)', { kind: 'message', name: 'google.protobuf.Timestamp' }],
    ['duration("1h")', { kind: 'message', name: 'google.protobuf.Duration' }],
    ['1u', { name: 'uint' }],
    ['1.5', { name: 'double' }],
    ['b"a"', { name: 'bytes' }],
    ['int', { name: 'type' }],
  ])('checkedType of %s', (source, type) => {
    expect(parse(source).tree.checkedType).toMatchObject(type);
  });

  test.each<[string, string[]]>([
    ['text == "a"', ['text == "a"', 'text', '"a"']],
    ['place . city', ['place . city', 'place']],
    ['any["k"] > -1', ['any["k"] > -1', 'any["k"]', 'any', '"k"', '-1', '1']],
    ['text.contains( "a" )', ['text.contains( "a" )', 'text', '"a"']],
    ['"\u{1f600}é" == text', ['"\u{1f600}é" == text', '"\u{1f600}é"', 'text']],
    ['size([any, 1])', ['size([any, 1])', '[any, 1]', 'any', '1']],
    ['!(text == "a")', ['!(text == "a"', 'text == "a"', 'text', '"a"']],
  ])('range of the parts of %s', (source, parts) => {
    const partsOf = (node: Node): string[] => [
      source.slice(node.range.start, node.range.end),
      ...childrenOf(node).flatMap(partsOf),
    ];
    expect(partsOf(parse(source).tree)).toEqual(parts);
  });

  test('checking fills in the types of all parts', () => {
    const { tree } = parse('any.b == 1 && texts.exists(t, t == text)');
    const unchecked = (node: Node): Node[] => [
      ...(node.checkedType === undefined ? [node] : []),
      ...childrenOf(node).flatMap(unchecked),
    ];
    // The declaration of the loop variable is not an expression.
    expect(unchecked(tree).map(({ op, args }) => [op, args])).toEqual([['id', 't']]);
  });
});

describe('the evaluation of cel-js', () => {
  test.each(['text', 'text == "b"', '!(text == "b")', 'size(texts)', 'texts.exists(t, t == "b")'])(
    'the evaluation of a node can be replaced: %s',
    (source) => {
      const { tree, evaluate } = parse(source);
      tree.evaluate = () => 'replaced';
      expect(evaluate()).toBe('replaced');
    },
  );

  test('the evaluation of a part can be replaced, before and after the first evaluation', () => {
    const { tree, evaluate } = parse('text == "b"');
    const [left] = childrenOf(tree);
    expect(evaluate()).toBe(false);
    (left as Node).evaluate = () => 'b';
    expect(evaluate()).toBe(true);
  });

  test.each([
    ['a variable', 'text', 'a'],
    ['an operator', 'text + "b"', 'ab'],
    ['a loop', 'texts.exists(t, t == "b")', true],
    ['a macro', 'cel.bind(t, text, t + "c")', 'ac'],
    ['a constant', 'type(1) == int', true],
  ])('the previous evaluation can be called: %s', (_, source, value) => {
    const { tree, evaluate } = parse(source);
    const previous = evaluationOf(tree);
    tree.evaluate = (ev, node, context) => [previous(ev, node, context)];
    expect(evaluate()).toEqual([value]);
    mapValue(tree, (result) => ({ result }));
    expect(evaluate()).toEqual({ result: [value] });
  });

  test.each<[string, unknown[], unknown]>([
    ['text == "b"', ['x', 'x'], true],
    ['text + "b"', ['x', 'y'], 'xy'],
    ['place.city', [new Place(), 'city'], 'Colombo'],
    ['any["k"]', [new Map([['k', 2n]]), 'k'], 2n],
  ])('`handle` takes the operands: %s', (source, operands, value) => {
    const { tree, evaluate } = parse(source);
    const handle = tree.handle as unknown as (...args: unknown[]) => unknown;
    tree.evaluate = (ev, node) => handle(...operands, node, ev);
    expect(evaluate()).toBe(value);
  });

  test.each<[string, unknown[], boolean, unknown]>([
    ['size(text)', ['xyz'], false, 3n],
    ['text.contains("a")', ['xyz', 'y'], true, true],
    ['any.contains("a")', ['xyz', 'y'], true, true],
  ])('`handle` takes a list of arguments: %s', (source, args, isMethod, value) => {
    const { tree, evaluate } = parse(source);
    const handle = tree.handle as unknown as (...args: unknown[]) => unknown;
    tree.evaluate = (ev, node) => (isMethod ? handle(args, ev, node) : handle(args, node, ev));
    expect(evaluate()).toBe(value);
  });

  test('`tryEval` returns errors', () => {
    const { tree, evaluate } = parse('text == "b" || text == "c"');
    const [left] = childrenOf(tree);
    const error = new Error('left');
    (left as Node).evaluate = () => {
      throw error;
    };
    tree.evaluate = (ev, _, context) => ev.tryEval(left as Node, context);
    expect(evaluate()).toBe(error);
  });

  test.each<[string, object]>([
    ['texts.exists(t, t == "a")', { errorsAreFatal: false, condition: expect.any(Function) }],
    ['texts.all(t, t == "a")', { errorsAreFatal: false, condition: expect.any(Function) }],
    ['texts.exists_one(t, t == "a")', { errorsAreFatal: true }],
    ['texts.filter(t, t == "a")', { errorsAreFatal: true }],
    ['texts.map(t, t)', { errorsAreFatal: true }],
  ])('a loop is expanded to a comprehension: %s', (source, expected) => {
    const { alternate } = parse(source).tree.meta;
    expect(alternate?.op).toBe('comprehension');
    expect(alternate?.args).toMatchObject({
      ...expected,
      iterable: expect.objectContaining({ op: 'id', args: 'texts' }),
      init: expect.objectContaining({ evaluate: expect.any(Function) }),
      step: expect.objectContaining({ evaluate: expect.any(Function) }),
      result: expect.any(Function),
      iterCtx: expect.objectContaining({ reuse: expect.any(Function) }),
    });
  });

  test('`has` and `cel.bind` are macros, and a constant such as `int` has an alternate', () => {
    expect(parse('has(place.city)').tree.meta.macro).toBeDefined();
    expect(parse('cel.bind(x, 1, x)').tree.meta.macro).toBeDefined();
    expect(parse('int').tree.meta.alternate?.op).toBe('value');
    expect(parse('any').tree.meta.alternate).toBeUndefined();
  });

  test('`cel.bind` is found by its name, whatever the receiver is', () => {
    expect(parse('nothing.bind(x, 1, x + 1)').evaluate()).toBe(2n);
  });

  test('a node without variables can be evaluated alone', () => {
    const [, right] = childrenOf(parse('any == [1, 2].map(n, n + 1)[0]').tree);
    expect(evaluateNode(environment, right as Node)).toBe(2n);
  });

  test('values without declared types can be evaluated', () => {
    expect(evaluateUntyped('value.substring(index)', { value: 'abc', index: 1n })).toBe('bc');
  });

  test.each([
    ['place.?city', true],
    ['optional.none()', true],
    ['text', false],
    ['place', false],
  ])('optionals are recognised: %s: %s', (source, expected) => {
    expect(isOptional(parse(source).evaluate())).toBe(expected);
  });

  test('`check` of a node can be replaced before checking', () => {
    const parsed = environment.parse('any.b');
    const tree = treeOf(parsed);
    const { check } = tree.meta;
    tree.setMeta('check', (checker, node, context) => {
      check(checker, node, context);
      return checker.getType('bool');
    });
    expect(parsed.check()).toMatchObject({ valid: true, type: 'bool' });
  });
});

describe('a macro of strings', () => {
  const withMacro = new Environment().registerVariable('text', 'string');
  withMacro.registerVariable('number', 'int');
  const literals: unknown[] = [];
  registerStringMacro(withMacro, 'shout', (argument) => {
    literals.push(argument?.args);
    return (receiver) => receiver === 'A';
  });

  test('receives its literal when it is parsed, and the receiver when it is evaluated', () => {
    const parsed = withMacro.parse('text.shout("!")');
    expect(literals).toEqual(['!']);
    expect(parsed.check()).toMatchObject({ valid: true, type: 'bool' });
    expect([parsed({ text: 'A' }), parsed({ text: 'b' })]).toEqual([true, false]);
    expect(literals).toEqual(['!']);
  });

  test('rejects a receiver of another type', () => {
    const { valid, error } = withMacro.parse('number.shout("!")').check();
    expect(valid).toBe(false);
    expect(summaryOf(error)).toBe("found no matching overload for 'int.shout(string)'");
  });
});

describe('the errors of cel-js', () => {
  const errorOf = (source: string): unknown => {
    try {
      const { check, evaluate } = parse(source);
      return check.valid ? evaluate() : check.error;
    } catch (error) {
      return error;
    }
  };

  test.each<[string, RegExp]>([
    ['plase.city', /^Unknown variable: plase$/],
    ['place.town', /^No such key: town$/],
    ['text + 1', /^no such overload: string \+ int$/],
    ['text ==', /^Unexpected token: EOF$/],
    ['text and text', /^Unexpected character: /],
    ['text.toLowerCase()', /^found no matching overload for 'string\.toLowerCase\(\)'$/],
    ['texts.length', /^List index must be int/],
    ['duration("x")', /^Invalid duration string: /],
    ['timestamp("x")', /^timestamp\(\) requires /],
    ['timestamp(0).getHours("x")', /^Incorrect timezone information provided$|Invalid time zone/],
    ['uint(-1)', /^uint\(\) type error: /],
  ])('the summary of %s', (source, summary) => {
    expect(summaryOf(errorOf(source))).toMatch(summary);
  });

  test('the position is that of the part with the error', () => {
    expect(rangeOf(errorOf('true && text + 1 == "a"'))).toEqual({ start: 8, end: 16 });
    expect(rangeOf(errorOf('place.town == "a"'))).toEqual({ start: 6, end: 10 });
    expect(rangeOf(new Error('other'))).toBeUndefined();
  });

  test.each([
    ['place.zip', 'Place'],
    ['cel.bind(p, place, p.zip)', 'Place'],
    ['text + 1', undefined],
  ])('the owner of a missing field in %s is %s', (source, owner) => {
    expect(ownerOfMissingField(errorOf(source))).toBe(owner);
  });
});

describe('the automaton of re2js', () => {
  test('`lazyDFA` has character classes, start states and a step function', () => {
    const pattern = RE2JS.compile('(admin|root).{0,8}prod$');
    pattern.testExact('');
    const { lazyDFA } = pattern.re2Input;
    expect([...lazyDFA.classBounds].length).toBeGreaterThan(0);
    const [start] = lazyDFA.startStates.values();
    expect(start).toBeDefined();
    const [bound = 0] = lazyDFA.classBounds;
    expect(lazyDFA.step(start, 1, bound, 0)).toBeInstanceOf(Object);
  });

  test('`lazyDFA` is absent for a pattern that is matched without an automaton', () => {
    const pattern = RE2JS.compile('admin');
    pattern.testExact('');
    expect(pattern.re2Input.lazyDFA ?? undefined).toBeUndefined();
  });

  test.each([
    ['^[a-z]+@[a-z]+$', true],
    ['(admin|root).{0,8}prod$', true],
    ['(a|b)*a(a|b){15}$', false],
    ['[^a]{0,300}b[^a]{0,300}c$', false],
  ])('the automaton of %s is bounded: %s', (source, expected) => {
    expect(hasBoundedAutomaton(compileRe2(source) as RE2JS)).toBe(expected);
  });

  test('an invalid pattern has a reason', () => {
    expect(compileRe2('a(')).toBe('missing closing ): `a(`');
  });
});
