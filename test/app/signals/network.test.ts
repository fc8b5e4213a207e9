import type { MmdbFile } from '../../../app/src/signals/geo/mmdb-file.ts';
import type { Place } from '../../../app/src/signals/geo/place.ts';
import { findNetwork, hasNetworks } from '../../../app/src/signals/network.ts';
import { addressOf } from '../../support/circumstances.ts';

const IPV4 = '198.20.0.1';

/** Returns a database with one record for IPv4, and none for IPv6. */
function file(
  place: Place | undefined | 'unreadable',
  fields: MmdbFile['info']['fields'] = ['asn'],
) {
  return {
    info: { path: 'x.mmdb', type: 'x', built: new Date(0), fields },
    find(address: string) {
      if (place === 'unreadable') throw new Error('unreadable');
      return address === IPV4 ? place : undefined;
    },
  } satisfies MmdbFile;
}

const AS1 = file({ asn: 1, organization: 'One' });
const AS2 = file({ asn: 2, organization: 'Two' });
const unknown = (cause: string) => ({ known: false, cause });
const known = (value: object) => ({ known: true, value });

test.each<[string, string, readonly MmdbFile[], object]>([
  ['no database', IPV4, [], unknown('absent')],
  ['one database', IPV4, [AS1], known({ asn: 1, organization: 'One' })],
  ['the first of two', IPV4, [AS2, AS1], known({ asn: 2, organization: 'Two' })],
  [
    'each field from the first that has it',
    IPV4,
    [file({ asn: 3 }), AS1],
    known({ asn: 3, organization: 'One' }),
  ],
  ['only a number', IPV4, [file({ asn: 3 })], known({ asn: 3 })],
  ['only a name', IPV4, [file({ organization: 'Three' })], known({ organization: 'Three' })],
  ['no record', IPV4, [file(undefined)], unknown('not-found')],
  ['a record without a network', IPV4, [file({ country: 'LK' })], unknown('not-found')],
  ['no record in one of two', IPV4, [file(undefined), AS1], known({ asn: 1, organization: 'One' })],
  ['an unreadable record', IPV4, [file('unreadable')], unknown('database')],
  [
    'an unreadable record in one of two',
    IPV4,
    [file('unreadable'), AS1],
    known({ asn: 1, organization: 'One' }),
  ],
  [
    'an unreadable record, and none',
    IPV4,
    [file('unreadable'), file(undefined)],
    unknown('database'),
  ],
  [
    'the IPv4 address behind a tunnel',
    '2002:c614:1::1',
    [AS1],
    known({ asn: 1, organization: 'One' }),
  ],
  ['an IPv6 address without a record', '2a00::1', [AS1], unknown('not-found')],
  ['an internal address', '10.0.0.1', [AS1], unknown('private')],
  ['an internal address without a database', '10.0.0.1', [], unknown('private')],
  ['an address that no client can have', '192.0.2.1', [AS1], unknown('reserved')],
])('%s', (_, address, files, expected) => {
  expect(findNetwork(addressOf(address), files)).toEqual(expected);
});

test.each<[MmdbFile['info']['fields'], boolean]>([
  [['country'], false],
  [['asn'], true],
  [['country', 'organization'], true],
])('a database with %j has networks: %s', (fields, expected) => {
  expect(hasNetworks(file(undefined, fields))).toBe(expected);
});
