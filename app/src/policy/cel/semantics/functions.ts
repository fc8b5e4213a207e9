import { parseExactJson } from '../../../action/exact-json.ts';
import { toCel } from '../variables/multi-value-map.ts';
import { conditionError } from './condition-error.ts';
import { CONVERSIONS, type Conversion } from './conversions.ts';
import { COST, type CostMeter } from './cost.ts';
import { iterableOf, lengthOf } from './values.ts';

/** A call of a function or method, the receiver first. */
export interface BoundedFunction {
  /** Spends what the call costs, before it is made. Throws where the call must fail. */
  readonly cost: (work: CostMeter, values: readonly unknown[]) => void;
  /** Replaces the library's function where that cannot be bounded, or does something else. */
  readonly replacement?: {
    /** Of the receiver and the arguments. */
    readonly types: readonly string[];
    readonly call: (work: CostMeter, values: readonly unknown[]) => unknown;
  };
}

/** A cost for each character of all texts. */
const perCharacter = (units: number): BoundedFunction => ({
  cost: (work, values) => {
    for (const value of values) work.spend(lengthOf(value) * units);
  },
});

/** Up to this length of what is looked for, V8 searches a text in linear time. */
const MAX_LINEAR_SEARCH_LENGTH = 200;
/** Beyond it, for each character of one and of the other. */
const SEARCHED_PAIR = 0.5;

function spendSearch(work: CostMeter, text: unknown, sought: unknown): void {
  const [length, soughtLength] = [lengthOf(text), lengthOf(sought)];
  work.spend(length * COST.readCharacter);
  if (soughtLength > MAX_LINEAR_SEARCH_LENGTH) work.spend(length * soughtLength * SEARCHED_PAIR);
}

const SEARCH: BoundedFunction = {
  cost: (work, [text, sought]) => spendSearch(work, text, sought),
};

/** From the end, V8 compares at each position. */
const SEARCH_BACKWARDS: BoundedFunction = {
  cost: (work, [text, sought]) => work.spend(lengthOf(text) * (1 + lengthOf(sought))),
};

const SPLIT: BoundedFunction = {
  cost: (work, [text, separator]) => spendSearch(work, text, separator),
  replacement: {
    types: ['string', 'string', 'int'],
    call: (work, values) => {
      const [text, separator, limit] = values as [string, string, bigint | undefined];
      if (limit !== undefined && limit >= 0n) return splitLimited(work, text, separator, limit);
      // One more than there may be, to notice that there are more.
      const parts = text.split(separator, work.affordable(COST.madeElement) + 1);
      work.spend(parts.length * COST.madeElement);
      return parts;
    },
  },
};

/** The last part has the rest of the text. */
function splitLimited(work: CostMeter, text: string, separator: string, limit: bigint): string[] {
  if (limit === 0n || (text === '' && separator === '')) return [];
  const parts: string[] = [];
  let from = 0;
  while (BigInt(parts.length) < limit - 1n) {
    const at = text.indexOf(separator, separator === '' ? from + 1 : from);
    if (at < 0 || (separator === '' && at >= text.length)) break;
    work.spend(COST.madeElement);
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  work.spend(COST.madeElement);
  return [...parts, text.slice(from)];
}

const NOT_ASCII = /[^\0-\x7f]/;
const CASE_BIT = 0x20;

/** Changes ASCII letters only, as CEL has it: the library also makes `k` of the Kelvin sign. */
function changeAsciiCase(from: 'A' | 'a'): BoundedFunction {
  const [first, last] = [from.charCodeAt(0), from.charCodeAt(0) + 25];
  return {
    cost: (work, [text]) => work.spend(lengthOf(text) * COST.changedCharacter),
    replacement: {
      types: ['string'],
      call: (_, [value]) => {
        const text = value as string;
        if (!NOT_ASCII.test(text)) return from === 'A' ? text.toLowerCase() : text.toUpperCase();
        const units = Buffer.from(text, 'utf16le');
        for (let at = 0; at < units.length; at += 2) {
          const low = units[at] ?? 0;
          if (units[at + 1] === 0 && low >= first && low <= last) units[at] = low ^ CASE_BIT;
        }
        return units.toString('utf16le');
      },
    },
  };
}

const JOIN: BoundedFunction = {
  cost: (work, [list, separator]) => {
    for (const element of iterableOf(list)) {
      work.spend(COST.node + (lengthOf(element) + lengthOf(separator)) * COST.readCharacter);
    }
  },
};

/** An object as claims have it, so that its values follow the same rules. */
const JSON_OF_BYTES: BoundedFunction = {
  cost: (work, [bytes]) => work.spend(lengthOf(bytes) * COST.parsedCharacter),
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

const WITH_TIME_ZONE: BoundedFunction = {
  cost: (work, [, timeZone]) => {
    if (timeZone !== undefined) work.spend(COST.timeZone);
  },
};

/** Methods whose cost grows with what they are given. */
export const METHODS: ReadonlyMap<string, BoundedFunction> = new Map([
  ['contains', SEARCH],
  ['indexOf', SEARCH],
  ['lastIndexOf', SEARCH_BACKWARDS],
  ['split', SPLIT],
  ['join', JOIN],
  [
    'startsWith',
    { cost: (work, [, start]) => work.spend(lengthOf(start) * COST.comparedCharacter) },
  ],
  ['endsWith', { cost: (work, [, end]) => work.spend(lengthOf(end) * COST.comparedCharacter) }],
  ['lowerAscii', changeAsciiCase('A')],
  ['upperAscii', changeAsciiCase('a')],
  ['trim', CHANGE],
  ['substring', READ],
  ['size', READ],
  ['json', JSON_OF_BYTES],
  ['hex', CHANGE],
  ['base64', CHANGE],
  ['string', CHANGE],
  ...[
    ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours'],
    ...['getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds'],
  ].map((name) => [name, WITH_TIME_ZONE] as const),
]);

/** A conversion of texts that fails where CEL's does. */
function converting({ accepts, expected }: Conversion): BoundedFunction {
  return {
    cost: (work, values) => {
      CHANGE.cost(work, values);
      const [value] = values;
      if (typeof value === 'string' && !accepts(value)) {
        throw conditionError(`the text is not ${expected}`);
      }
    },
  };
}

/** Functions whose cost grows with what they are given. */
export const FUNCTIONS: ReadonlyMap<string, BoundedFunction> = new Map([
  ['size', READ],
  ...['string', 'bytes', 'bool', 'duration'].map((name) => [name, CHANGE] as const),
  ...[...CONVERSIONS].map(([name, conversion]) => [name, converting(conversion)] as const),
]);
