import { type MmdbOptions, type MmdbValue, mmdbFile } from '../../../app/dev/simulator/mmdb.ts';
import type { Address } from '../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../app/src/signals/address/parse.ts';
import {
  checkAnonymizerDatabase,
  openAnonymizerDatabase,
} from '../../../app/src/signals/anonymizer-database.ts';

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is not a valid address`);
  return parsed;
};

const NONE = { vpn: false, tor: false, proxy: false, hosting: false };
const VPN = { is_anonymous: true, is_anonymous_vpn: true };

function open(record: MmdbValue, options?: MmdbOptions) {
  return openAnonymizerDatabase(
    mmdbFile(
      [
        ['81.2.69.0/24', record],
        ['2001:628::/32', record],
      ],
      options,
    ),
  );
}

describe('the flags of a record', () => {
  test.each<[string, MmdbValue, object]>([
    ['a VPN', VPN, { vpn: true }],
    ['a Tor exit', { is_anonymous: true, is_tor_exit_node: true }, { tor: true }],
    ['a public proxy', { is_anonymous: true, is_public_proxy: true }, { proxy: true }],
    ['a residential proxy', { is_anonymous: true, is_residential_proxy: true }, { proxy: true }],
    ['a hosting provider', { is_anonymous: true, is_hosting_provider: true }, { hosting: true }],
    [
      'several',
      { ...VPN, is_hosting_provider: true, is_tor_exit_node: true },
      { vpn: true, tor: true, hosting: true },
    ],
    [
      'one of Anonymous Plus',
      { ...VPN, anonymizer_confidence: 99, network_last_seen: '2026-11-20', provider_name: 'foo' },
      { vpn: true },
    ],
    ['only anonymous', { is_anonymous: true }, {}],
    ['false values', { is_anonymous_vpn: false, is_tor_exit_node: false }, {}],
    ['values of another type', { is_anonymous_vpn: 1, is_tor_exit_node: 'true' }, {}],
    ['no map', 'VPN', {}],
    ['an empty map', {}, {}],
  ])('%s', (_, record, flags) => {
    for (const text of ['81.2.69.142', '2001:628::1']) {
      expect(open(record).flagsOf(address(text))).toEqual({ ...NONE, ...flags });
    }
  });

  test('are all false without a record', () => {
    expect(open(VPN).flagsOf(address('8.8.8.8'))).toEqual(NONE);
    expect(open(VPN).flagsOf(address('2001:4860:4860::8888'))).toEqual(NONE);
  });

  test('are those of the IPv4 address that a tunnel embeds', () => {
    expect(open(VPN).flagsOf(address('2002:5102:458e::1'))).toEqual({ ...NONE, vpn: true });
  });

  test('of an IPv6 address are not known to a database of IPv4', () => {
    const database = openAnonymizerDatabase(
      mmdbFile([['32.0.0.0/3', VPN]], { ipVersion: 4, type: 'GeoIP2-Anonymous-IP' }),
    );
    expect(database.flagsOf(address('2001:628::1'))).toBeUndefined();
    expect(database.flagsOf(address('33.0.0.1'))).toEqual({ ...NONE, vpn: true });
    expect(database.type).toBe('GeoIP2-Anonymous-IP');
  });

  test('of an unreadable record are an error', () => {
    // An extended type of zero does not exist in the format.
    const database = open(Buffer.from([0, 0]));
    expect(() => database.flagsOf(address('81.2.69.142'))).toThrow();
    expect(database.flagsOf(address('8.8.8.8'))).toEqual(NONE);
  });
});

describe('the check', () => {
  const good = mmdbFile([['81.2.69.0/24', VPN]]);

  test('accepts a database of anonymizers', () => {
    expect(checkAnonymizerDatabase(good).flagsOf(address('81.2.69.1'))?.vpn).toBe(true);
  });

  test.each<[string, Buffer, RegExp]>([
    [
      'of countries',
      mmdbFile([['81.2.69.0/24', { country_code: 'AT' }]]),
      /contains no anonymizers/,
    ],
    ['that sets no flag', mmdbFile([['81.2.69.0/24', { is_anonymous: true }]]), /no anonymizers/],
    ['with an unreadable record', mmdbFile([['81.2.69.0/24', Buffer.from([0, 0])]]), /is damaged/],
    ['without its end', good.subarray(0, good.length - 1), /is damaged/],
  ])('rejects a database %s', (_, file, message) => {
    expect(() => checkAnonymizerDatabase(file)).toThrow(message);
  });
});
