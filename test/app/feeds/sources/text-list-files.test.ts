import { parseTextList } from '../../../../app/src/feeds/sources/text-list.ts';
import {
  blocksOf,
  formatBlock,
  parseList,
  rejection,
  VALID_LINES,
} from '../../../support/feeds/parsed-list.ts';

describe('host bits', () => {
  test.each([
    ['8.8.8.9/24', '8.8.8.0-8.8.8.255'],
    ['8.8.8.9/255.255.255.0', '8.8.8.0-8.8.8.255'],
    ['2600::1/127', '2600::-2600::1'],
    ['::ffff:8.8.8.9/120', '8.8.8.0-8.8.8.255'],
  ])('%s is the network of a list with few of them', (line, block) => {
    const data = parseList(`${VALID_LINES}${line}\n`);
    expect(data.blocks.map(formatBlock)).toContain(block);
    expect(data.note).toBe(
      '1 of 201 lines are networks with bits set below the prefix, which were ignored (first at line 201).',
    );
    expect(rejection(line)).toMatch(/have bits set below the prefix, first at line 1: /);
  });
});

describe('special-purpose blocks', () => {
  test.each([
    '0.0.0.0/8',
    '10.0.0.0/8',
    '10.1.2.3',
    '100.64.0.0/10',
    '127.0.0.1',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '192.168.1.0-192.168.2.255',
    // Larger than /8, but without a public address.
    '224.0.0.0/3',
    '240.0.0.0-255.255.255.255',
    '203.0.113.7',
    '::1',
    '::/8',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
    '8000::/1',
    '2001:db8::/32',
    '::ffff:10.0.0.0/104',
  ])('%s is dropped', (line) => {
    const data = parseList(`8.8.8.8\n${line}\n`);
    expect(data.blocks.map(formatBlock)).toEqual(['8.8.8.8']);
    expect(data.summary).toMatchObject({ entries: 2, specialPurpose: 1 });
    expect(data.note).toMatch(/^1 of 2 lines are special-purpose addresses/);
  });

  test('the public parts of a block are kept', () => {
    expect(blocksOf('192.0.0.0/22\n198.51.98.0-198.51.101.255')).toEqual([
      '192.0.0.9-192.0.0.10',
      '192.0.1.0-192.0.1.255',
      '192.0.3.0-192.0.3.255',
      '198.51.98.0-198.51.99.255',
      '198.51.101.0-198.51.101.255',
    ]);
  });

  test('a list of nothing else is rejected', () => {
    expect(rejection('10.0.0.0/8\n192.168.0.0/16')).toBe(
      'The list of the feed listed contains no public address: check its location and its format.',
    );
  });
});

describe('large networks', () => {
  test.each([
    ['0.0.0.0/0', '223.255.255.255'],
    ['0.0.0.0/0.0.0.0', '223.255.255.255'],
    ['::/0', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['8.0.0.0/7', '9.255.255.255'],
    ['2600::/15', '2601:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['8.0.0.0-9.0.0.0', '9.0.0.0'],
    ['2600::-2601::', '2601::'],
  ])('%s rejects the list unless it is allowed', (line, last) => {
    expect(rejection(`8.8.8.8\n${line}`)).toBe(
      'The list of the feed listed is not valid: 1 of 2 lines are larger than /8 in IPv4 or /16 in IPv6, first at line 2: remove them, or set wide=allow for a list of your own.',
    );
    const blocks = blocksOf(line, { wide: true });
    expect(blocks.some((block) => block.endsWith(last))).toBe(true);
    expect(blocks.some((block) => block.startsWith('10.0.0.0'))).toBe(false);
  });

  test.each(['8.0.0.0/8', '2600::/16', '8.0.0.0-8.255.255.255'])('%s is accepted', (line) => {
    expect(parseList(line).blocks).toHaveLength(1);
  });
});

describe('the whole file', () => {
  test.each([
    ['a page', '<!DOCTYPE html>\n<title>8.8.8.8</title>\n'],
    ['a page after a byte order mark', '\uFEFF<html>'],
    ['a page after empty lines', '\r\n\n  <html>'],
    ['JSON', '{"addresses":["8.8.8.8"]}'],
    ['JSON Lines', `{"cidr":"8.8.8.0/24"}\n${VALID_LINES}`],
    ['nothing', ''],
    ['empty lines', '\n\n\n'],
    ['comments', '# none\n; none\n'],
    ['UTF-16', Buffer.from('\uFEFF8.8.8.8\n8.8.4.4\n', 'utf16le')],
    ['gzip', Buffer.from('1f8b0800', 'hex')],
  ])('%s is rejected', (_, text) => {
    expect(rejection(text)).toMatch(/^The list of the feed listed .+: .+\.$/);
  });

  test.each([
    [100, 1, true],
    [99, 1, false],
    [300, 3, true],
    [300, 4, false],
  ])('of %d lines, %d faulty ones are accepted: %s', (lines, faulty, isAccepted) => {
    const all = Array.from({ length: lines }, (_, index) =>
      index < faulty ? 'example.net' : `11.${index >> 8}.${index & 255}.1`,
    );
    if (isAccepted) expect(parseList(all.join('\n')).summary.entries).toBe(lines - faulty);
    else expect(rejection(all.join('\n'))).toContain(`${faulty} of ${lines} lines`);
  });

  test('comments and empty lines do not count', () => {
    expect(rejection(`${'# comment\n\n'.repeat(200)}8.8.8.8\nexample.net`)).toContain(
      '1 of 2 lines',
    );
  });

  test('the message has the first five line numbers, and no text of the file', () => {
    const message = rejection(`8.8.8.8\n\n${'secret-token.example\n'.repeat(9)}`);
    expect(message).toBe(
      'The list of the feed listed is not valid: 9 of 10 lines are not addresses or networks, first at line 3, 4, 5, 6, 7: check the format of the list and the options of the feed.',
    );
  });

  test('a list with too many lines is rejected', () => {
    expect(rejection('8.8.8.8\n'.repeat(1_000_001))).toBe(
      'The list of the feed listed has more than 1000000 lines: use a smaller list.',
    );
  });

  test('several files are one list', () => {
    const files = ['8.8.8.8\n', '2600::'].map((text) => Buffer.from(text));
    const { blocks, summary } = parseTextList(files, { feedId: 'listed' });
    expect(blocks.map(formatBlock)).toEqual(['8.8.8.8', '2600::']);
    expect(summary).toEqual({
      entries: 2,
      specialPurpose: 0,
      ipv4Addresses: 1,
      ipv6Subnets: 1,
      filesWithLastLineBreak: 1,
    });
  });
});
