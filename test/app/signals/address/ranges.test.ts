import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import {
  type Cidr,
  createAddressRanges,
  parseCidr,
} from '../../../../app/src/signals/address/ranges.ts';

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is not a valid address`);
  return parsed;
};
const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is not a valid CIDR`);
  return parsed;
};
const ranges = (...texts: string[]) => createAddressRanges(texts.map(cidr));

describe('a CIDR', () => {
  test.each([
    ['IPv4', '10.0.0.0/8', '10.0.0.0/8'],
    ['all of IPv4', '0.0.0.0/0', '0.0.0.0/0'],
    ['one IPv4 address', '203.0.113.9', '203.0.113.9/32'],
    ['one IPv4 address with its prefix', '203.0.113.9/32', '203.0.113.9/32'],
    ['IPv6', '2001:DB8:0::/32', '2001:db8::/32'],
    ['all of IPv6', '::/0', '::/0'],
    ['one IPv6 address', '2001:db8::1', '2001:db8::1/128'],
    ['a mapped block is IPv4', '::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['a mapped address is IPv4', '::ffff:10.0.0.1', '10.0.0.1/32'],
    ['all mapped addresses are all of IPv4', '::ffff:0:0/96', '0.0.0.0/0'],
    ['a NAT64 block is IPv4', '64:ff9b::10.0.0.0/104', '10.0.0.0/8'],
    ['a NAT64 address is IPv4', '64:ff9b::a00:1', '10.0.0.1/32'],
    ['all NAT64 addresses are all of IPv4', '64:ff9b::/96', '0.0.0.0/0'],
    ['a SIIT block is IPv4', '::ffff:0:10.0.0.0/104', '10.0.0.0/8'],
    ['a 6to4 block is IPv6', '2002:a00::/24', '2002:a00::/24'],
    ['a Teredo block is IPv6', '2001:0:4136:e378::/64', '2001:0:4136:e378::/64'],
    ['a block of a local NAT64 prefix is IPv6', '64:ff9b:1::/48', '64:ff9b:1::/48'],
  ])('%s is parsed', (_name, text, canonical) => {
    expect(parseCidr(text)?.text).toBe(canonical);
  });

  test.each([
    ['host bits below the prefix', '10.0.0.1/8'],
    ['host bits below an IPv6 prefix', '2001:db8::1/64'],
    ['host bits below a mapped prefix', '::ffff:10.0.0.1/104'],
    ['a prefix shorter than the mapped prefix', '::ffff:0:0/95'],
    ['a prefix shorter than the NAT64 prefix', '64:ff9b::/95'],
    ['a third of the NAT64 prefix', '64:ff9b::/32'],
    ['a prefix shorter than the SIIT prefix', '::ffff:0:0:0/80'],
    ['host bits below a NAT64 prefix', '64:ff9b::10.0.0.1/104'],
    ['an IPv4 prefix above 32', '10.0.0.0/33'],
    ['an IPv6 prefix above 128', '::/129'],
    ['no prefix after the slash', '10.0.0.0/'],
    ['a prefix with a sign', '10.0.0.0/+8'],
    ['a prefix with a leading zero', '10.0.0.0/08'],
    ['a netmask', '10.0.0.0/255.0.0.0'],
    ['two prefixes', '10.0.0.0/8/8'],
    ['a short base', '10/8'],
    ['a base with a leading zero', '010.0.0.0/8'],
    ['a range', '10.0.0.0-10.0.0.255'],
    ['a port', '10.0.0.1:80'],
    ['brackets', '[2001:db8::1]'],
    ['a zone id', 'fe80::1%eth0'],
    ['a space', '10.0.0.0 /8'],
    ['a host name', 'example.org'],
    ['nothing', ''],
    ['a string of 1 MiB', `10.0.0.0/8${'0'.repeat(2 ** 20)}`],
  ])('with %s is rejected', (_name, text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('a set of ranges', () => {
  test.each([
    ['the first address of a block', ['10.0.0.0/8'], '10.0.0.0', true],
    ['the last address of a block', ['10.0.0.0/8'], '10.255.255.255', true],
    ['the address before a block', ['10.0.0.0/8'], '9.255.255.255', false],
    ['the address after a block', ['10.0.0.0/8'], '11.0.0.0', false],
    ['an address between blocks', ['10.0.0.0/8', '12.0.0.0/8'], '11.1.1.1', false],
    ['an address after a nested block', ['10.0.0.0/8', '10.1.0.0/16'], '10.2.0.0', true],
    ['an address of two equal blocks', ['10.0.0.0/8', '10.0.0.0/8'], '10.2.0.0', true],
    ['an address above 2^31', ['224.0.0.0/4'], '239.1.1.1', true],
    ['the highest IPv4 address', ['0.0.0.0/0'], '255.255.255.255', true],
    ['an IPv6 address in its block', ['2001:db8::/32'], '2001:db8:ffff::1', true],
    ['an IPv6 address after its block', ['2001:db8::/32'], '2001:db9::', false],
    ['IPv4 with all of IPv6', ['::/0'], '10.0.0.1', false],
    ['IPv6 with all of IPv4', ['0.0.0.0/0'], '::a00:1', false],
    ['a mapped address in an IPv4 block', ['10.0.0.0/8'], '::ffff:10.0.0.1', true],
    ['IPv4 in a block written as mapped', ['::ffff:10.0.0.0/104'], '10.9.9.9', true],
    ['a NAT64 address in an IPv4 block', ['10.0.0.0/8'], '64:ff9b::10.0.0.1', true],
    ['IPv4 in a block written as NAT64', ['64:ff9b::10.0.0.0/104'], '10.9.9.9', true],
    [
      'a SIIT address in a block written as mapped',
      ['::ffff:10.0.0.0/104'],
      '::ffff:0:10.0.0.1',
      true,
    ],
    ['a 6to4 address in its own block', ['2002:af2d:b100::/40'], '2002:af2d:b109::1', true],
    ['a 6to4 address in all of 6to4', ['2002::/16'], '2002:af2d:b109::1', true],
    [
      'a 6to4 address in the IPv4 block of its client',
      ['175.45.176.0/22'],
      '2002:af2d:b109::1',
      true,
    ],
    ['a 6to4 address outside the IPv4 block', ['175.45.180.0/22'], '2002:af2d:b109::1', false],
    ['6to4 of an internal address in its block', ['10.0.0.0/8'], '2002:a00:1::1', true],
    ['a Teredo address in its own block', ['2001::/32'], '2001:0:4136:e378::50d2:4ef6', true],
    ['a Teredo address in the block of its client', ['175.45.177.9'], '2001::50d2:4ef6', true],
    [
      'a Teredo address in the block of its server',
      ['65.54.227.120'],
      '2001:0:4136:e378::1',
      false,
    ],
    ['a local NAT64 address in its own block', ['64:ff9b:1::/48'], '64:ff9b:1::8.8.8.8', true],
    ['a local NAT64 address in an IPv4 block', ['8.8.8.0/24'], '64:ff9b:1::8.8.8.8', true],
    ['IPv4 in the 6to4 block of it', ['2002:af2d:b109::/48'], '175.45.177.9', false],
    ['any address if it is empty', [], '10.0.0.1', false],
  ])('%s', (_name, texts, text, contains) => {
    expect(ranges(...texts).has(address(text))).toBe(contains);
  });

  test('contains the addresses that ipaddr.js matches with any of its blocks', () => {
    // Few distinct bytes, so that blocks are nested, adjacent and repeated.
    const byte = fc.constantFrom(0, 1, 127, 128, 255);
    const addressOf = (bytes: number[]) => ipaddr.fromByteArray(bytes);
    const bytes = fc.oneof(
      fc.array(byte, { minLength: 4, maxLength: 4 }),
      fc.array(byte, { minLength: 16, maxLength: 16 }),
    );
    const block = fc.tuple(bytes, fc.nat(128)).map(([base, length]): [number[], number] => {
      const prefix = length % (base.length * 8 + 1);
      const masked = base.map((value, index) => {
        const kept = Math.min(8, Math.max(0, prefix - index * 8));
        return value & (0xff << (8 - kept)) & 0xff;
      });
      return [masked, prefix];
    });
    const isMapped = (base: number[]) =>
      base.length === 16 &&
      /^0:0:0:0:(?:0:ffff|ffff:0):/.test(addressOf(base).toNormalizedString());
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), bytes, (blocks, wanted) => {
        fc.pre(!isMapped(wanted) && !blocks.some(([base]) => isMapped(base)));
        const set = ranges(...blocks.map(([base, prefix]) => `${addressOf(base)}/${prefix}`));
        const contains = blocks.some(
          ([base, prefix]) =>
            base.length === wanted.length && addressOf(wanted).match(addressOf(base), prefix),
        );
        expect(set.has(address(addressOf(wanted).toString()))).toBe(contains);
      }),
      { numRuns: 1_000 },
    );
  });

  // A linear search would take minutes, and reach the test timeout.
  test.each([
    ['IPv4', (n: number) => `${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.0/24`, '2.0.5.7'],
    ['IPv6', (n: number) => `2a00:${(n >> 8).toString(16)}:${n & 255}::/48`, '2a00:1:9::7'],
  ])('of 100,000 %s blocks supports 100,000 lookups', (_name, text, within) => {
    const set = ranges(...Array.from({ length: 100_000 }, (_, n) => text(n)));
    const wanted = address(within);
    let held = 0;
    for (let round = 0; round < 100_000; round += 1) held += set.has(wanted) ? 1 : 0;
    expect(held).toBe(100_000);
  });
});
