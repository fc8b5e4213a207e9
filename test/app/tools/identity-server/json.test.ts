import fc from 'fast-check';
import { JsonError, JsonNumber, parseJson } from '../../../../app/tools/identity-server/json.ts';
import { toJavaString, toPlain } from '../../../../app/tools/identity-server/values.ts';

test('The parser returns the value that JSON.stringify wrote', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(toPlain(parseJson(JSON.stringify(value))))).toBe(JSON.stringify(value));
    }),
  );
});

test.each(['900', '900.0', '9e2', '-0', '92233720368547758070'])(
  'The number %s keeps its spelling',
  (literal) => {
    expect(parseJson(literal)).toEqual(new JsonNumber(literal));
  },
);

test.each([
  ['an empty string', ''],
  ['only white space', ' \n'],
  ['a byte order mark', '\uFEFF{}'],
  ['a comment', '/* no */ {}'],
  ['single quotes', "{'a':1}"],
  ['a name without quotes', '{a:1}'],
  ['a trailing comma in an object', '{"a":1,}'],
  ['a trailing comma in a list', '[1,]'],
  ['a missing comma', '[1 2]'],
  ['a number with a leading zero', '[01]'],
  ['a number with a plus', '[+1]'],
  ['a number without a digit before the point', '[.5]'],
  ['a number without a digit after the point', '[1.]'],
  ['NaN', '[NaN]'],
  ['a literal in another case', '[True]'],
  ['a literal with a suffix', '[nullify]'],
  ['a line break in a string', '["a\nb"]'],
  ['an invalid escape', '["\\x"]'],
  ['an unterminated string', '["a'],
  ['an unterminated object', '{"a":1'],
  ['a non-breaking space between values', '[1,\u00A02]'],
  ['endless nesting', '['.repeat(100_000)],
])('%s is not valid JSON', (_, text) => {
  expect(() => parseJson(text)).toThrow(JsonError);
});

test('The last of repeated names counts', () => {
  expect(toPlain(parseJson('{"a":1,"b":2,"a":3}'))).toEqual({ a: 3, b: 2 });
});

test('Text after the value is ignored', () => {
  expect(toPlain(parseJson('{"a":1}</html>'))).toEqual({ a: 1 });
});

test('A field named __proto__ is like any other', () => {
  expect(Object.keys(toPlain(parseJson('{"__proto__":1}')) as object)).toEqual(['__proto__']);
});

test.each([
  ['"read"', 'read'],
  ['5', '5'],
  ['1.50', '1.5'],
  ['9e2', '900.0'],
  ['true', 'true'],
  ['{}', '{}'],
  ['{"a":1,"b":"x"}', '{a=1, b=x}'],
  ['[1,"b",null]', '[1, b, null]'],
])('%s becomes the string %s', (json, string) => {
  expect(toJavaString(parseJson(json))).toBe(string);
});
