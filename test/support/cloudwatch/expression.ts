import { TokenReader } from '../parsing/token-reader.ts';

/** Data points by the number of the period; undefined if the period has none. */
export type Series = (period: number) => number | undefined;

/** Operators by increasing precedence. */
const LEVELS = [
  ['OR'],
  ['AND'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
] as const;
type Operator = (typeof LEVELS)[number][number];

export const OPERATORS: Readonly<Record<Operator, (a: number, b: number) => number | undefined>> = {
  OR: (a, b) => Number(a !== 0 || b !== 0),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // A division by zero returns no data point.
  '/': (a, b) => (b === 0 ? undefined : a / b),
};

const FUNCTIONS: Readonly<Record<string, (of: readonly Series[]) => Series>> = {
  FILL: ([series, filling]) => {
    return (period) => series?.(period) ?? filling?.(period);
  },
  IF: ([condition, then, otherwise]) => {
    return (period) => {
      const value = condition?.(period);
      return value === undefined ? undefined : value !== 0 ? then?.(period) : otherwise?.(period);
    };
  },
};

/**
 * Compiles a metric math expression with the operators and functions that the alarms use. An operator has no result
 * if an operand is missing.
 *
 * @throws Error for anything unsupported.
 */
export function compileExpression(text: string, metrics: ReadonlyMap<string, Series>): Series {
  const reader = new TokenReader(text);
  const readExpression = (): Series =>
    reader.binary<Series, Operator>(LEVELS, readOperand, combine);
  const readOperand = (): Series => {
    const number = reader.takeIf('number');
    if (number !== undefined) return () => Number(number);
    if (reader.skip('(')) {
      const inner = readExpression();
      reader.expect(')');
      return inner;
    }
    const name = reader.name();
    if (reader.skip('(')) {
      const operands = reader.list(readExpression);
      reader.expect(')');
      const apply = FUNCTIONS[name];
      if (apply === undefined) throw new Error(`Unsupported function: ${name}.`);
      return apply(operands);
    }
    const series = metrics.get(name);
    if (series === undefined) throw new Error(`Unknown metric: ${name}.`);
    return series;
  };
  const series = readExpression();
  if (!reader.atEnd) reader.fail('the end');
  return series;
}

function combine(operator: Operator, left: Series, right: Series): Series {
  const apply = OPERATORS[operator];
  return (period) => {
    const a = left(period);
    const b = right(period);
    return a === undefined || b === undefined ? undefined : apply(a, b);
  };
}
