import fc from 'fast-check';
import { isScalar, parseDocument, type Scalar } from 'yaml';
import { checkPolicy } from '../../../../app/src/policy/compile.ts';
import { offsetsOf } from '../../../../app/src/policy/file/scalar-offsets.ts';

/** Returns each issue as line, column and the marked part of the line. */
function marksIn(text: string): string[] {
  return checkPolicy(text, 'policy.yaml').issues.map(
    ({ line, column, excerpt, caret }) =>
      `${line}:${column} ${excerpt.slice(caret.from - 1, caret.to - 1)}`,
  );
}

const END = 'unknown: { address: { deny: No }, reputation: { deny: No }, geo: { deny: No } }\n';

/** Returns a policy whose rule begins in line 4 with the given condition. */
function withCondition(when: string): string {
  return `version: 1\nrules:\n  - id: one\n    ${when}\n    then: { deny: No }\n${END}`;
}

describe('an issue of a condition is at the part of the file', () => {
  test.each([
    ['plain', 'when: abuse.scor >= 75', '4:17 scor'],
    [
      'plain, joined lines',
      'when: abuse.score >= 75 ||\n      abuse.tor ||\n\n      abuse.scor > 3',
      '7:13 scor',
    ],
    ['single quotes', "when: '\"it''s\" == geo.contry'", '4:27 contry'],
    ['double quotes', 'when: "\\"a\\\\n\\u00e9\\U0001F600\\" == geo.contry"', '4:44 contry'],
    [
      'double quotes, joined lines',
      'when: "abuse.tor ||  \\\n      \\  geo.contry == \'\'"',
      '5:14 contry',
    ],
    ['a literal block', 'when: |\n      abuse.tor ||\n      abuse.scor >= 75', '6:13 scor'],
    [
      'a literal block that is indented',
      'when: |2 # a\n        abuse.tor ||\n        abuse.scor >= 75',
      '6:15 scor',
    ],
    ['a folded block', 'when: >-\n      abuse.tor\n\n        || abuse.scor >= 75', '7:18 scor'],
    ['tabs', "when: '\tabuse.tor\t||\tabuse.scor >= 75'", '4:32 scor'],
    ['an astral character', 'when: \'"\u{1f600}" == geo.contry\'', '4:24 contry'],
    ['a syntax error', 'when: abuse.score = 75', '4:23 ='],
    ['an astral character that is unexpected', 'when: abuse.tor \u{1f600}', '4:21 \u{1f600}'],
    ['a word of another language', 'when: abuse.tor and abuse.stale', '4:21 and'],
    ['an expression without its end', 'when: abuse.score >', '4:24 '],
    ['a string without its end', `when: 'geo.country == "KP'`, '4:27 "KP'],
    [
      'incompatible types',
      'when: \'abuse.tor || abuse.score >= "75"\'',
      '4:25 abuse.score >= "75"',
    ],
    ['an unknown variable', "when: 'abuse.tor || abus.score > 3'", '4:25 abus'],
    ['an unknown field in has', "when: 'abuse.tor || has(abuse.scor)'", '4:35 scor'],
    ['an unknown optional field', "when: 'abuse.?scor.orValue(1) > 3'", '4:19 scor'],
    ['a code', `when: 'geo.country in ["KP", "ir"]'`, '4:34 "ir"'],
    [
      'a code that is compared',
      `when: 'abuse.tor || geo.country == "North Korea"'`,
      '4:40 "North Korea"',
    ],
    ['a number out of range', `when: 'abuse.tor || abuse.score > 100'`, '4:25 abuse.score > 100'],
    ['an unknown list', `when: 'abuse.tor || address.within("none")'`, '4:40 "none"'],
    [
      'a contradiction',
      `when: 'abuse.tor || now.hour > 22 && now.hour < 6'`,
      '4:25 now.hour > 22 && now.hour < 6',
    ],
    ['a constant that fails', `when: 'abuse.tor || abuse.score > 1 / 0'`, '4:39 1 / 0'],
    ['an empty condition', `when: ''`, "4:11 ''"],
    ['a condition that is a number', 'when: 7', '4:11 7'],
    ['a condition that is no boolean', 'when: abuse.score', '4:11 abuse.score'],
  ])('%s', (_, when, mark) => {
    expect(marksIn(withCondition(when))).toEqual([mark]);
  });

  test('in a file with CRLF', () => {
    const text = withCondition('when: |\n      abuse.tor ||\n      abuse.scor >= 75');
    expect(marksIn(text.replaceAll('\n', '\r\n'))).toEqual(['6:13 scor']);
  });

  test('in an anchor, for each rule that uses it', () => {
    const text = `version: 1\nx-risk: &risk abuse.scor > 3\nrules:\n  - { id: a, when: *risk, then: { deny: No } }\n  - { id: b, when: *risk, then: { deny: No } }\n${END}`;
    expect(marksIn(text)).toEqual(['2:21 scor', '2:21 scor']);
    expect(checkPolicy(text, 'f').issues.map(({ rule }) => rule)).toEqual(['a', 'b']);
  });

  test('in a mapping that is merged', () => {
    const text = `version: 1\nx-d: &d { when: abuse.scor > 3, then: { lifetime: no } }\nrules:\n  - { <<: *d, id: a }\n  - { <<: [{ mode: enforce }, *d], id: b, then: { deny: No } }\n${END}`;
    expect(marksIn(text)).toEqual(['2:23 scor', '2:23 scor', '2:51 no']);
  });
});

describe('an issue of a text is at the part of the file', () => {
  test.each([
    ['an expression', '{ deny: "Score ${abuse.scor} is high" }', '5:34 scor'],
    ['an expression without its end', '{ deny: "Score ${abuse.score" }', '5:26 ${'],
    ['a character', '{ deny: "Score ${abuse.score}, high" }', '5:40 ,'],
    ['a character in a reason', '{ deny: { reason: a-b=c, description: No } }', '5:32 ='],
    ['an element of a claim', '{ claims: { set: { a: [x, "${abuse.scor}"] } } }', '5:46 scor'],
    ['a type', '{ claims: { set: { a: "x ${address}" } } }', '5:36 ${address}'],
    ['a type of a whole claim', '{ claims: { set: { a: "${address}" } } }', '5:34 ${address}'],
    ['a claim name', '{ claims: { set: { exp: 1 } } }', '5:30 exp'],
    ['a removed claim', '{ claims: { remove: [a, exp] } }', '5:35 exp'],
    ['an unknown key', '{ denny: No }', '5:13 denny'],
    ['a duration', '{ lifetime: 5x }', '5:23 5x'],
  ])('%s', (_, then, mark) => {
    expect(marksIn(withCondition('when: true').replace('{ deny: No }', then))).toEqual([mark]);
  });
});

describe('an issue of the file is at the part that is wrong', () => {
  test.each([
    ['a value', 'mode: audit', '2:7 audit'],
    ['a key', 'moode: audit', '2:1 moode'],
    ['a value in the next line', 'mode:\n  audit', '2:1 mode'],
    ['an element', 'lists: { a: [1, true] }', '2:17 true'],
    ['an empty value', 'timezone:', '2:1 timezone'],
    ['an alias', 'x-a: &a no\nmode: *a', '3:7 *a'],
    ['a tag', 'note: !x a', '2:7 !x'],
    ['a duplicate key', 'mode: enforce\nmode: enforce', '3:1 mode'],
    ['an unknown alias', 'mode: *none', '2:7 *none'],
    ['a flow mapping that is not closed', 'lists: { a: [1]', '2:8 {'],
  ])('%s', (_, line, mark) => {
    expect(marksIn(`version: 1\n${line}\nrules: []\n`)).toEqual([mark]);
  });
});

const YAML_STYLES = [
  'PLAIN',
  'QUOTE_SINGLE',
  'QUOTE_DOUBLE',
  'BLOCK_LITERAL',
  'BLOCK_FOLDED',
] as const;

/** Texts of words, white space and characters that YAML quotes or escapes. */
const text = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          'a',
          'bc',
          'def',
          '"',
          "'",
          '\\',
          '#',
          ':',
          '{',
          'é',
          '\u{1f600}',
        ),
      },
      { weight: 2, arbitrary: fc.constantFrom(' ', '  ', '\t', '\n', '\n\n', '\n  ') },
      fc.constantFrom('\u0007', '\u0085', '\u00a0', '\u2028', '\r'),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('the places of the characters of a scalar', () => {
  test('each character is at its place in the file, in every style', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(...YAML_STYLES),
        fc.integer({ min: 20, max: 60 }),
        fc.boolean(),
        (value, style, lineWidth, isCrlf) => {
          const document = parseDocument('a:\n  b: x\n');
          (document.getIn(['a', 'b'], true) as Scalar).value = value;
          (document.getIn(['a', 'b'], true) as Scalar).type = style;
          const file = document.toString({ lineWidth, minContentWidth: 0 });
          checkOffsets(isCrlf ? file.replaceAll('\n', '\r\n') : file);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('and in files that nobody would write', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('', '"', "'", '|', '>', '|+', '>-', '|2', '[', '&a '),
        (raw, start) => {
          const end = start === '"' || start === "'" ? start : start === '[' ? ']' : '';
          const body =
            start.length > 0 && '|>'.includes(start.charAt(0))
              ? `\n   ${raw.replaceAll('\n', '\n   ')}`
              : raw;
          checkOffsets(`a:\n  b: ${start}${body}${end}\n`);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Checks each scalar of a file. An escape sequence stands where its characters are. */
function checkOffsets(file: string): void {
  const document = parseDocument(file);
  if (document.errors.length > 0) return;
  const scalar = document.getIn(['a', 'b'], true);
  if (!isScalar(scalar) || typeof scalar.value !== 'string') return;
  const spans = offsetsOf(scalar, file);
  expect(spans).toHaveLength(scalar.value.length + 1);
  let last = 0;
  for (const [index, { start, end }] of (spans ?? []).slice(0, -1).entries()) {
    const char = scalar.value.charAt(index);
    expect(start).toBeGreaterThanOrEqual(last);
    last = start;
    if (/[ \t\n\r]/.test(char)) continue;
    const source = file.slice(start, end);
    const isEscaped = scalar.type === 'QUOTE_DOUBLE' && source.startsWith('\\');
    if (isEscaped) expect(parseDocument(`"${source}"`).toJS()).toContain(char);
    else expect(source).toBe(scalar.type === 'QUOTE_SINGLE' && char === "'" ? "''" : char);
  }
}
