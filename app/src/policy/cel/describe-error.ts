import { didYouMean } from '../../config/similar-name.ts';
import type { IssueDetails } from '../file/issues.ts';
import type { Declarations } from './environment.ts';
import { rangeOf, summaryOf, type UnknownName, unknownNameOf } from './library/errors.ts';
import { suggestField, suggestFunction, suggestVariable } from './suggestions.ts';

type Replacements = readonly (readonly [RegExp, string])[];

/** The library's messages, and their replacements in the words of the policy language. */
const MESSAGES: Replacements = [
  [/^No such key: (.*)$/, 'unknown field $1'],
  [/^Unknown variable: (.*)$/, 'unknown variable $1'],
  [/^no such overload: (.*)$/, 'incompatible types: $1'],
  [/^Unexpected token: EOF$/, 'the expression is incomplete'],
];

/** Operators that other languages write as words. */
const FOREIGN_WORDS: Replacements = [
  [/^and$/i, 'write && for "and"'],
  [/^or$/i, 'write || for "or"'],
  [/^(not|is)$/i, 'write ! or != for "not"'],
  [/^in$/i, 'write in'],
  [/^(between|like|if|then)$/i, 'CEL has no such keyword'],
];

/** Operators and characters of other languages. */
const FOREIGN_CHARACTERS: Replacements = [
  [/^=>/, 'write >='],
  [/^=~/, 'write matches("^…$")'],
  [/^=/, 'write == to compare'],
  [/^&/, 'write && for "and"'],
  [/^\|/, 'write || for "or"'],
  [/^[\u201c\u201d\u201e\u2018\u2019\u201a`´]/, 'write straight quotes: "…"'],
  [/^#/, 'comments in CEL begin with //'],
  [/^\$/, 'use ${…} only in texts; a condition is already CEL'],
];

/** Functions of other languages and of other CEL implementations, as the library names them in its messages. */
const FOREIGN_FUNCTIONS: Replacements = [
  [/'list(<.*>)?\.(contains|includes|has)\(/, 'write "x" in the list'],
  [
    /'Address\.within\(list/,
    'write the name of the list in quotes, e.g. within("trusted_networks")',
  ],
  [/'(len|length|count)\(|'\w+(<.*>)?\.(length|len|count)\(/, 'write size(…)'],
  [/\.toLowerCase\(|\.lower\(/, 'write lowerAscii()'],
  [/\.toUpperCase\(|\.upper\(/, 'write upperAscii()'],
  [/'(ip|cidr|isIP|isCIDR)\(/, 'write address.within("list") for a network'],
  [/\.(startswith|endswith|startWith|endWith)\(/, 'write startsWith(…) or endsWith(…)'],
  [/\.(regex|regexp|match|test|regexMatch)\(/, 'write matches("^…$")'],
  [/\.(equals|eq)\(/, 'write =='],
  [
    /'(contains|startsWith|endsWith|matches|exists|all)\(/,
    'write it behind a value: value.contains(…)',
  ],
  [
    /^incompatible types: (\S+ [!=]= null|null [!=]= \S+)$/,
    'write !has(…) to test whether a field has no value',
  ],
  [/^incompatible types: int \S+ double$/, 'write a whole number'],
  [
    /^(List index must be int|Cannot index type)/,
    'it has no fields; for its length, write size(…)',
  ],
];

/** Keeps messages short enough for a log line. */
const MAX_EXCERPT_LENGTH = 200;

/** The description of an error in an expression. */
export interface ErrorDescription extends IssueDetails {
  /** The reason, a remedy if one is known, and an excerpt of the expression. */
  readonly message: string;
}

/** Describes an error of the library in the words of the policy language. */
export function describeError(
  error: unknown,
  source: string,
  declarations: Declarations,
): ErrorDescription {
  if (source.trim() === '') return { message: 'an expression must not be empty' };
  const range = rangeOf(error);
  const position = range?.start;
  const message = MESSAGES.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    // The library cuts a character beyond U+FFFF in half.
    summaryOf(error).replace(/\p{Cs}$/u, () => characterAt(source, position)),
  );
  const unexpected = describeUnexpected(message, source, position);
  const part = source.slice(range?.start, range?.end);
  const {
    reason = message,
    remedy = lookUp(FOREIGN_FUNCTIONS, message) ?? remedyFor(message, part),
  } = unexpected;
  const suggestion = suggestionFor(unknownNameOf(error), declarations);
  const help = remedy === undefined ? '' : `; ${remedy}`;
  return {
    // A remedy says more than a similar name.
    message: `${reason}${help} (in: ${excerpt(source, position)})${didYouMean(remedy === undefined ? suggestion : undefined)}`,
    ...(suggestion !== undefined && { suggestion }),
    ...(range && {
      position: range.start,
      length: Math.max(range.end - range.start, characterAt(source, position).length),
    }),
  };
}

/** Returns the remedy for a number that is compared with a constant string. */
function remedyFor(message: string, part: string): string | undefined {
  if (!/^incompatible types: int \S+ string$/.test(message)) return undefined;
  const [, number] = /["'](?:AS)?(\d+)["']$/i.exec(part) ?? [];
  return number && `write the number without quotes: ${number}`;
}

function suggestionFor(
  unknown: UnknownName | undefined,
  declarations: Declarations,
): string | undefined {
  switch (unknown?.kind) {
    case 'variable':
      return suggestVariable(unknown.name, declarations);
    case 'field':
      return suggestField(unknown.owner, unknown.name, declarations);
    case 'function':
    case 'method':
      return suggestFunction(unknown.name, unknown.kind === 'method');
    default:
      return undefined;
  }
}

function characterAt(source: string, position = 0): string {
  const codePoint = source.codePointAt(position);
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
}

/** Describes an unexpected word or character. The library's message has only the first letter of a word. */
function describeUnexpected(
  message: string,
  source: string,
  position: number | undefined,
): { reason?: string; remedy?: string | undefined } {
  if (position === undefined) return {};
  if (source.startsWith('<>', position - 1)) {
    return { reason: 'unexpected <>', remedy: 'write !=' };
  }
  if (!message.startsWith('Unexpected character')) return {};
  const rest = source.slice(position);
  const [word] = /^[A-Za-z_]\w*/.exec(rest) ?? [];
  if (word === undefined) return { remedy: lookUp(FOREIGN_CHARACTERS, rest) };
  const [, before = ''] = /(\w+)\s*$/.exec(source.slice(0, position)) ?? [];
  return {
    reason: `unexpected "${word}"`,
    remedy: lookUp(FOREIGN_WORDS, word) ?? lookUp(FOREIGN_WORDS, before),
  };
}

function lookUp(remedies: Replacements, text: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(text))?.[1];
}

/** Returns the expression in one line; of a long one, the part around the position. */
function excerpt(source: string, position = 0): string {
  const inOneLine = (part: string) => part.replace(/\s+/g, ' ').trim();
  const complete = inOneLine(source);
  if (complete.length <= MAX_EXCERPT_LENGTH) return complete;
  const from = Math.max(0, position - MAX_EXCERPT_LENGTH / 2);
  const part = inOneLine(source.slice(from, from + MAX_EXCERPT_LENGTH));
  const end = from + MAX_EXCERPT_LENGTH < source.length ? '…' : '';
  return `${from > 0 ? '…' : ''}${part}${end}`;
}
