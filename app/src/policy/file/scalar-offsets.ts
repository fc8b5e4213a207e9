import type { Scalar } from 'yaml';

/** A character of a scalar, or the escape sequence that stands for it, and its place in the file. */
interface Unit {
  /** One UTF-16 code unit. */
  readonly char: string;
  readonly start: number;
  readonly end: number;
}

/** A part of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the places in the file of each UTF-16 code unit of a scalar's text, and of the end of the text. YAML joins
 * lines, and removes indentation, quotes and escapes: the places of the characters are exact, those of white space are
 * next to it. Returns `undefined` if the text is not that of the file.
 *
 * @param file the text of the file.
 */
export function offsetsOf(scalar: Scalar, file: string): Span[] | undefined {
  const text = String(scalar.value);
  const [start, end] = scalar.range ?? [0, 0];
  const units = unitsOf(scalar.type, file, start, end);
  const spans: Span[] = [];
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    // YAML adds and removes white space, and nothing else.
    if (!isSpace(char)) while (isSpace(units[at]?.char)) at += 1;
    const unit = units[at];
    if (unit?.char === char) {
      spans.push(unit);
      at += 1;
    } else if (isSpace(char)) {
      spans.push(unit ?? { start: end, end });
    } else {
      return undefined;
    }
  }
  const last = spans[text.trimEnd().length - 1]?.end ?? start;
  spans.push({ start: last, end: last + 1 });
  return spans;
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}

function unitsOf(type: Scalar['type'], file: string, start: number, end: number): Unit[] {
  switch (type) {
    case 'QUOTE_SINGLE':
      return singleQuoted(file, start + 1, end - 1);
    case 'QUOTE_DOUBLE':
      return doubleQuoted(file, start + 1, end - 1);
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      // The first line is the indicator, and may have a comment.
      return plain(file, Math.max(start, file.indexOf('\n', start)), end);
    default:
      return plain(file, start, end);
  }
}

function plain(file: string, start: number, end: number): Unit[] {
  const units: Unit[] = [];
  for (let at = start; at < end; at += 1) units.push(unitAt(file, at, 1));
  return units;
}

function unitAt(file: string, at: number, length: number): Unit {
  return { char: file.charAt(at), start: at, end: at + length };
}

function singleQuoted(file: string, start: number, end: number): Unit[] {
  const units: Unit[] = [];
  for (let at = start; at < end; at += 1) {
    // Two quotes stand for one.
    const length = file.charAt(at) === "'" ? 2 : 1;
    units.push(unitAt(file, at, length));
    at += length - 1;
  }
  return units;
}

/** YAML 1.2.2, section 5.7: escape sequences that do not stand for themselves. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ 0: '\0', a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b' },
  ...{ N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' },
};

/** The numbers of hexadecimal digits of escape sequences with a code point. */
const CODE_POINT_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function doubleQuoted(file: string, start: number, end: number): Unit[] {
  const units: Unit[] = [];
  for (let at = start; at < end; ) {
    if (file.charAt(at) !== '\\') {
      units.push(unitAt(file, at, 1));
      at += 1;
      continue;
    }
    const letter = file.charAt(at + 1);
    const digits = CODE_POINT_DIGITS[letter] ?? 0;
    const next = at + 2 + digits;
    const text =
      digits > 0
        ? String.fromCodePoint(Number.parseInt(file.slice(at + 2, next), 16))
        : (ESCAPES[letter] ?? letter);
    // A character beyond U+FFFF has two code units.
    for (let index = 0; index < text.length; index += 1) {
      units.push({ char: text.charAt(index), start: at, end: next });
    }
    at = next;
  }
  return units;
}
