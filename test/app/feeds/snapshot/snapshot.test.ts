import fc from 'fast-check';
import type { AddressBlock, FeedData } from '../../../../app/src/feeds/model/feed-data.ts';
import { checkSnapshot } from '../../../../app/src/feeds/snapshot/check.ts';
import { encodeSnapshot } from '../../../../app/src/feeds/snapshot/encode.ts';
import { SnapshotError } from '../../../../app/src/feeds/snapshot/open.ts';
import { openNetworks, openRanges, openScores } from '../../../../app/src/feeds/snapshot/views.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { parseCidr } from '../../../../app/src/signals/address/ranges.ts';

const STATED = { publishedAt: undefined, summary: {} };

const rangesOf = (blocks: readonly AddressBlock[]): Buffer =>
  encodeSnapshot({ ...STATED, content: 'ranges', blocks });

const networksOf = (asns: readonly number[]): Buffer =>
  encodeSnapshot({ ...STATED, content: 'networks', asns });

type Entry = { readonly bits: number | bigint; readonly score: number };
const scoresOf = (entries: readonly Entry[]): Buffer =>
  encodeSnapshot({
    ...STATED,
    content: 'scores',
    entries,
    scope: { unlistedAtMost: 100, versions: [] },
  });

function bitsOf(text: string): number | bigint {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not a valid address`);
  return address.bits;
}

function blockOf(text: string): AddressBlock {
  const block = parseCidr(text);
  if (block === undefined) throw new Error(`${text} is not a valid CIDR`);
  return block;
}

describe('a snapshot of ranges', () => {
  test.each<[blocks: string[], listed: string[], unlisted: string[]]>([
    [[], [], ['0.0.0.0', '9.9.9.9', '::', '2606:4700::1']],
    [['0.0.0.0/0'], ['0.0.0.0', '255.255.255.255'], ['::', '2606:4700::1']],
    [['9.9.9.9'], ['9.9.9.9'], ['9.9.9.8', '9.9.9.10']],
    [['128.0.0.0/1'], ['128.0.0.0', '255.255.255.255'], ['127.255.255.255']],
    [['9.9.0.0/16', '9.9.9.0/24'], ['9.9.0.0', '9.9.10.0', '9.9.255.255'], ['9.10.0.0']],
    [
      ['9.9.9.9', '9.9.9.8', '9.9.9.10'],
      ['9.9.9.8', '9.9.9.10'],
      ['9.9.9.7', '9.9.9.11'],
    ],
    [['::/0'], ['::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], ['9.9.9.9']],
    [
      ['2606:4700::/32', '2a00::/127'],
      ['2606:4700::', '2606:4700:ffff:ffff:ffff:ffff:ffff:ffff', '2a00::1'],
      ['2606:46ff:ffff:ffff:ffff:ffff:ffff:ffff', '2606:4701::', '2a00::2'],
    ],
  ])('%j contains %j and not %j', (blocks, listed, unlisted) => {
    const file = rangesOf(blocks.map(blockOf));
    expect(checkSnapshot(file)).toBe('ranges');
    const { has } = openRanges(file);
    expect(listed.filter((text) => !has(bitsOf(text)))).toEqual([]);
    expect(unlisted.filter((text) => has(bitsOf(text)))).toEqual([]);
  });

  /** Few bits that differ, at each end of each word, so that blocks overlap, touch and nest often. */
  const bits32 = fc.tuple(fc.nat(7), fc.nat(7)).map(([high, low]) => high * 2 ** 29 + low);
  const bits128 = fc
    .tuple(fc.bigInt(0n, 7n), fc.bigInt(0n, 3n), fc.bigInt(0n, 7n))
    .map(([high, middle, low]) => (high << 125n) + (middle << 63n) + low);
  const block = fc.oneof(
    fc.tuple(bits32, bits32).map(
      ([one, other]): AddressBlock => ({
        version: 4,
        first: Math.min(one, other),
        last: Math.max(one, other),
      }),
    ),
    fc
      .tuple(bits128, bits128)
      .map(
        ([one, other]): AddressBlock =>
          one < other
            ? { version: 6, first: one, last: other }
            : { version: 6, first: other, last: one },
      ),
  );

  test('contains exactly the addresses of its blocks', () => {
    fc.assert(
      fc.property(fc.array(block), fc.array(fc.oneof(bits32, bits128)), (blocks, asked) => {
        const file = rangesOf(blocks);
        const { has } = openRanges(file);
        checkSnapshot(file);
        const ends = blocks.flatMap(({ first, last }) => [first, last]);
        for (const bits of [...asked, ...ends]) {
          const listed = blocks.some(
            ({ version, first, last }) =>
              (version === 4) === (typeof bits === 'number') && bits >= first && bits <= last,
          );
          expect(has(bits)).toBe(listed);
        }
      }),
    );
  });

  test('has the same bytes whatever the order of its blocks', () => {
    fc.assert(
      fc.property(fc.array(block), (blocks) => {
        expect(rangesOf([...blocks].reverse()).equals(rangesOf(blocks))).toBe(true);
      }),
    );
  });

  test('leaves the blocks in their order', () => {
    const blocks = ['9.9.9.9', '1.1.1.1'].map(blockOf);
    rangesOf(blocks);
    expect(blocks).toEqual(['9.9.9.9', '1.1.1.1'].map(blockOf));
  });
});

describe('a snapshot of networks', () => {
  test('contains its AS numbers', () => {
    const file = networksOf([64500, 4294967295, 1, 64500]);
    expect(checkSnapshot(file)).toBe('networks');
    const { has } = openNetworks(file);
    expect([1, 64500, 4294967295].filter((asn) => !has(asn))).toEqual([]);
    expect([0, 2, 64499, 64501, 4294967294].filter(has)).toEqual([]);
  });
});

describe('a snapshot of scores', () => {
  test.each<[text: string, score: number | undefined]>([
    ['9.9.9.9', 100],
    ['1.1.1.1', 0],
    ['255.255.255.255', 25],
    ['9.9.9.8', undefined],
    ['2606:4700::1', 75],
    ['2606:4700::2', undefined],
    ['2606:4700:0:1::1', undefined],
    ['::909:909', undefined],
  ])('gives %s the score %s', (text, score) => {
    const file = scoresOf([
      { bits: bitsOf('255.255.255.255'), score: 25 },
      { bits: bitsOf('9.9.9.9'), score: 100 },
      { bits: bitsOf('2606:4700::1'), score: 75 },
      { bits: bitsOf('1.1.1.1'), score: 0 },
    ]);
    expect(checkSnapshot(file)).toBe('scores');
    expect(openScores(file).scoreOf(bitsOf(text))).toBe(score);
  });

  test.each<[text: string, neighbour: string | undefined, score: number | undefined]>([
    ['2606:4700::5', '2606:4700::2', 90],
    // An address is no neighbour of itself.
    ['2606:4700::2', '2606:4700::ffff:0:0:1', 80],
    ['2606:4700:0:1::5', '2606:4700:0:1::1', 75],
    // Differ in the first 32 bits only, or in those after the first 64.
    ['2501::5', undefined, undefined],
    ['2606:4700:0:4::1', '2606:4700:0:4:ffff::1', 77],
    // Lower than asked for.
    ['2606:4700:0:3::5', undefined, undefined],
    ['2606:4700:0:1::1', undefined, undefined],
    ['2606:4700:0:2::1', undefined, undefined],
    ['2606:46ff:ffff:ffff::1', undefined, undefined],
    ['::', undefined, undefined],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined, undefined],
  ])('gives %s the neighbour %s', (text, neighbour, score) => {
    const listed = {
      '2606:4700::1': 75,
      '2606:4700::2': 90,
      '2606:4700::ffff:0:0:1': 80,
      '2606:4700:0:1::1': 75,
      '2606:4700:0:3::1': 74,
      '2606:4700:0:4:ffff::1': 77,
      '2500::1': 90,
      '9.9.9.9': 100,
    };
    const entries = Object.entries(listed).map(([address, each]) => ({
      bits: bitsOf(address),
      score: each,
    }));
    expect(openScores(scoresOf(entries)).neighbourOf(bitsOf(text) as bigint, 75)).toEqual(
      neighbour && { bits: bitsOf(neighbour), score },
    );
  });

  test('gives the neighbour with the highest score of all in the /64', () => {
    const host = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const nearHost = fc.oneof(host, fc.bigInt({ min: 0n, max: 3n }));
    const bits = fc
      .tuple(fc.bigInt({ min: 5n, max: 6n }), nearHost)
      .map(([subnet, own]) => (subnet << 64n) | own);
    const entry = fc.record({ bits, score: fc.integer({ min: 25, max: 100 }) });
    const entries = fc.uniqueArray(entry, { selector: (each) => each.bits, maxLength: 20 });
    const minScore = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(entries, bits, minScore, (listed, asked, min) => {
        const neighbours = listed.filter(
          (each) => each.bits >> 64n === asked >> 64n && each.bits !== asked && each.score >= min,
        );
        const found = openScores(scoresOf(listed)).neighbourOf(asked, min);
        expect(found?.score).toBe(
          neighbours.length === 0 ? undefined : Math.max(...neighbours.map(({ score }) => score)),
        );
        if (found !== undefined) expect(neighbours).toContainEqual(found);
      }),
    );
  });

  test('compares at most 128 addresses of a /64', () => {
    const bits = (host: number) => (5n << 64n) | BigInt(host);
    const entries = Array.from({ length: 1000 }, (_, host) => ({
      bits: bits(host),
      score: host === 871 ? 100 : 30,
    }));
    const { neighbourOf } = openScores(scoresOf(entries));
    expect(neighbourOf(bits(0), 75)).toBeUndefined();
    entries[872] = { bits: bits(872), score: 99 };
    expect(openScores(scoresOf(entries)).neighbourOf(bits(0), 75)).toMatchObject({ score: 99 });
  });

  test('has the highest score of an address that occurs twice', () => {
    const bits = bitsOf('9.9.9.9');
    const { scoreOf } = openScores(scoresOf([30, 90, 60].map((score) => ({ bits, score }))));
    expect(scoreOf(bits)).toBe(90);
  });

  test('is read correctly at an odd address in memory', () => {
    const file = scoresOf([{ bits: bitsOf('9.9.9.9'), score: 100 }]);
    const moved = Buffer.alloc(file.length + 3);
    file.copy(moved, 3);
    expect(openScores(moved.subarray(3)).scoreOf(bitsOf('9.9.9.9'))).toBe(100);
  });
});

test.each(['places', 'anonymizers'] as const)('a snapshot of %s is the file', (content) => {
  const file = Buffer.from('an mmdb file');
  expect(encodeSnapshot({ ...STATED, content, file })).toBe(file);
});

describe('a snapshot that is not usable', () => {
  const RANGES = rangesOf(['1.1.1.1', '9.9.9.0/24', '2606:4700::/32', '2a00::1'].map(blockOf));
  const SCORES = scoresOf([
    { bits: bitsOf('1.1.1.1'), score: 1 },
    { bits: bitsOf('9.9.9.9'), score: 2 },
    { bits: bitsOf('2606:4700::1'), score: 3 },
    { bits: bitsOf('2606:4700::2'), score: 4 },
  ]);
  const NETWORKS = networksOf([1, 2, 3]);
  const LATER = Buffer.from(RANGES);
  LATER.writeUInt32LE(2, 8);

  /** Returns a copy with another head. */
  function withHead(file: Buffer, head: string): Buffer {
    const start = 16 + file.readUInt32LE(12);
    const text = Buffer.from(head.padEnd(Math.ceil(head.length / 8) * 8, ' '));
    const prefix = Buffer.from(file.subarray(0, 16));
    prefix.writeUInt32LE(text.length, 12);
    return Buffer.concat([prefix, text, file.subarray(start)]);
  }

  /** Returns a copy with another number at an offset from the end of the head. */
  function withNumber(file: Buffer, offset: number, number: number): Buffer {
    const copy = Buffer.from(file);
    copy.writeUInt32LE(number, 16 + file.readUInt32LE(12) + offset);
    return copy;
  }

  test.each([
    'null',
    '[]',
    '{}',
    '{"content":"toString","ipv4":2,"ipv6":2}',
    '{"content":"ranges","ipv4":2}',
    '{"content":"ranges","ipv4":2,"ipv6":2,"asns":0}',
    '{"content":"ranges","ipv4":"2","ipv6":2}',
    '{"content":"ranges","ipv4":1.5,"ipv6":2}',
    '{"content":"ranges","ipv4":1e9,"ipv6":2}',
    '{"content":"networks","ipv4":2,"ipv6":2}',
  ])('with the head %s is refused', (head) => {
    expect(() => checkSnapshot(withHead(RANGES, head))).toThrow('has a head that is not valid');
  });

  test.each<[what: string, file: Buffer, message: string]>([
    ['empty', Buffer.alloc(0), 'is not a snapshot of Risk Gate'],
    ['of other bytes', Buffer.from('<!doctype html><title>Sign in</title>'), 'is not a snapshot'],
    ['cut in the magic', RANGES.subarray(0, 5), 'is not a snapshot'],
    ['cut in the head', RANGES.subarray(0, 30), 'has a head that is not valid'],
    ['cut in a section', RANGES.subarray(0, -8), 'bytes instead of'],
    ['cut by one byte', RANGES.subarray(0, -1), 'bytes instead of'],
    ['too long', Buffer.concat([RANGES, Buffer.alloc(8)]), 'bytes instead of'],
    ['of a later format', LATER, 'has version 2 of the format instead of 1'],
    ['with a head that is not JSON', withHead(RANGES, '{'), 'has a head that is not valid'],
    [
      'with other content in its head',
      withHead(RANGES, '{"content":"places"}'),
      'has a head that is not valid',
    ],
    [
      'with a negative count',
      withHead(RANGES, '{"content":"ranges","ipv4":-1,"ipv6":2}'),
      'has a head that is not valid',
    ],
    [
      'with a count that is too large',
      withHead(RANGES, '{"content":"ranges","ipv4":9,"ipv6":2}'),
      'bytes instead of',
    ],
    ['with IPv4 ranges in another order', withNumber(RANGES, 0, 0xffffffff), 'ascending order'],
    ['with an IPv4 range that ends before it begins', withNumber(RANGES, 12, 0), 'ascending'],
    ['with IPv4 ranges that overlap', withNumber(RANGES, 8, 0xffffffff), 'ascending order'],
    ['with IPv6 ranges in another order', withNumber(RANGES, 16 + 12, 0xffffffff), 'ascending'],
    ['with an IPv6 range that ends before it begins', withNumber(RANGES, 48 + 28, 0), 'ascending'],
    ['with IPv4 addresses in another order', withNumber(SCORES, 0, 0xffffffff), 'ascending'],
    ['with an IPv4 address twice', withNumber(SCORES, 0, 0x09090909), 'ascending order'],
    ['with an IPv6 address twice', withNumber(SCORES, 16 + 16, 1), 'ascending order'],
    ['with an IPv4 score of 101', withNumber(SCORES, 8, 101), 'contains a score above 100'],
    ['with an IPv6 score of 101', withNumber(SCORES, 48, 101), 'contains a score above 100'],
    ['with AS numbers in another order', withNumber(NETWORKS, 0, 3), 'ascending order'],
  ])('%s is refused', (_, file, message) => {
    expect(() => checkSnapshot(file)).toThrow(SnapshotError);
    expect(() => checkSnapshot(file)).toThrow(message);
  });

  test('is one of other content', () => {
    expect(() => openScores(RANGES)).toThrow('contains ranges instead of scores');
  });

  test('cut anywhere is refused', () => {
    for (let length = 0; length < SCORES.length; length += 1) {
      expect(() => checkSnapshot(SCORES.subarray(0, length))).toThrow(SnapshotError);
    }
  });
});

test('equal data has equal bytes', () => {
  const data: FeedData = { ...STATED, content: 'networks', asns: [3, 1, 2] };
  expect(encodeSnapshot(data).equals(networksOf([1, 2, 3, 3]))).toBe(true);
});
