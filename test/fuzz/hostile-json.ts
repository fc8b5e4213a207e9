import fc from 'fast-check';

/** Names with a meaning in JavaScript, the contract or a log. */
const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then'],
  ...['name', 'value', 'op', 'paths', 'event', 'actionType', 'claims', 'scopes', 'aud'],
  ...['expires_in', 'length', '0', '-', '', ' ', 'a/b', 'x-client-source-ip', 'X-Client-Source-IP'],
];

const NUMBERS = [
  ...['0', '-0', '-1', '900', '900.0', '9e2', '1e999', '-1e999', '1e-999', '0.1', '2147483648'],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '9'.repeat(400)],
];

/** Strings as JSON. */
const STRINGS = [
  ...['"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\\u2028\\u2029"', '"\\r\\n{\\"level\\":50}"'],
  ...['"\\ufeff"', '"\\u001b[2J"', '"\ud83d\ude00"', '"\u0130"', '"%s %j %o %d"', '"\\u0085"'],
  ...[`"${'a'.repeat(3000)}!"`, `"${'\\ud83d\\ude00'.repeat(65)}"`, '"PRE_ISSUE_ACCESS_TOKEN"'],
  ...['"203.0.113.9"', '"::ffff:1.2.3.4"', '"1.2.3.4, 5.6.7.8"', `"${','.repeat(500)}"`],
  ...['"refresh_token"', '"/accessToken/scopes/"', '"/accessToken/claims/"', '"/"', '"900"'],
];

const leaf = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '[]', '{}'),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...STRINGS),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
);

/** A property name as JSON. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map((name) => JSON.stringify(name)) },
  fc.constantFrom(...STRINGS),
);

const nested = fc
  .record({ depth: fc.integer({ min: 1, max: 400 }), inner: leaf, list: fc.boolean() })
  .map(({ depth, inner, list }) =>
    list
      ? '['.repeat(depth) + inner + ']'.repeat(depth)
      : '{"__proto__":'.repeat(depth) + inner + '}'.repeat(depth),
  );

const list = fc.array(leaf, { maxLength: 6 }).map((items) => `[${items.join(',')}]`);

/** Properties may repeat. */
const object = fc
  .array(fc.tuple(hostileName, fc.oneof(leaf, list)), { maxLength: 5 })
  .map((properties) => `{${properties.map(([name, value]) => `${name}:${value}`).join(',')}}`);

const repeated = fc
  .record({ item: fc.oneof(leaf, object), times: fc.integer({ min: 2, max: 60 }) })
  .map(({ item, times }) => `[${Array(times).fill(item).join(',')}]`);

/** Values as JSON, including JSON that `JSON.stringify` never writes. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 2, arbitrary: object },
  { weight: 2, arbitrary: list },
  repeated,
  nested,
);
