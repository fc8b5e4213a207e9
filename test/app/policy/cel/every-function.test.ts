import { Environment } from '@marcbachmann/cel-js';
import { createExpressionCompiler } from '../../../../app/src/policy/cel/compiler.ts';
import { SignalReader } from '../../../../app/src/policy/cel/signal-reader.ts';
import { Variables } from '../../../../app/src/policy/cel/variables/variables.ts';
import { Issues } from '../../../../app/src/policy/file/issues.ts';
import { createLists, parseList } from '../../../../app/src/policy/lists.ts';
import { createPolicyClock } from '../../../../app/src/policy/policy-clock.ts';
import { scenario } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';

/*
 * Every function and operator of the library, on every type that a policy can use: an expression that is accepted
 * must work for some request. The type checker decides which types fit; a combination that it accepts but that
 * always fails must be reported when the policy is loaded.
 */

const CLAIMS = {
  one: '1',
  yes: 'true',
  moment: '2026-01-01T00:00:00Z',
  zone: 'Europe/Berlin',
  json: '{"a":1}',
  key: 'a',
  number: 1,
  zero: 0,
  fraction: 1.5,
  flag: true,
  list: ['a', 'b'],
  numbers: [1, 2],
  nested: [['a', 'b']],
  flags: [[true]],
  map: { a: 'b' },
};
const CLAIM_NAMES = [...(Object.keys(CLAIMS) as (keyof typeof CLAIMS)[]), 'none' as const];
const claim = (name: keyof typeof CLAIMS | 'none') => `token.claims["${name}"]`;
const text = (name: keyof typeof CLAIMS) => `string(${claim(name)})`;

/** Values of each type. An expression works if it works for one value of each type. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  string: [
    'request.grant',
    ...(['one', 'yes', 'moment', 'zone', 'json', 'key'] as const).map(text),
  ],
  int: ['now.weekday', 'user.organization.depth', 'token.lifetime'],
  double: ['double(now.weekday)'],
  uint: ['uint(now.weekday)'],
  bool: ['address.public'],
  null: ['null'],
  bytes: [`bytes(${text('json')})`],
  joinedBytes: [`(bytes(${text('json')}) + bytes(${text('one')}))`],
  timestamp: ['now.timestamp'],
  duration: ['(now.timestamp - timestamp(0))'],
  type: ['type(request.grant)'],
  'list<string>': ['lists.texts', 'token.audience'],
  'list<int>': ['lists.numbers'],
  'empty list': ['lists.nobody'],
  'list<bool>': ['[address.public]'],
  'list<timestamp>': ['[now.timestamp]'],
  'list<list<string>>': ['[lists.texts]'],
  'list<dyn>': CLAIM_NAMES.map((name) => `[${claim(name)}]`),
  'list<Geo>': ['[geo]'],
  'list<optional>': ['[geo.?city]'],
  'map<string, int>': ['{"a": now.weekday}'],
  'map<int, string>': ['{1: request.grant}'],
  'optional<string>': ['geo.?country', 'optional.of(request.grant)'],
  'optional<int>': ['optional.of(now.weekday)'],
  dyn: CLAIM_NAMES.map(claim),
  Address: ['address'],
  Geo: ['geo'],
  StringMap: ['request.headers'],
  Claims: ['token.claims'],
  Organization: ['organization'],
  Now: ['now'],
  Lists: ['lists'],
};
const TYPES = Object.keys(SAMPLES);
/** For the second of two arguments, to limit the number of combinations. */
const FEW_TYPES = ['string', 'int', 'dyn', 'bool', 'list<string>'];

const BINARY_OPERATORS = [
  '==',
  '!=',
  'in',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
];

/** The number of samples of an expression that were accepted, and whether one of them could be evaluated. */
interface Outcome {
  accepted: number;
  worked: boolean;
  example: string;
  error: string;
}

const lists = new Map(
  Object.entries({
    texts: ['a', 'b'],
    numbers: [1, 2, 3],
    nobody: [],
    networks: ['10.0.0.0/8'],
  }).map(([name, entries]) => [name, parseList(entries, new Issues())] as const),
);
const compiler = createExpressionCompiler({ lists });

let variables: Variables;
beforeAll(async () => {
  const { request, signals, now } = scenario({
    request: requestWithClaims({ ...CLAIMS, aud: ['a', 'b'] }),
    geo: { country: 'LK', city: 'Colombo', organization: 'Net' },
    reputation: 1,
  });
  await signals.resolve('geo');
  await signals.resolve('reputation');
  const clock = createPolicyClock('UTC');
  variables = new Variables({
    request,
    signals: new SignalReader(signals),
    now,
    time: clock(now),
    lists: createLists(lists, new Set(['networks']), compiler.Lists),
  });
});

// Most expressions are rejected, and the stack traces would take a third of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** Tries an expression on all samples of its types. */
function outcomeOf(types: readonly string[], write: (...samples: string[]) => string): Outcome {
  const outcome: Outcome = { accepted: 0, worked: false, example: '', error: '' };
  let isInvalid = false;
  const visit = (chosen: readonly string[]): void => {
    if (outcome.worked || isInvalid) return;
    const type = types[chosen.length];
    if (type !== undefined) {
      for (const sample of SAMPLES[type] ?? []) visit([...chosen, sample]);
      return;
    }
    const expression = write(...chosen);
    const issues = new Issues();
    const compiled = compiler.compile(expression, issues);
    // The type checker rejects all samples of a type or none.
    isInvalid = compiled === undefined;
    if (compiled === undefined || issues.list.length > 0) return;
    outcome.accepted += 1;
    try {
      compiled.evaluate(variables);
      outcome.worked = true;
    } catch (error) {
      outcome.example = expression;
      outcome.error = String(error).split('\n')[0] ?? '';
    }
  };
  visit([]);
  return outcome;
}

/** Returns the expressions that are accepted and never work. */
function findBroken(
  shapes: readonly {
    readonly types: readonly string[];
    readonly write: (...samples: string[]) => string;
  }[],
): string[] {
  return shapes.flatMap(({ types, write }) => {
    const { accepted, worked, example, error } = outcomeOf(types, write);
    return accepted > 0 && !worked ? [`${example} on ${types.join(', ')}: ${error}`] : [];
  });
}

const { functions } = new Environment({ enableOptionalTypes: true }).getDefinitions();

/** Functions by name and number of arguments. Without macros, whose arguments are not values. */
const shapesOfFunctions = [
  ...new Set(
    functions
      .filter(({ params }) => params.every(({ type }) => String(type) !== 'ast'))
      .map(({ name, receiverType, params }) =>
        JSON.stringify([name, receiverType !== null, params.length]),
      ),
  ),
].map((key) => JSON.parse(key) as [name: string, isMethod: boolean, arity: number]);

function pairs(types: readonly string[]): (readonly [string, string])[] {
  return types.flatMap((one) => TYPES.map((other) => [other, one] as const));
}

const HANG_MS = 300_000;

test('the library lists its functions', () => {
  expect(shapesOfFunctions.length).toBeGreaterThan(50);
});

test.each(shapesOfFunctions)(
  '%s (method: %s, arguments: %i)',
  (name, isMethod, arity) => {
    const write = isMethod
      ? (receiver: string, ...args: string[]) => `${receiver}.${name}(${args.join(', ')})`
      : (...args: string[]) => `${name}(${args.join(', ')})`;
    const values = arity + (isMethod ? 1 : 0);
    const shapes =
      values === 1
        ? TYPES.map((type) => [type])
        : values === 2
          ? pairs(TYPES)
          : values === 3
            ? pairs(FEW_TYPES).flatMap((pair) => FEW_TYPES.map((type) => [...pair, type]))
            : [[]];
    expect(findBroken(shapes.map((types) => ({ types, write })))).toEqual([]);
  },
  HANG_MS,
);

test.each(BINARY_OPERATORS)(
  'the operator %s',
  (operator) => {
    const write = (left: string, right: string) => `${left} ${operator} ${right}`;
    expect(findBroken(pairs(TYPES).map((types) => ({ types, write })))).toEqual([]);
  },
  HANG_MS,
);

const UNARY_EXPRESSIONS: readonly [string, (value: string) => string][] = [
  ['not', (value) => `!${value}`],
  ['minus', (value) => `-${value}`],
  ['exists', (value) => `${value}.exists(x, x == x)`],
  ['all', (value) => `${value}.all(x, x == x)`],
  ['exists_one', (value) => `${value}.exists_one(x, x == x)`],
  ['filter', (value) => `${value}.filter(x, true)`],
  ['map', (value) => `${value}.map(x, x)`],
  ['map with a filter', (value) => `${value}.map(x, true, x)`],
  ['bind', (value) => `cel.bind(x, ${value}, x)`],
  ['matches', (value) => `${value}.matches("^a")`],
  ['within', (value) => `${value}.within("networks")`],
  ['a field', (value) => `${value}.a`],
  ['an optional field', (value) => `${value}.?a`],
  ['optional.of', (value) => `optional.of(${value}).value()`],
];
test.each(UNARY_EXPRESSIONS)(
  '%s',
  (_, write) => {
    expect(findBroken(TYPES.map((type) => ({ types: [type], write })))).toEqual([]);
  },
  HANG_MS,
);

const BINARY_EXPRESSIONS: readonly [string, (one: string, other: string) => string][] = [
  ['an index', (one, other) => `${one}[${other}]`],
  ['an optional index', (one, other) => `${one}[?${other}]`],
  ['a conditional', (one, other) => `now.hour > 3 ? ${one} : ${other}`],
  ['a list', (one, other) => `[${one}, ${other}]`],
  ['a map', (one, other) => `{${one}: ${other}}`],
  ['or', (one, other) => `${one}.or(${other})`],
  ['orValue', (one, other) => `${one}.orValue(${other})`],
];
test.each(BINARY_EXPRESSIONS)(
  '%s',
  (_, write) => {
    expect(findBroken(pairs(TYPES).map((types) => ({ types, write })))).toEqual([]);
  },
  HANG_MS,
);
