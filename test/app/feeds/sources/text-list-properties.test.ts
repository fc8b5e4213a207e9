import fc from 'fast-check';
import { FeedError } from '../../../../app/src/feeds/model/feed-error.ts';
import type { TextListOptions } from '../../../../app/src/feeds/sources/text-list.ts';
import { formatIpv4 } from '../../../../app/src/signals/address/ipv4.ts';
import { formatIpv6, groupsOf } from '../../../../app/src/signals/address/ipv6.ts';
import { formatBlock, parseList } from '../../../support/feeds/parsed-list.ts';

describe('properties', () => {
  const IPV4_BASE = 0x08080800;
  const IPV6_BASE = 0x2600n << 112n;
  const SPAN = 64;

  /** Blocks of neighbouring addresses, so that many of them overlap. */
  const block = fc
    .record({
      version: fc.constantFrom<4 | 6>(4, 6),
      start: fc.nat(SPAN - 1),
      length: fc.nat(9),
    })
    .map(({ version, start, length }) => ({
      version,
      offsets: Array.from({ length: length + 1 }, (_, index) => start + index),
    }));

  const print = (version: 4 | 6, offset: number) =>
    version === 4
      ? formatIpv4(IPV4_BASE + offset)
      : formatIpv6(groupsOf(IPV6_BASE + BigInt(offset)));

  test('the blocks of a list contain what the list contains, without overlaps', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 30 }), (blocks) => {
        const text = blocks
          .map(({ version, offsets }) => {
            const [first = 0] = offsets;
            return `${print(version, first)}-${print(version, offsets.at(-1) ?? first)}`;
          })
          .join('\n');
        const expected = new Set(
          blocks.flatMap(({ version, offsets }) => offsets.map((offset) => print(version, offset))),
        );
        const parsed = parseList(text).blocks;
        const actual = parsed.flatMap(({ version, first, last }) => {
          const start = version === 4 ? first - IPV4_BASE : Number(first - IPV6_BASE);
          const count = Number(BigInt(last) - BigInt(first)) + 1;
          return Array.from({ length: count }, (_, index) => print(version, start + index));
        });
        // No address twice.
        expect(actual.toSorted()).toEqual([...expected].toSorted());
        // Printed and parsed again, the blocks are the same.
        expect(parseList(parsed.map(formatBlock).join('\r\n')).blocks).toEqual(parsed);
      }),
      { numRuns: 200 },
    );
  });

  const fragments = fc.constantFrom(
    ...[
      '8.8.8.8',
      '2600::',
      '/24',
      '-',
      '/',
      '.',
      ':',
      ' ',
      '\t',
      ',',
      '#',
      ';',
      '\n',
      '\r',
      '0',
      'f',
    ],
    ...['255.255.255.0', '::ffff:', '<', '{', '\uFEFF', '\0'],
  );

  test.each<[string, fc.Arbitrary<Buffer>]>([
    ['bytes', fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))],
    [
      'parts of lists',
      fc.array(fragments, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
    ],
  ])('any %s are blocks or a FeedError', (_, files) => {
    fc.assert(
      fc.property(
        files,
        fc.constantFrom<TextListOptions['format']>('addresses', 'columns'),
        (file, format) => {
          try {
            for (const { first, last } of parseList(file, { format }).blocks)
              expect(first <= last).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(FeedError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
