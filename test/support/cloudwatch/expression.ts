/** Data points by the number of the period; undefined if the period has none. */
export type Series = (period: number) => number | undefined;

/** A higher precedence binds more tightly. */
const PRECEDENCE: Readonly<Record<string, number>> = {
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

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\|\||&&|[=!<>]=|[-+*/<>(),]))/y;

/**
 * Compiles a metric math expression with the operators and functions that the alarms use. An operator has no result
 * if an operand is missing.
 *
 * @throws Error for anything unsupported.
 */
export function compileExpression(text: string, metrics: ReadonlyMap<string, Series>): Series {
  return new Parser(tokenize(text), metrics).parse();
}

function tokenize(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`Unexpected character at ${at} in "${text}".`);
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

  parse(): Series {
    const series = this.#binary(1);
    if (this.#tokens.length > 0)
      throw new Error(`Unexpected "${this.#tokens.join(' ')}" at the end.`);
    return series;
  }

  #binary(minPrecedence: number): Series {
    let left = this.#operand();
    for (;;) {
      const [operator = ''] = this.#tokens;
      const precedence = PRECEDENCE[operator];
      const apply = OPERATORS[operator];
      if (precedence === undefined || apply === undefined || precedence < minPrecedence)
        return left;
      this.#tokens.shift();
      left = combine(left, this.#binary(precedence + 1), apply);
    }
  }

  #operand(): Series {
    const token = this.#tokens.shift();
    if (token === undefined) throw new Error('Unexpected end of the expression.');
    if (token === '(') {
      const inner = this.#binary(1);
      this.#expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#tokens[0] === '(') return this.#call(token);
    const series = this.#metrics.get(token);
    if (series === undefined) throw new Error(`Unknown metric: ${token}.`);
    return series;
  }

  #call(name: string): Series {
    const apply = FUNCTIONS[name];
    if (apply === undefined) throw new Error(`Unsupported function: ${name}.`);
    const operands: Series[] = [];
    do {
      this.#tokens.shift();
      operands.push(this.#binary(1));
    } while (this.#tokens[0] === ',');
    this.#expect(')');
    return apply(operands);
  }

  #expect(token: string): void {
    const found = this.#tokens.shift();
    if (found !== token) throw new Error(`Expected "${token}", got "${found ?? 'the end'}".`);
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
