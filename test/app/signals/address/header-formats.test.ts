import {
  headerFormat,
  parseAddressHeaders,
} from '../../../../app/src/signals/address/header-formats.ts';
import { readAddress } from '../../../../app/src/signals/address/read.ts';

/** Reads the values of one header, and returns the address or the cause. */
function read(name: string, values: readonly string[], trustedProxyHops = 0): string {
  const signal = readAddress([{ name, values }], { headerNames: [name], trustedProxyHops });
  return signal.known ? signal.value.value : signal.cause;
}

describe('CloudFront-Viewer-Address', () => {
  test.each([
    ['IPv4', '198.51.100.10:46532', '198.51.100.10'],
    ['IPv6: the last group is the port', '2600:300:f:abcd::9:9985', '2600:300:f:abcd::9'],
    ['IPv6 in full', '2600:300:f:abcd:1:2:3:4:443', '2600:300:f:abcd:1:2:3:4'],
    ['IPv6 with trailing zeros', '2600:300:f:abcd:::9985', '2600:300:f:abcd::'],
    ['a mapped address', '::ffff:198.51.100.10:443', '198.51.100.10'],
    ['IPv6 in brackets', '[2600:300::9]:9985', '2600:300::9'],
    ['surrounding spaces', ' 198.51.100.10:46532\t', '198.51.100.10'],
    ['the highest port', '198.51.100.10:65535', '198.51.100.10'],
    ['a port that is too high', '198.51.100.10:65536', 'malformed'],
    ['a port that is too high after IPv6', '2600:300::9:65536', 'malformed'],
    ['a last group that is not a decimal number', '2600:300:f:abcd::9:99ab', 'malformed'],
    ['IPv4 without a port', '198.51.100.10', 'malformed'],
    ['IPv6 in full without a port', '2600:300:f:abcd:1:2:3:4', 'malformed'],
    ['IPv6 in brackets without a port', '[2600:300::9]', 'malformed'],
    ['IPv4 with two ports', '198.51.100.10:80:443', 'malformed'],
    ['IPv6 in brackets with two ports', '[2600:300::9]:80:443', 'malformed'],
    ['IPv6 with a zone', 'fe80::1%eth0:443', 'malformed'],
    ['a port alone', ':443', 'malformed'],
    ['a list', '198.51.100.10:46532, 8.8.8.8:1', 'malformed'],
    ['1 MiB of groups', '1:'.repeat(2 ** 19), 'malformed'],
  ])('%s: %s', (_name, value, expected) => {
    expect(read('cloudfront-viewer-address', [value])).toBe(expected);
  });
});

describe('Forwarded with one element:', () => {
  test.each([
    ['a token', 'for=192.0.2.43', '192.0.2.43'],
    ['a quoted string', 'for="192.0.2.43"', '192.0.2.43'],
    ['a port', 'for="192.0.2.43:47011"', '192.0.2.43'],
    ['an obfuscated port', 'for="192.0.2.43:_port-1"', '192.0.2.43'],
    ['IPv6', 'for="[2001:db8:cafe::17]"', '2001:db8:cafe::17'],
    ['IPv6 with a port', 'For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['a mapped address', 'for="[::ffff:192.0.2.43]"', '192.0.2.43'],
    [
      'other parameters before and after',
      'proto=http;by=203.0.113.43;for=192.0.2.60;host=a.b',
      '192.0.2.60',
    ],
    ['spaces around semicolons', 'for=192.0.2.60; proto=https ;by=_x', '192.0.2.60'],
    ['empty parameters', ';for=192.0.2.60;;', '192.0.2.60'],
    ['a comma and a semicolon in quotes', 'host="a,b;c";for=192.0.2.60', '192.0.2.60'],
    ['an escaped quotation mark', 'host="a\\"b,";for=192.0.2.60', '192.0.2.60'],
    ['an escaped character in the address', 'for="192.0.2\\.60"', '192.0.2.60'],
    [
      'an address in the value of another parameter',
      'host=";for=6.6.6.6;";for=192.0.2.60',
      '192.0.2.60',
    ],
    ['IPv6 without quotes', 'for=[2001:db8::1]', 'malformed'],
    ['IPv6 without brackets', 'for="2001:db8::1"', 'malformed'],
    ['IPv4 in brackets', 'for="[192.0.2.43]"', 'malformed'],
    ['a port without quotes', 'for=192.0.2.43:47011', 'malformed'],
    ['a port that is too high', 'for="192.0.2.43:65536"', 'malformed'],
    ['a zone', 'for="[fe80::1%25eth0]"', 'malformed'],
    ['unknown', 'for=unknown', 'malformed'],
    ['an identifier', 'for=_hidden', 'malformed'],
    ['an identifier with a port', 'for="_hidden:80"', 'malformed'],
    ['no for', 'proto=https;by=192.0.2.43', 'malformed'],
    ['an empty for', 'for=', 'malformed'],
    ['an empty quoted for', 'for=""', 'malformed'],
    ['two for', 'for=192.0.2.43;for=192.0.2.43', 'malformed'],
    ['two for in two cases', 'for=192.0.2.43;FOR=6.6.6.6', 'malformed'],
    ['a name that ends in for', 'x-for=192.0.2.43', 'malformed'],
    ['spaces around the equals sign', 'for = 192.0.2.43', 'malformed'],
    ['a space inside the quotes', 'for=" 192.0.2.43"', 'malformed'],
    ['no closing quotation mark', 'for="192.0.2.43', 'malformed'],
    ['text after the quotation mark', 'for="192.0.2.43"x', 'malformed'],
    ['a control character', 'for=192.0.2.43;host="\n"', 'malformed'],
    ['a bare address', '192.0.2.43', 'malformed'],
    ['two elements', 'for=192.0.2.43, for=192.0.2.43', 'malformed'],
    ['an empty element', 'for=192.0.2.43,', 'malformed'],
    ['an element that is too long', `for=192.0.2.43;host=${'a'.repeat(1000)}`, 'malformed'],
    ['1 MiB of quotation marks', '"'.repeat(2 ** 20), 'malformed'],
    ['1 MiB of escapes', `for="${'\\'.repeat(2 ** 20)}"`, 'malformed'],
    ['spaces', '  ', 'missing'],
  ])('%s', (_name, value, expected) => {
    expect(read('forwarded', [value])).toBe(expected);
  });

  test.each([
    ['two headers with one address', ['for=192.0.2.43', 'for="192.0.2.43:80"'], '192.0.2.43'],
    ['two headers with two addresses', ['for=192.0.2.43', 'for=6.6.6.6'], 'ambiguous'],
    ['two headers, one of them without an address', ['for=192.0.2.43', 'for=unknown'], 'ambiguous'],
  ])('%s', (_name, values, expected) => {
    expect(read('forwarded', values)).toBe(expected);
  });
});

describe('Forwarded with trusted proxies:', () => {
  test.each([
    [
      'the last element for one proxy',
      ['for=6.6.6.6, for=192.0.2.60;proto=https'],
      1,
      '192.0.2.60',
    ],
    [
      'the second last element for two',
      ['for=6.6.6.6, for=192.0.2.60, for="[2001:db8::1]:80"'],
      2,
      '192.0.2.60',
    ],
    [
      'headers form one list in order',
      ['for=6.6.6.6', 'for=192.0.2.60, for=10.0.0.1'],
      2,
      '192.0.2.60',
    ],
    [
      'a comma in quotes is not a separator',
      ['for=192.0.2.60, for=10.0.0.1;host="a,b"'],
      2,
      '192.0.2.60',
    ],
    [
      'an escaped quotation mark does not close a string',
      ['for=192.0.2.60, for=10.0.0.1;host="a\\",b"'],
      2,
      '192.0.2.60',
    ],
    [
      'an escaped backslash at the end',
      ['for=192.0.2.60, for=10.0.0.1;host="a,\\\\"'],
      2,
      '192.0.2.60',
    ],
    [
      'a quotation mark that the client leaves open',
      ['for=6.6.6.6;by=", for=192.0.2.60'],
      1,
      '192.0.2.60',
    ],
    [
      'the same before a quoted string of the proxy',
      ['for=6.6.6.6;by=", for="192.0.2.60:80"'],
      1,
      '192.0.2.60',
    ],
    [
      'a quotation mark and a backslash of the client',
      ['for=6.6.6.6;by="\\, for="[2001:db8::1]"'],
      1,
      '2001:db8::1',
    ],
    ['other input of the client', ['<script>,,x=, for=192.0.2.60'], 1, '192.0.2.60'],
    [
      'a header of the client in between',
      ['for=192.0.2.60', 'for=6.6.6.6', 'for=192.0.2.60'],
      1,
      '192.0.2.60',
    ],
    ['an element with an unknown address', ['for=6.6.6.6, for=unknown'], 1, 'malformed'],
    ['an element without for', ['for=6.6.6.6, proto=https'], 1, 'malformed'],
    ['an empty element', ['for=6.6.6.6, '], 1, 'malformed'],
    ['quotes without a start', ['for=6.6.6.6;host=b"'], 1, 'malformed'],
    ['a list that is too short', ['for=192.0.2.60'], 2, 'missing'],
    ['a list in two headers that is too short', ['for=192.0.2.60', 'for=10.0.0.1'], 3, 'missing'],
    ['a list of 1 MiB', [`${'for=6.6.6.6,'.repeat(87_000)}for=192.0.2.60`], 1, '192.0.2.60'],
    [
      '1 MiB of quoted commas',
      [`for=6.6.6.6;host="${','.repeat(2 ** 20)}", for=192.0.2.60`],
      2,
      'malformed',
    ],
  ])('%s', (_name, values, hops, expected) => {
    expect(read('forwarded', values, hops)).toBe(expected);
  });
});

describe('X-Forwarded-For', () => {
  test.each([
    ['one address', ['8.8.8.8'], 0, '8.8.8.8'],
    ['one address with a port, as some gateways write it', ['8.8.8.8:4711'], 0, '8.8.8.8'],
    ['a list, without trusted proxies', ['6.6.6.6, 8.8.8.8'], 0, 'malformed'],
    ['a list', ['6.6.6.6, 8.8.8.8'], 1, '8.8.8.8'],
    ['a list with ports', ['6.6.6.6, 8.8.8.8:4711, [2001:db8::1]:80'], 2, '8.8.8.8'],
    ['IPv6 in a list', ['6.6.6.6, 2600:300::9'], 1, '2600:300::9'],
  ])('%s', (_name, values, hops, expected) => {
    expect(read('x-forwarded-for', values, hops)).toBe(expected);
  });
});

/** According to the vendors' documentation. */
const SINGLE_ADDRESS = [
  'true-client-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'fly-client-ip',
  'fastly-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
  'x-envoy-external-address',
  'x-nf-client-connection-ip',
  'do-connecting-ip',
  'incap-client-ip',
  'x-sucuri-clientip',
  'ali-cdn-real-ip',
];

describe.each(SINGLE_ADDRESS)('%s, which has a single address', (name) => {
  test.each([
    ['IPv4', ['8.8.8.8'], '8.8.8.8'],
    [
      'IPv6, whose last group is not a port',
      ['2600:300:f:abcd::9:9985'],
      '2600:300:f:abcd::9:9985',
    ],
    ['a list', ['6.6.6.6, 8.8.8.8'], 'malformed'],
    ['two addresses', ['6.6.6.6', '8.8.8.8'], 'ambiguous'],
  ])('%s', (_name, values, expected) => {
    expect(read(name, values)).toBe(expected);
  });
});

test('values of two headers are parsed in their own formats and compared as addresses', () => {
  const headerNames = ['cf-connecting-ip', 'cloudfront-viewer-address'];
  const headers = [
    { name: 'CF-Connecting-IP', values: ['2600::9:443'] },
    { name: 'CloudFront-Viewer-Address', values: ['2600::9:443'] },
  ];
  // The same string is a different address in each format.
  expect(readAddress(headers, { headerNames, trustedProxyHops: 0 })).toEqual({
    known: false,
    cause: 'ambiguous',
  });
});

describe('with trusted proxies, the header', () => {
  const issuesOf = (text: string, hops: number) =>
    parseAddressHeaders(text, {
      trustedProxyHops: hops,
      signed: false,
      settings: { headers: 'ADDRESS_HEADERS', hops: 'TRUSTED_PROXY_HOPS' },
    }).issues;

  test.each(['cloudfront-viewer-address', ...SINGLE_ADDRESS])('%s is rejected', (name) => {
    expect(issuesOf(name.toUpperCase(), 1)).toEqual([
      `ADDRESS_HEADERS contains ${name}, which carries a single address by definition, not a list: set TRUSTED_PROXY_HOPS to 0, or use a header to which your proxies append, such as x-forwarded-for.`,
    ]);
    expect(issuesOf(name, 0)).toEqual([]);
    // The reader rejects lists in it, too.
    expect(headerFormat(name).list).toBeUndefined();
    expect(read(name, ['6.6.6.6, 8.8.8.8'], 1)).toBe('malformed');
  });

  test.each(['x-forwarded-for', 'forwarded', 'x-client-source-ip', 'x-real-ip'])(
    '%s may be a list',
    (name) => {
      expect(issuesOf(name, 2)).toEqual([]);
    },
  );

  test('among others is rejected with one sentence', () => {
    expect(issuesOf('x-forwarded-for, True-Client-IP,fly-client-ip', 2)).toEqual([
      expect.stringMatching(/^ADDRESS_HEADERS contains true-client-ip, fly-client-ip, which/),
    ]);
  });
});
