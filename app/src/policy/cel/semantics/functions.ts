import { parseExactJson } from '../../../action/exact-json.ts';
import { toCel } from '../variables/json-to-cel.ts';
import { asciiCase } from './ascii-case.ts';
import { conditionError } from './condition-error.ts';
import { CONVERSIONS, type Conversion } from './conversions.ts';
import { COST, type CostMeter } from './cost.ts';
import { splitAll, splitLimited } from './split.ts';
import { iterableOf, lengthOf } from './values.ts';

/** A function or method whose cost depends on its operands. */
export interface MeteredFunction {
  /** Spends the cost of a call before it happens. `values` are the receiver, if any, and the arguments. */
  readonly cost: (meter: CostMeter, values: readonly unknown[]) => void;
  /** Replaces the library's function if its cost has no bound or it differs from CEL. */
  readonly replacement?: {
    /** The CEL types of `values` for which it applies. */
    readonly types: readonly string[];
    readonly call: (meter: CostMeter, values: readonly unknown[]) => unknown;
  };
}

/** A cost per character of all operands. */
const perCharacter = (units: number): MeteredFunction => ({
  cost: (meter, values) => {
    for (const value of values) meter.spend(lengthOf(value) * units);
  },
});

/** Up to this length of the sought string, V8 searches in linear time. */
const MAX_LINEAR_SEARCH_LENGTH = 200;
/** For longer ones: units per pair of a character of the string and one of the sought string. */
const COST_PER_SEARCHED_PAIR = 0.5;

function spendSearch(meter: CostMeter, text: unknown, sought: unknown): void {
  const [length, soughtLength] = [lengthOf(text), lengthOf(sought)];
  meter.spend(length * COST.readCharacter);
  if (soughtLength > MAX_LINEAR_SEARCH_LENGTH)
    meter.spend(length * soughtLength * COST_PER_SEARCHED_PAIR);
}

const SEARCH: MeteredFunction = {
  cost: (meter, [text, sought]) => spendSearch(meter, text, sought),
};

/** From the end, V8 compares the sought string at each position. */
const SEARCH_BACKWARDS: MeteredFunction = {
  cost: (meter, [text, sought]) => meter.spend(lengthOf(text) * (1 + lengthOf(sought))),
};

/** `startsWith` and `endsWith`. */
const COMPARE_END: MeteredFunction = {
  cost: (meter, [, end]) => meter.spend(lengthOf(end) * COST.comparedCharacter),
};

const SPLIT: MeteredFunction = {
  cost: (meter, [text, separator]) => spendSearch(meter, text, separator),
  replacement: {
    types: ['string', 'string', 'int'],
    call: (meter, values) => {
      const [text, separator, limit] = values as [string, string, bigint | undefined];
      return limit === undefined || limit < 0n
        ? splitAll(meter, text, separator)
        : splitLimited(meter, text, separator, limit);
    },
  },
};

/** Changes only ASCII letters, as CEL specifies: the library also turns the Kelvin sign into `k`. */
const changeCase = (to: 'lower' | 'upper'): MeteredFunction => ({
  cost: (meter, [text]) => meter.spend(lengthOf(text) * COST.changedCharacter),
  replacement: { types: ['string'], call: (_, [text]) => asciiCase(text as string, to) },
});

const JOIN: MeteredFunction = {
  cost: (meter, [list, separator]) => {
    for (const element of iterableOf(list)) {
      meter.spend(COST.node + (lengthOf(element) + lengthOf(separator)) * COST.readCharacter);
    }
  },
};

/** Parses an object into the form of claims, so that the same rules apply to its values. */
const JSON_OF_BYTES: MeteredFunction = {
  cost: (meter, [bytes]) => meter.spend(lengthOf(bytes) * COST.parsedCharacter),
  replacement: {
    types: ['bytes'],
    call: (_, [bytes]) => {
      const value = toCel(parseExactJson(Buffer.from(bytes as Uint8Array).toString('utf8')));
      if (value instanceof Map) return value;
      throw conditionError('json expects an object');
    },
  },
};

const CHANGE = perCharacter(COST.changedCharacter);
const READ = perCharacter(COST.readCharacter);

/** Parts of a timestamp, whose optional argument is a time zone. */
const TIMESTAMP_PART: MeteredFunction = {
  cost: (meter, [, timeZone]) => {
    if (timeZone !== undefined) meter.spend(COST.timeZone);
  },
};

export const SIZE = READ;

export const METHODS: ReadonlyMap<string, MeteredFunction> = new Map([
  ['contains', SEARCH],
  ['indexOf', SEARCH],
  ['lastIndexOf', SEARCH_BACKWARDS],
  ['split', SPLIT],
  ['join', JOIN],
  ['startsWith', COMPARE_END],
  ['endsWith', COMPARE_END],
  ['lowerAscii', changeCase('lower')],
  ['upperAscii', changeCase('upper')],
  ['trim', CHANGE],
  ['substring', READ],
  ['size', SIZE],
  ['json', JSON_OF_BYTES],
  ['hex', CHANGE],
  ['base64', CHANGE],
  ['string', CHANGE],
  ...[
    ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours'],
    ...['getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds'],
  ].map((name) => [name, TIMESTAMP_PART] as const),
]);

/** A conversion that rejects strings which CEL does not accept. */
function strictConversion({ accepts, expected }: Conversion): MeteredFunction {
  return {
    cost: (meter, values) => {
      CHANGE.cost(meter, values);
      const [value] = values;
      if (typeof value === 'string' && !accepts(value)) {
        throw conditionError(`the string is not ${expected}`);
      }
    },
  };
}

export const FUNCTIONS: ReadonlyMap<string, MeteredFunction> = new Map([
  ['size', SIZE],
  ...['string', 'bytes', 'bool', 'duration'].map((name) => [name, CHANGE] as const),
  ...[...CONVERSIONS].map(([name, conversion]) => [name, strictConversion(conversion)] as const),
]);
