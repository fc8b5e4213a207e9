import fc from 'fast-check';
import { PAYLOADS, payload } from '../support/payloads.ts';

const BODIES = PAYLOADS.map((name) => Buffer.from(payload(name)));
const SMALL = BODIES.filter((body) => body.length < 10_000);

/** Bytes with a meaning in JSON, UTF-8 or JavaScript. */
const TOKENS = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', '\n', '\0', '\ufeff', '\\u0000', '\\ud800', '1e999'],
  ...['"__proto__":{"x":1},', '"constructor":', 'null', '-', '0', '[[[[', ']]]]', '//', '\u2028'],
].map((text) => Buffer.from(text));
const NOT_UTF8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];

const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TOKENS, ...NOT_UTF8.map((one) => Buffer.from(one))) },
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((array) => Buffer.from(array)),
);

/** Positions are shares of the body, so that shrinking preserves their meaning. */
const position = fc.integer({ min: 0, max: 9999 }).map((share) => share / 10_000);

const damage = fc.record({
  kind: fc.constantFrom('overwrite', 'insert', 'delete', 'copy', 'flip', 'cut'),
  at: position,
  to: position,
  length: fc.integer({ min: 1, max: 64 }),
  bytes,
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function apply(body: Buffer, { kind, at, to, length, bytes }: Damage): Buffer {
  const start = Math.floor(at * body.length);
  const [before, after] = [body.subarray(0, start), body.subarray(start)];
  switch (kind) {
    case 'overwrite':
      return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
    case 'insert':
      return Buffer.concat([before, bytes, after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'copy': {
      const target = Math.floor(to * body.length);
      const copied = body.subarray(start, start + length * 8);
      return Buffer.concat([body.subarray(0, target), copied, body.subarray(target)]);
    }
    case 'flip': {
      const flipped = Buffer.from(body);
      if (body.length > 0) flipped.writeUInt8((body[start] ?? 0) ^ (1 << (length % 8)), start);
      return flipped;
    }
    default:
      return before;
  }
}

const damages = fc.oneof(
  { weight: 5, arbitrary: fc.array(damage, { minLength: 1, maxLength: 1 }) },
  fc.array(damage, { minLength: 2, maxLength: 6 }),
);

/** Real bodies with a few changed bytes. */
export const damagedBody: fc.Arbitrary<Buffer> = fc
  .record({
    body: fc.oneof(
      { weight: 400, arbitrary: fc.constantFrom(...SMALL) },
      fc.constantFrom(...BODIES),
    ),
    damages,
  })
  .map(({ body, damages }) => damages.reduce(apply, body));
