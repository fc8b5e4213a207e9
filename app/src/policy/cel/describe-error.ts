/** What is known of an error of the CEL library. */
interface CelError {
  readonly summary?: string;
  /** Of characters in the expression. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** CEL's messages in the words of the policy. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^No such key: (.*)$/, 'there is no member $1'],
  [/^Unknown variable: (.*)$/, 'there is no variable $1'],
  [/^no such overload: (.*)$/, 'the types do not fit: $1'],
  [/^Unexpected token: EOF$/, 'something is missing at its end'],
];

/** What CEL writes for a word of other languages. */
const WORDS_ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^and$/i, 'write && for "and"'],
  [/^or$/i, 'write || for "or"'],
  [/^(not|is)$/i, 'write ! or != for "not"'],
  [/^in$/i, 'write in'],
  [/^(between|like|if|then)$/i, 'CEL has no such word'],
];

/** What CEL writes for characters of other languages. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^=>/, 'write >='],
  [/^=~/, 'write matches("^…$")'],
  [/^=/, 'write == to compare'],
  [/^&/, 'write && for "and"'],
  [/^\|/, 'write || for "or"'],
  [/^[\u201c\u201d\u201e\u2018\u2019\u201a`´]/, 'write straight quotes: "…"'],
  [/^#/, 'a comment of CEL begins with //'],
  [/^\$/, '${…} is for texts; a condition is CEL already'],
];

/** Functions of other languages and of other editions of CEL. */
const FUNCTIONS: readonly (readonly [RegExp, string])[] = [
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
    /^(List index must be int|Cannot index type)/,
    'it has no fields; for its length, write size(…)',
  ],
];

/** Of an expression in a message: a log line is read, not scrolled. */
const MAX_PLACE_LENGTH = 200;

/** Returns what is wrong with an expression, and where. The drawing below CEL's message does not fit a log line. */
export function describeError(error: unknown, text: string): string {
  if (text.trim() === '') return 'an expression must not be empty';
  const { summary, range } = (error ?? {}) as CelError;
  const reason = summary ?? (error instanceof Error ? error.message.split('\n')[0] : String(error));
  const words = WORDS.reduce((text, [cel, own]) => text.replace(cel, own), reason ?? '');
  const stop = words.startsWith('Unexpected character') && range ? stopAt(text, range.start) : [];
  const [what = words, remedy = FUNCTIONS.find(([found]) => found.test(words))?.[1]] = stop;
  return `${what}${remedy === undefined ? '' : `; ${remedy}`} (in: ${placeOf(text, range?.start)})`;
}

/** What CEL does not expect there, and what to write. It names the last letter of a word. */
function stopAt(text: string, start: number): (string | undefined)[] {
  const rest = text.slice(start);
  const [word] = /^[A-Za-z_]\w*/.exec(rest) ?? [];
  const spelling = (all: typeof SPELLINGS, found = '') =>
    all.find(([elsewhere]) => elsewhere.test(found))?.[1];
  if (word === undefined) return [undefined, spelling(SPELLINGS, rest)];
  const [, before] = /(\w+)\s*$/.exec(text.slice(0, start)) ?? [];
  const remedy = spelling(WORDS_ELSEWHERE, word) ?? spelling(WORDS_ELSEWHERE, before);
  return [`"${word}" cannot stand here`, remedy];
}

/** The expression in one line; of a long one, what is around the error. */
function placeOf(text: string, start = 0): string {
  const line = (part: string) => part.replace(/\s+/g, ' ').trim();
  const whole = line(text);
  if (whole.length <= MAX_PLACE_LENGTH) return whole;
  const from = Math.max(0, start - MAX_PLACE_LENGTH / 2);
  const part = line(text.slice(from, from + MAX_PLACE_LENGTH));
  const end = from + MAX_PLACE_LENGTH < text.length ? '…' : '';
  return `${from > 0 ? '…' : ''}${part}${end}`;
}
