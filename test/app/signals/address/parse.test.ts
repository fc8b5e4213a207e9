import { isIP } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';

describe('a valid address', () => {
  test.each([
    ['plain IPv4', '205.210.31.51', '205.210.31.51'],
    ['the lowest IPv4', '0.0.0.0', '0.0.0.0'],
    ['the highest IPv4', '255.255.255.255', '255.255.255.255'],
    ['surrounding spaces and tabs', ' \t205.210.31.51\t ', '205.210.31.51'],
    ['IPv4 with a port', '205.210.31.51:5678', '205.210.31.51'],
    ['IPv4 with the highest port', '205.210.31.51:65535', '205.210.31.51'],
    ['plain IPv6', '2606:4700::1111', '2606:4700::1111'],
    ['IPv6 in capitals', '2606:4700::ABCD', '2606:4700::abcd'],
    ['leading zeros in groups', '2606:4700:0000:0000:0000:0000:0000:0001', '2606:4700::1'],
    ['one zero group as ::', '2606:1:2::4:5:6:7', '2606:1:2:0:4:5:6:7'],
    ['two runs of zeros of one length', '2606:0:0:1:0:0:0:1', '2606:0:0:1::1'],
    ['the first of two equal runs', '2606:0:0:1:1:0:0:1', '2606::1:1:0:0:1'],
    ['zeros at the end', '2606:4700:0:0:0:0:0:0', '2606:4700::'],
    ['the unspecified address', '0:0:0:0:0:0:0:0', '::'],
    ['eight groups with a gap for one', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['brackets', '[2606:4700::1111]', '2606:4700::1111'],
    ['brackets and a port', '[2606:4700::1111]:443', '2606:4700::1111'],
    ['a zone id', 'fe80::1%eth0', 'fe80::1'],
    ['a zone id in brackets with a port', '[fe80::1%25en-0.1]:443', 'fe80::1'],
    ['IPv4-mapped, dotted', '::ffff:203.0.113.9', '203.0.113.9'],
    ['IPv4-mapped, dotted, in capitals', '::FFFF:203.0.113.9', '203.0.113.9'],
    ['IPv4-mapped, hexadecimal', '::ffff:cb00:7109', '203.0.113.9'],
    ['IPv4-mapped, every group written', '0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['IPv4-mapped in brackets with a port', '[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['NAT64, dotted', '64:ff9b::8.8.8.8', '8.8.8.8'],
    ['NAT64, hexadecimal', '64:FF9B::0808:0808', '8.8.8.8'],
    ['NAT64, every group written', '0064:ff9b:0:0:0:0:808:808', '8.8.8.8'],
    ['NAT64 in brackets with a port', '[64:ff9b::808:808]:443', '8.8.8.8'],
    ['NAT64 with a zone id', '64:ff9b::808:808%eth0', '8.8.8.8'],
    ['NAT64 of an internal address', '64:ff9b::10.0.0.1', '10.0.0.1'],
    ['SIIT, dotted', '::ffff:0:203.0.113.9', '203.0.113.9'],
    ['SIIT, hexadecimal', '::ffff:0:cb00:7109', '203.0.113.9'],
    ['SIIT, every group written', '0:0:0:0:ffff:0:cb00:7109', '203.0.113.9'],
    ['one bit off the NAT64 prefix stays IPv6', '64:ff9b::1:808:808', '64:ff9b::1:808:808'],
    ['one bit off the SIIT prefix stays IPv6', '::ffff:1:808:808', '::ffff:1:808:808'],
    ['NAT64 with a local prefix stays IPv6', '64:ff9b:1::8.8.8.8', '64:ff9b:1::808:808'],
    ['Teredo stays IPv6', '2001:0:4136:e378::50d2:4ef6', '2001:0:4136:e378::50d2:4ef6'],
    ['6to4 stays IPv6', '2002:808:808::1', '2002:808:808::1'],
    ['IPv4-compatible stays IPv6', '::8.8.8.8', '::808:808'],
    ['one group off the mapped block stays IPv6', '::fffe:203.0.113.9', '::fffe:cb00:7109'],
  ])('%s yields its canonical form', (_name, text, value) => {
    expect(parseAddress(text)?.value).toBe(value);
    expect(parseAddress(text)?.version).toBe(isIP(value));
  });
});

/** 175.45.177.9 is in North Korea, and 192.88.99.1 is a deprecated 6to4 relay. */
describe('an IPv6 address that contains an IPv4 address', () => {
  const embedded = (text: string) => parseAddress(text)?.embedded?.value;

  test.each([
    ['6to4', '2002:af2d:b109::1', '175.45.177.9'],
    ['6to4 in a subnet', '2002:af2d:b109:abcd:1:2:3:4', '175.45.177.9'],
    ['6to4 in brackets with a port', '[2002:AF2D:B109::1]:80', '175.45.177.9'],
    ['6to4 without an interface id', '2002:af2d:b109::', '175.45.177.9'],
    ['Teredo, whose client is inverted', '2001:0:4136:e378:8000:63bf:50d2:4ef6', '175.45.177.9'],
    ['Teredo with a made-up server', '2001::50d2:4ef6', '175.45.177.9'],
    ['Teredo with an internal server', '2001:0:a00:1::50d2:4ef6', '175.45.177.9'],
    ['NAT64 with a local prefix of 96 bits', '64:ff9b:1::175.45.177.9', '175.45.177.9'],
    ['another NAT64 prefix of 96 bits', '64:ff9b:1:fffe:0:abcd:af2d:b109', '175.45.177.9'],
  ])('%s embeds the address of its client', (_name, text, client) => {
    expect(embedded(text)).toBe(client);
    expect(parseAddress(text)).toMatchObject({ version: 6, public: true });
  });

  test.each([
    ['6to4 of RFC 1918', '2002:a00:1::1', '10.0.0.1'],
    ['6to4 of loopback', '2002:7f00:1::1', '127.0.0.1'],
    ['6to4 of a relay of 6to4', '2002:c058:6301::1', '192.88.99.1'],
    ['6to4 of multicast', '2002:e000:1::1', '224.0.0.1'],
    ['6to4 of 0.0.0.0', '2002::1', '0.0.0.0'],
    ['Teredo of RFC 1918', '2001:0:4136:e378::f5ff:fffe', '10.0.0.1'],
    ['Teredo of a documentation address', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '192.0.2.45'],
    ['Teredo of 0.0.0.0', '2001::ffff:ffff', '0.0.0.0'],
    ['NAT64 of RFC 1918 with a local prefix', '64:ff9b:1::10.0.0.1', '10.0.0.1'],
  ])('%s is reserved', (_name, text, client) => {
    expect(embedded(text)).toBe(client);
    expect(parseAddress(text)).toMatchObject({ version: 6, public: false, cause: 'reserved' });
  });

  test.each([
    ['the last address before 6to4', '2001:ffff:808:808::1', 'public'],
    ['the first address after 6to4', '2003:808:808::1', 'public'],
    ['the first address after Teredo', '2001:1:4136:e378::f7f7:f7f7', 'reserved'],
    ['ISATAP in its own network', '2a00:1450::5efe:10.0.0.1', 'public'],
    ['ISATAP with a unique interface id', '2a00:1450::200:5efe:8.8.8.8', 'public'],
    ['ISATAP on one link', 'fe80::5efe:8.8.8.8', 'private'],
    ['IPv4-compatible, which is deprecated', '::8.8.8.8', 'reserved'],
    ['a local NAT64 prefix of 48 bits', '64:ff9b:1:af2d:b1:900::', 'reserved'],
    ['a local NAT64 prefix of 64 bits', '64:ff9b:1:0:af:2db1:900:0', 'reserved'],
    ['the NAT64 prefix behind the local one', '64:ff9b:2::8.8.8.8', 'reserved'],
  ])('%s embeds no address', (_name, text, reach) => {
    expect(embedded(text)).toBeUndefined();
    const address = parseAddress(text);
    expect(address?.public === false ? address.cause : 'public').toBe(reach);
  });

  test('every translated form and tunnel yields the same IPv4 address', () => {
    const hex = (group: number) => group.toString(16);
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (high, low) => {
        const ipv4 = new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]).toString();
        const plain = parseAddress(ipv4);
        for (const prefix of ['::ffff:', '64:ff9b::', '::ffff:0:']) {
          expect(parseAddress(`${prefix}${ipv4}`)).toEqual(plain);
        }
        const inverted = `${hex(high ^ 0xffff)}:${hex(low ^ 0xffff)}`;
        for (const tunnel of [
          `2002:${hex(high)}:${hex(low)}::1`,
          `2001:0:4136:e378::${inverted}`,
        ]) {
          const address = parseAddress(tunnel);
          expect(address?.embedded).toEqual(plain);
          expect(address?.public).toBe(plain?.public);
        }
      }),
    );
  });
});

describe('an invalid address', () => {
  test.each([
    ['an empty string', ''],
    ['spaces and tabs', '  \t'],
    ['a name', 'localhost'],
    ['a made-up identifier', '_hidden'],
    ['unknown', 'unknown'],
    ['a leading zero', '010.1.1.1'],
    ['an octal part', '0177.0.0.1'],
    ['a part of zeros', '1.00.1.1'],
    ['a hexadecimal part', '0x7f.0.0.1'],
    ['one hexadecimal number', '0x7f000001'],
    ['one decimal number', '2130706433'],
    ['two parts', '127.1'],
    ['three parts', '127.0.1'],
    ['five parts', '1.2.3.4.5'],
    ['an empty part', '1..2.3'],
    ['a trailing dot', '1.2.3.4.'],
    ['a part above 255', '203.0.113.256'],
    ['a sign', '+1.2.3.4'],
    ['a list', '1.1.1.1, 2.2.2.2'],
    ['a list of one', '1.1.1.1,'],
    ['two addresses', '1.1.1.1 2.2.2.2'],
    ['trailing markup', '203.0.113.9<script>'],
    ['a trailing line break', '203.0.113.9\n'],
    ['a trailing null byte', '203.0.113.9\0'],
    ['a non-breaking space', '\u00a0203.0.113.9'],
    ['digits of another script', '١.1.1.1'],
    ['a CIDR', '10.0.0.0/8'],
    ['a port above 65535', '1.2.3.4:65536'],
    ['an empty port', '1.2.3.4:'],
    ['a port of letters', '1.2.3.4:http'],
    ['a zone id on IPv4', '1.2.3.4%eth0'],
    ['an empty zone id', 'fe80::1%'],
    ['a zone id with a space', 'fe80::1%eth 0'],
    ['IPv4 in brackets', '[1.2.3.4]'],
    ['an unclosed bracket', '[2606:4700::1'],
    ['an empty bracket', '[]'],
    ['a character after the bracket', '[2606:4700::1]x'],
    ['quotes', '"2606:4700::1"'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['nine groups with a gap', '1:2:3:4::5:6:7:8'],
    ['two gaps', '1::2::3'],
    ['three colons', '1:::2'],
    ['a group of five digits', '12345::'],
    ['a leading colon', ':1::2'],
    ['a trailing colon', '1::2:'],
    ['a leading dotted part', '1.2.3.4::'],
    ['a dotted part in the middle', '::1.2.3.4:5'],
    ['a dotted part with a leading zero', '::ffff:203.0.113.09'],
    ['a mapped address with a bare port', '::ffff:1.2.3.4:80'],
  ])('%s is rejected', (_name, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test.each([
    ['spaces', ' '.repeat(2 ** 20)],
    ['an address and spaces', `1.1.1.1${' '.repeat(2 ** 20)}`],
    ['groups', '1:'.repeat(2 ** 19)],
  ])('1 MiB of %s is rejected', (_name, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('compared with other parsers', () => {
  test('random strings are addresses if and only if they are for Node', () => {
    const character = fc.constantFrom(...'0012567aF::::....');
    const text = fc.oneof(
      fc.string({ unit: character, maxLength: 20 }),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc
        .array(fc.constantFrom('0', '00', '7', '255', '256', '1a'), { maxLength: 9 })
        .chain((parts) =>
          fc.constantFrom(
            parts.join('.'),
            parts.join(':'),
            parts.join('::'),
            `::${parts.join('.')}`,
          ),
        ),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        // IPv4 with a port is an address here, but not for Node.
        fc.pre(!/^[\d.]+:\d+$/.test(candidate));
        expect(parseAddress(candidate) !== undefined).toBe(isIP(candidate) !== 0);
      }),
      { numRuns: 3_000 },
    );
  });

  test('every form of an IPv6 address has the value and bits of ipaddr.js', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const reference = new ipaddr.IPv6(groups);
        fc.pre(!['ipv4Mapped', 'rfc6145', 'rfc6052'].includes(reference.range()));
        const bits = BigInt(`0x${Buffer.from(reference.toByteArray()).toString('hex')}`);
        const full = groups.map((each) => each.toString(16).padStart(4, '0')).join(':');
        for (const text of [reference.toString(), full, full.toUpperCase(), `[${full}]:1`]) {
          expect(parseAddress(text)).toMatchObject({ value: reference.toRFC5952String(), bits });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('an IPv4 address and its mapped form are the same address', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), (a, b, c, d) => {
        const text = `${a}.${b}.${c}.${d}`;
        const address = parseAddress(text);
        expect(address?.bits).toBe(((a * 256 + b) * 256 + c) * 256 + d);
        expect(parseAddress(`::ffff:${text}`)).toEqual(address);
      }),
    );
  });
});
