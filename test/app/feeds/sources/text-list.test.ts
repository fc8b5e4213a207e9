import {
  blocksOf,
  parseList,
  rejection,
  VALID_BLOCKS,
  VALID_LINES,
} from '../../../support/feeds/parsed-list.ts';

describe('accepts', () => {
  test.each<[string, string, string[]]>([
    ['LF', '8.8.8.8\n8.8.4.4\n', ['8.8.4.4', '8.8.8.8']],
    ['CRLF', '8.8.8.8\r\n8.8.4.4\r\n', ['8.8.4.4', '8.8.8.8']],
    ['no final line break', '8.8.8.8\n8.8.4.4', ['8.8.4.4', '8.8.8.8']],
    ['blanks at either end', ' \t8.8.8.8 \t\n', ['8.8.8.8']],
    ['empty lines', '\n\n8.8.8.8\n  \n\n', ['8.8.8.8']],
    ['a byte order mark', '\uFEFF8.8.8.8\n', ['8.8.8.8']],
    ['a byte order mark before a comment', '\uFEFF# list\n8.8.8.8\n', ['8.8.8.8']],
    ['comments', '# list\n#\n; list\n8.8.8.8\n', ['8.8.8.8']],
    ['comments in UTF-8', '# Größe: «groß»\u00a0\n8.8.8.8\n', ['8.8.8.8']],
    ['a comment after ;', '8.8.8.0/24 ; SBL1\n', ['8.8.8.0-8.8.8.255']],
    ['a comment after ; without a blank', '8.8.8.0/24;SBL1\n', ['8.8.8.0-8.8.8.255']],
    ['a comment after #', '8.8.8.8 # seen; twice\n', ['8.8.8.8']],
    ['IPv4', '8.8.8.8', ['8.8.8.8']],
    ['an IPv4 CIDR', '8.8.8.0/30', ['8.8.8.0-8.8.8.3']],
    ['an IPv4 address as a CIDR', '8.8.8.8/32', ['8.8.8.8']],
    ['IPv6 in any case', '2600:AbCd::F', ['2600:abcd::f']],
    ['an IPv6 CIDR', '2600::/127', ['2600::-2600::1']],
    ['IPv6 with all groups', '2600:0000:0000:0000:0000:0000:0000:0001', ['2600::1']],
    ['mapped IPv6', '::ffff:8.8.8.8', ['8.8.8.8']],
    ['mapped IPv6 in hexadecimal', '::ffff:808:808', ['8.8.8.8']],
    ['a mapped block', '::ffff:8.8.8.0/120', ['8.8.8.0-8.8.8.255']],
    ['a netmask', '8.8.8.0/255.255.255.0', ['8.8.8.0-8.8.8.255']],
    ['a netmask for one address', '8.8.8.8/255.255.255.255', ['8.8.8.8']],
    ['a range', '8.8.8.1-8.8.8.9', ['8.8.8.1-8.8.8.9']],
    ['a range with blanks', '8.8.8.1 - 8.8.8.9', ['8.8.8.1-8.8.8.9']],
    ['a range of one address', '8.8.8.1-8.8.8.1', ['8.8.8.1']],
    ['an IPv6 range', '2600::1-2600::9', ['2600::1-2600::9']],
    ['a mapped range', '::ffff:8.8.8.1-8.8.8.9', ['8.8.8.1-8.8.8.9']],
    ['overlaps', '8.8.8.0/24\n8.8.8.9\n8.8.8.128/25', ['8.8.8.0-8.8.8.255']],
    ['neighbours', '8.8.8.0/24\n8.8.9.0/24', ['8.8.8.0-8.8.9.255']],
    ['duplicates', '8.8.8.8\n8.8.8.8\n2600::\n2600::', ['8.8.8.8', '2600::']],
  ])('%s', (_, text, blocks) => {
    expect(blocksOf(text)).toEqual(blocks);
    expect(parseList(text).note).toBeUndefined();
  });

  test.each<[string, string, string[]]>([
    ['TAB', '8.8.8.8\t7\n', ['8.8.8.8']],
    ['a blank', '8.8.8.8 7 times\n', ['8.8.8.8']],
    ['a comma', '8.8.8.0/24,US,US-CA,Los Angeles,\n', ['8.8.8.0-8.8.8.255']],
    ['a comma and an empty column', '2600::/64,US,US-CA,,\n', ['2600::-2600::ffff:ffff:ffff:ffff']],
    ['one column', '8.8.8.8\n', ['8.8.8.8']],
    ['a comment with columns', '8.8.8.8 7 # a b c\n', ['8.8.8.8']],
    // A list of ranges would otherwise become one of their first addresses.
    ['two columns of a range', '8.8.8.0\t8.8.8.255\t24\t9\n', ['8.8.8.0-8.8.8.255']],
    ['CSV with a range', '8.8.8.0,8.8.8.255,US\n', ['8.8.8.0-8.8.8.255']],
    ['a range and a column', '8.8.8.0-8.8.8.255 US\n', ['8.8.8.0-8.8.8.255']],
    ['a range with blanks and a column', '8.8.8.0 - 8.8.8.255 US\n', ['8.8.8.0-8.8.8.255']],
  ])('columns separated by %s', (_, text, blocks) => {
    expect(blocksOf(text, { format: 'columns' })).toEqual(blocks);
  });
});

describe('a faulty line of many is ignored and reported', () => {
  test.each([
    ['a wildcard', '8.8.8.*'],
    ['a leading zero', '010.8.8.8'],
    ['a leading zero in the last part', '8.8.8.08'],
    ['a leading zero in a prefix', '8.8.8.0/024'],
    ['hexadecimal', '0x08080808'],
    ['an integer', '134744072'],
    ['three parts', '8.8.8'],
    ['a part above 255', '8.8.8.256'],
    ['a prefix above 32', '8.8.8.0/33'],
    ['a prefix above 128', '2600::/129'],
    ['a negative prefix', '8.8.8.0/-1'],
    ['two prefixes', '8.8.8.0/24/24'],
    ['no prefix', '8.8.8.0/'],
    ['a wildcard mask', '8.8.8.0/0.0.0.255'],
    ['a netmask with gaps', '8.8.8.0/255.0.255.0'],
    ['a netmask for IPv6', '2600::/ffff::'],
    ['a mapped block with a short prefix', '::ffff:0:0/95'],
    ['a range in descending order', '8.8.8.9-8.8.8.1'],
    ['a range of two versions', '8.8.8.8-2600::'],
    ['a range without an end', '8.8.8.8-'],
    ['a range with a short end', '8.8.8.1-9'],
    ['a range of three', '8.8.8.1-8.8.8.2-8.8.8.3'],
    ['a hosts file', '8.8.8.8 dns.example.net'],
    ['a hosts file without blocking', '0.0.0.0 ads.example.net'],
    ['two addresses', '8.8.8.8 8.8.4.4'],
    ['columns', '8.8.8.8\t7'],
    ['a host name', 'dns.example.net'],
    ['a URL', 'https://8.8.8.8/'],
    ['a port', '8.8.8.8:53'],
    ['brackets', '[2600::]'],
    ['a zone id', '2600::%eth0'],
    ['three colons', '2600:::'],
    ['a directive', 'deny from 8.8.8.8'],
    ['another comment', '// 8.8.8.8'],
    ['a quotation', '"8.8.8.8"'],
    ['full-width digits', '８.8.8.8'],
    ['a no-break space', '8.8.8.8\u00a0'],
    ['NUL', '8.8.8.8\0'],
    ['a long line', `${' '.repeat(100_000)}${'8'.repeat(100_000)}`],
  ])('%s', (_, line) => {
    const data = parseList(`${VALID_LINES}${line}\n`);
    expect(data.blocks).toHaveLength(VALID_BLOCKS);
    expect(data.summary.entries).toBe(VALID_BLOCKS);
    expect(data.note).toBe(
      '1 of 201 lines are not addresses or networks, and ignored (first at line 201).',
    );
    // Alone, it is the whole file.
    expect(rejection(line)).toMatch(/^The list of the feed listed is not valid: 1 of 1 lines are/);
  });

  test.each([
    ['in descending order', '8.8.8.9 8.8.8.1'],
    ['of two versions', '8.8.8.8,2600::'],
    ['without an end', '8.8.8.8 - DNS'],
  ])('columns of a range %s', (_, line) => {
    const data = parseList(`${VALID_LINES}${line}\n`, { format: 'columns' });
    expect(data.blocks).toHaveLength(VALID_BLOCKS);
  });
});
