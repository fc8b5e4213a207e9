/** Data points by the number of their period; undefined where one is missing. */
export type Series = (period: number) => number | undefined;

/** How tightly an operator binds. */
const BINDING: Readonly<Record<string, number>> = {
  ...{ '||': 1, OR: 1, '&&': 2, AND: 2 },
  ...{ '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3 },
  ...{ '+': 4, '-': 4, '*': 5, '/': 5 },
};

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '||': (a, b) => Number(a !== 0 || b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
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
  // A division by zero gives no data point.
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

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\|\||&&|[=!<>]=|[-+*/<>(),]))/y;

/**
 * An expression of CloudWatch's metric math, with the operators and functions that the alarms use. An
 * operator has no data point where one of its operands has none.
 *
 * @throws Error for anything else, so that no alarm is evaluated by half.
 */
export function compileExpression(text: string, metrics: ReadonlyMap<string, Series>): Series {
  return new Parser(tokens(text), metrics).whole();
}

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`"${text}" has something unknown at ${at}.`);
    found.push(match[0].trim());
  }
  return found;
}

class Parser {
  readonly #tokens: string[];
  readonly #metrics: ReadonlyMap<string, Series>;

  constructor(tokens: string[], metrics: ReadonlyMap<string, Series>) {
    this.#tokens = tokens;
    this.#metrics = metrics;
  }

  whole(): Series {
    const series = this.#binary(1);
    if (this.#tokens.length > 0) throw new Error(`"${this.#tokens.join(' ')}" is left over.`);
    return series;
  }

  #binary(least: number): Series {
    let left = this.#operand();
    for (;;) {
      const [operator = ''] = this.#tokens;
      const binding = BINDING[operator];
      const apply = OPERATORS[operator];
      if (binding === undefined || apply === undefined || binding < least) return left;
      this.#tokens.shift();
      left = combine(left, this.#binary(binding + 1), apply);
    }
  }

  #operand(): Series {
    const token = this.#tokens.shift();
    if (token === undefined) throw new Error('The expression ends too early.');
    if (token === '(') {
      const inner = this.#binary(1);
      this.#expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#tokens[0] === '(') return this.#call(token);
    const series = this.#metrics.get(token);
    if (series === undefined) throw new Error(`${token} is no metric of the alarm.`);
    return series;
  }

  #call(name: string): Series {
    const make = FUNCTIONS[name];
    if (make === undefined) throw new Error(`The function ${name} is not known here.`);
    const operands: Series[] = [];
    do {
      this.#tokens.shift();
      operands.push(this.#binary(1));
    } while (this.#tokens[0] === ',');
    this.#expect(')');
    return make(operands);
  }

  #expect(token: string): void {
    const found = this.#tokens.shift();
    if (found !== token) throw new Error(`"${token}" is missing before "${found ?? 'the end'}".`);
  }
}

function combine(
  left: Series,
  right: Series,
  apply: (a: number, b: number) => number | undefined,
): Series {
  return (period) => {
    const a = left(period);
    const b = right(period);
    return a === undefined || b === undefined ? undefined : apply(a, b);
  };
}
