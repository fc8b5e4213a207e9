import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type MmdbOptions, type MmdbValue, mmdbFile } from '../../../../app/dev/simulator/mmdb.ts';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import {
  bundledGeoDatabase,
  type GeoDatabase,
  openGeoDatabase,
} from '../../../../app/src/signals/geo/database.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function save(bytes: Buffer | string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.mmdb`);
  await writeFile(path, bytes);
  return path;
}

async function databaseOf(
  networks: [string, MmdbValue][],
  options?: MmdbOptions,
): Promise<GeoDatabase> {
  return openGeoDatabase([await save(mmdbFile(networks, options))]);
}

const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is not a valid address`);
  return parsed;
};

describe('the bundled database', () => {
  let database: GeoDatabase;
  beforeAll(async () => {
    database = await openGeoDatabase([bundledGeoDatabase()]);
  });

  test.each([
    ['175.45.176.0', 'KP'],
    ['205.210.31.51', 'US'],
    ['14.102.69.58', 'IN'],
    ['::ffff:175.45.176.0', 'KP'],
    ['64:ff9b::175.45.177.9', 'KP'],
    ['::ffff:0:175.45.177.9', 'KP'],
    ['2002:af2d:b109::1', 'KP'],
    ['2001:0:4136:e378::50d2:4ef6', 'KP'],
    ['64:ff9b:1::175.45.177.9', 'KP'],
    ['2606:4700::1111', 'US'],
  ])('finds %s in %s', (text, country) => {
    expect(database.lookup(address(text))).toEqual({ known: true, value: { country } });
  });

  test.each([
    ['10.0.0.1', 'private'],
    ['127.0.0.1', 'private'],
    ['::1', 'private'],
    ['fe80::1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['203.0.113.9', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['::', 'reserved'],
    ['::175.45.177.9', 'reserved'],
    ['2002:a00:1::1', 'reserved'],
    ['2001:0:4136:e378::f5ff:fffe', 'reserved'],
  ])('does not look up %s, which is %s', (text, cause) => {
    expect(database.lookup(address(text))).toEqual({ known: false, cause });
  });

  test('has its metadata', () => {
    expect(database.info).toEqual({
      path: bundledGeoDatabase(),
      type: 'country ipvAll',
      built: new Date('2026-06-17T19:51:40Z'),
      fields: ['country'],
    });
  });

  test('the IPv4 file has no IPv6 addresses', async () => {
    const path = bundledGeoDatabase().replace('.mmdb', '-ipv4.mmdb');
    const { lookup } = await openGeoDatabase([path]);
    expect(lookup(address('175.45.176.0'))).toEqual({ known: true, value: { country: 'KP' } });
    expect(lookup(address('2001:4860:4860::8888'))).toEqual({ known: false, cause: 'not-found' });
  });

  test('the IPv6 file has no IPv4 addresses', async () => {
    const path = bundledGeoDatabase().replace('.mmdb', '-ipv6.mmdb');
    const { lookup } = await openGeoDatabase([path]);
    expect(lookup(address('2606:4700::1111'))).toEqual({ known: true, value: { country: 'US' } });
    expect(lookup(address('175.45.176.0'))).toEqual({ known: false, cause: 'not-found' });
  });
});

const CITY = {
  city: { geoname_id: 1, names: { de: 'Wien', en: 'Vienna' } },
  continent: { code: 'EU', names: { en: 'Europe' } },
  country: { iso_code: 'AT', names: { en: 'Austria' } },
  location: { latitude: 48.2, time_zone: 'Europe/Vienna' },
  registered_country: { iso_code: 'DE' },
  traits: { autonomous_system_number: 1853, autonomous_system_organization: 'ACOnet' },
};

describe('a record', () => {
  test.each<[string, MmdbValue, unknown]>([
    [
      "of MaxMind's city files",
      CITY,
      {
        country: 'AT',
        continent: 'EU',
        asn: 1853,
        organization: 'ACOnet',
        city: 'Vienna',
        timezone: 'Europe/Vienna',
      },
    ],
    [
      'of ASN files',
      { autonomous_system_number: 4294967295, autonomous_system_organization: 'Example Net' },
      { asn: 4294967295, organization: 'Example Net' },
    ],
    [
      'of flat city files',
      { country_code: 'AT', city: 'Vienna', timezone: 'Europe/Vienna', state1: '' },
      { country: 'AT', city: 'Vienna', timezone: 'Europe/Vienna' },
    ],
    [
      'of flat files with names beside the codes',
      {
        asn: 'AS1853',
        as_name: 'ACOnet',
        continent: 'Europe',
        continent_code: 'EU',
        country: 'Austria',
        country_code: 'AT',
      },
      { country: 'AT', continent: 'EU', asn: 1853, organization: 'ACOnet' },
    ],
    [
      'of flat files with codes only',
      { country: 'AT', continent: 'EU', asn: 1853, as_organization: 'ACOnet' },
      { country: 'AT', continent: 'EU', asn: 1853, organization: 'ACOnet' },
    ],
    ['with a lower-case code', { country_code: 'at' }, { country: 'AT' }],
    [
      'with a network but no country',
      { autonomous_system_number: 1853, registered_country: { iso_code: 'DE' } },
      { asn: 1853 },
    ],
    ['with only a registered country', { registered_country: { iso_code: 'DE' } }, 'not-found'],
    ...[
      'EU',
      'AP',
      'XX',
      'ZZ',
      'A1',
      'A2',
      'O1',
      'T1',
      'UK',
      'AN',
      'SU',
      'YU',
      'CS',
      'TP',
      'FX',
    ].map((code): [string, MmdbValue, unknown] => [
      `with ${code}, which a policy cannot name`,
      { country_code: code },
      'not-found',
    ]),
    ['with Kosovo', { country: { iso_code: 'XK' } }, { country: 'XK' }],
    [
      "with MaxMind's Europe, which keeps its continent",
      { continent: { code: 'EU' }, country: { iso_code: 'EU' } },
      { continent: 'EU' },
    ],
    [
      'with Asia/Pacific and a network, which is kept',
      { country_code: 'ap', continent_code: 'AS', asn: 1853 },
      { continent: 'AS', asn: 1853 },
    ],
    ['with a name as country', { country: 'Austria' }, 'not-found'],
    ['with blank fields', { country_code: '', city: ' ', asn: 0 }, 'not-found'],
    ['with fields of other types', { country: { iso_code: 40 }, city: ['x'] }, 'not-found'],
    ['without fields', {}, 'not-found'],
    ['that is not a map', 'AT', 'not-found'],
  ])('%s', async (_name, record, expected) => {
    const database = await databaseOf([
      ['8.8.8.0/24', { country_code: 'US' }],
      ['131.130.0.0/16', record],
    ]);
    const signal = database.lookup(address('131.130.1.1'));
    expect(signal.known ? signal.value : signal.cause).toEqual(expected);
  });
});

describe('a database', () => {
  test.each([24, 28, 32] as const)('with records of %s bits is read', async (recordSize) => {
    const database = await databaseOf(
      [
        ['131.130.0.0/16', CITY],
        ['131.130.7.0/24', { country: { iso_code: 'CH' } }],
        ['2001:628::/32', { country: { iso_code: 'LI' } }],
      ],
      { recordSize },
    );
    const country = (text: string) => {
      const signal = database.lookup(address(text));
      return signal.known ? signal.value.country : signal.cause;
    };
    expect(country('131.130.6.255')).toBe('AT');
    expect(country('131.130.7.255')).toBe('CH');
    expect(country('131.131.0.0')).toBe('not-found');
    expect(country('2001:628::1')).toBe('LI');
    expect(country('2001:629::1')).toBe('not-found');
  });

  test('lists the fields of its records, even if a single one has them', async () => {
    const networks = Array.from({ length: 100 }, (_, n): [string, MmdbValue] => [
      `60.0.${n}.0/24`,
      { country: { iso_code: 'JP' } },
    ]);
    const built = new Date('2026-11-01T00:00:00Z');
    const database = await databaseOf([...networks, ['2001:628::/32', CITY]], {
      type: 'GeoLite2-City',
      built,
    });
    expect(database.info).toMatchObject({ type: 'GeoLite2-City', built });
    expect(database.info.fields).toEqual([
      ...['country', 'continent', 'asn', 'organization', 'city', 'timezone'],
    ]);
  });

  test('with an unreadable record outside the sample returns unknown(database) for it', async () => {
    const bad = '223.240.0.0/12';
    const networks = Array.from({ length: 4096 }, (_, n): [string, MmdbValue] => {
      const network = `${n >> 4}.${(n & 15) << 4}.0.0/12`;
      // An extended type of zero does not exist in the format.
      return [network, network === bad ? Buffer.from([0, 0]) : { country_code: 'AT' }];
    });
    const database = await databaseOf(networks, { ipVersion: 4 });
    expect(database.lookup(address('223.255.0.1'))).toEqual({ known: false, cause: 'database' });
    expect(database.lookup(address('8.8.8.8')).known).toBe(true);
  });
});

describe('an incomplete or damaged file is rejected:', () => {
  const good = mmdbFile([
    ['8.8.8.0/24', { country_code: 'US' }],
    ['2001:628::/32', CITY],
  ]);
  const dataStart = good.indexOf(Buffer.alloc(16), 0) + 16;
  const hole = Buffer.concat([good.subarray(0, 60), good.subarray(66)]);
  const zeroed = Buffer.from(good).fill(0, good.indexOf('country_code') - 2, good.length - 250);

  test.each([
    ['a missing file', undefined, /does not exist: correct GEO_DATABASE/],
    ['an empty file', Buffer.alloc(0), /is damaged \(it is empty\): download it again/],
    ['a text file', 'not a database', /is not an mmdb file, or is truncated/],
    ['a compressed database', gzipSync(good), /is compressed: unpack/],
    ['the first half', good.subarray(0, good.length / 2), /is truncated/],
    ['all but the metadata', good.subarray(0, good.length - 100), /damaged|truncated/],
    ['all but the last byte', good.subarray(0, good.length - 1), /is damaged/],
    ['a tree with a hole', hole, /its search tree does not end where it should/],
    ['records of zeros', zeroed, /is damaged \(a record cannot be read\)/],
    ['other data', mmdbFile([['8.8.8.0/24', { domain: 'example.org' }]]), /contains no places/],
  ])('%s', async (_name, bytes, message) => {
    expect(dataStart).toBeGreaterThan(60);
    const path = bytes === undefined ? join(folder, 'none.mmdb') : await save(bytes);
    await expect(openGeoDatabase([path])).rejects.toThrow(message);
    await expect(openGeoDatabase([path])).rejects.toThrow(`The geo database ${path} `);
  });

  test('a folder', async () => {
    await expect(openGeoDatabase([folder])).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });

  test('the bundled database, damaged in the middle or truncated', async () => {
    const bytes = await readFile(bundledGeoDatabase());
    const half = bytes.length / 2;
    const cuts = [
      Buffer.concat([bytes.subarray(0, half), bytes.subarray(half + 4096)]),
      Buffer.concat([
        bytes.subarray(0, half),
        Buffer.alloc(4096, 0xff),
        bytes.subarray(half + 4096),
      ]),
      bytes.subarray(0, bytes.length - 60),
      bytes.subarray(0, bytes.length - 4096),
    ];
    for (const damaged of cuts) {
      await expect(openGeoDatabase([await save(damaged)])).rejects.toThrow(/damaged|truncated/);
    }
  });

  test('no single wrong bit makes a lookup throw', async () => {
    const wanted = ['8.8.8.8', '9.9.9.9', '2001:628::1', '2606:4700::1'].map(address);
    let opened = 0;
    for (let index = 0; index < good.length; index += 7) {
      const wrong = Buffer.from(good);
      wrong.writeUInt8(wrong.readUInt8(index) ^ (1 << (index % 8)), index);
      const database = await openGeoDatabase([await save(wrong)]).catch((error: Error) => {
        expect(error.message).toMatch(/^The geo database \S+ .+\.$/);
      });
      if (database) opened += 1;
      for (const each of wanted) expect(() => database?.lookup(each)).not.toThrow();
    }
    expect(opened).toBeGreaterThan(0);
  });
});

describe('several files:', () => {
  const KP = { country: { iso_code: 'KP' }, continent: { code: 'AS' } };
  const NETWORK = { autonomous_system_number: 131279, autonomous_system_organization: 'Star JV' };
  const asn = (name: string, number: number) => ({ asn: number, as_name: name });

  /** Opens a file for each table of networks. */
  const open = async (...tables: readonly (readonly [string, MmdbValue])[][]) =>
    openGeoDatabase(await Promise.all(tables.map((table) => save(mmdbFile(table)))));

  test.each<[string, [string, MmdbValue][][], string, unknown]>([
    [
      "MaxMind's countries and networks",
      [[['175.45.176.0/22', KP]], [['175.45.176.0/22', NETWORK]]],
      '175.45.177.9',
      { country: 'KP', continent: 'AS', asn: 131279, organization: 'Star JV' },
    ],
    [
      'flat countries and flat networks',
      [
        [['175.45.176.0/22', { country_code: 'KP' }]],
        [['175.45.176.0/22', asn('Star JV', 131279)]],
      ],
      '175.45.177.9',
      { country: 'KP', asn: 131279, organization: 'Star JV' },
    ],
    [
      'networks first, then flat countries',
      [[['175.45.176.0/22', NETWORK]], [['175.45.176.0/22', { country_code: 'KP' }]]],
      '175.45.177.9',
      { country: 'KP', asn: 131279, organization: 'Star JV' },
    ],
    [
      'the first of two countries',
      [[['8.8.8.0/24', { country_code: 'US' }]], [['8.8.8.0/24', CITY]]],
      '8.8.8.8',
      {
        country: 'US',
        continent: 'EU',
        asn: 1853,
        organization: 'ACOnet',
        city: 'Vienna',
        timezone: 'Europe/Vienna',
      },
    ],
    [
      'a country that a policy can name instead of another code',
      [
        [
          ['8.8.8.0/24', { country_code: 'EU' }],
          ['9.9.9.0/24', KP],
        ],
        [['8.8.8.0/24', { country_code: 'AT' }]],
      ],
      '8.8.8.8',
      { country: 'AT' },
    ],
    [
      'an address that only the second file has',
      [[['9.9.9.0/24', KP]], [['8.8.8.0/24', { country_code: 'AT' }]]],
      '8.8.8.8',
      { country: 'AT' },
    ],
    [
      'an address that no file has',
      [[['9.9.9.0/24', KP]], [['8.8.8.0/24', { country_code: 'AT' }]]],
      '1.1.1.1',
      'not-found',
    ],
    [
      'the IPv4 address of a tunnel',
      [[['175.45.176.0/22', KP]], [['2002:af2d:b109::/48', { country_code: 'AT' }]]],
      '2002:af2d:b109::1',
      { country: 'KP', continent: 'AS' },
    ],
    [
      'an address that is not public',
      [[['9.0.0.0/8', KP]], [['10.0.0.0/8', KP]]],
      '10.0.0.1',
      'private',
    ],
  ])('%s', async (_name, tables, text, expected) => {
    const signal = (await open(...tables)).lookup(address(text));
    expect(signal.known ? signal.value : signal.cause).toEqual(expected);
  });

  test.each(['175.45.176.0', '2606:4700::1111'])(
    'an IPv4 file and an IPv6 file find both, like the halves of the bundled database: %s',
    async (text) => {
      const [ipv4, ipv6] = ['-ipv4', '-ipv6'].map((half) =>
        bundledGeoDatabase().replace('.mmdb', `${half}.mmdb`),
      );
      const halves = await openGeoDatabase([ipv4 ?? '', ipv6 ?? '']);
      const whole = await openGeoDatabase([bundledGeoDatabase()]);
      expect(halves.lookup(address(text))).toEqual(whole.lookup(address(text)));
      expect(halves.lookup(address(text)).known).toBe(true);
    },
  );

  test('their metadata has the fields of all, and the date of the oldest', async () => {
    const dates = [new Date('2026-11-01T00:00:00Z'), new Date('2026-10-01T00:00:00Z')];
    const [countries = '', networks = ''] = await Promise.all([
      save(mmdbFile([['8.8.8.0/24', KP]], { type: 'GeoLite2-Country', built: dates[0] })),
      save(mmdbFile([['8.8.8.0/24', NETWORK]], { type: 'GeoLite2-ASN', built: dates[1] })),
    ]);
    const { info, files } = await openGeoDatabase([countries, networks]);
    expect(info).toEqual({
      path: `${countries}, ${networks}`,
      type: 'GeoLite2-Country, GeoLite2-ASN',
      built: dates[1],
      fields: ['country', 'continent', 'asn', 'organization'],
    });
    expect(files.map(({ info: { type, built } }) => [type, built])).toEqual([
      ['GeoLite2-Country', dates[0]],
      ['GeoLite2-ASN', dates[1]],
    ]);
  });

  /** Creates a file with an unreadable record outside the sample: the last of 4096 networks. */
  const fileWithUnreadableRecord = (value: MmdbValue) =>
    mmdbFile(
      Array.from({ length: 4096 }, (_, n): [string, MmdbValue] => {
        const network = `${n >> 4}.${(n & 15) << 4}.0.0/12`;
        return [network, network === '223.240.0.0/12' ? Buffer.from([0, 0]) : value];
      }),
      { ipVersion: 4 },
    );

  test.each<[string, MmdbValue, [string, MmdbValue], unknown]>([
    ['of countries', { country_code: 'AT' }, ['223.240.0.0/12', NETWORK], { asn: 131279 }],
    ['of networks', asn('Example', 64500), ['223.240.0.0/12', KP], { country: 'KP' }],
    ['where the other has none', { country_code: 'AT' }, ['8.8.8.0/24', KP], 'database'],
  ])(
    'an unreadable record in the file %s does not affect the other',
    async (_name, value, other, expected) => {
      const [bad = '', good = ''] = [
        await save(fileWithUnreadableRecord(value)),
        await save(mmdbFile([other])),
      ];
      for (const order of [
        [bad, good],
        [good, bad],
      ]) {
        const signal = (await openGeoDatabase(order)).lookup(address('223.255.0.1'));
        const found = signal.known ? signal.value : signal.cause;
        if (typeof expected === 'string') expect(found).toBe(expected);
        else expect(found).toMatchObject(expected as object);
      }
    },
  );

  test('each unusable file is reported with a sentence, and the valid one is not', async () => {
    const good = await save(mmdbFile([['8.8.8.0/24', KP]]));
    const bytes = mmdbFile([['8.8.8.0/24', NETWORK]]);
    const cutOff = await save(bytes.subarray(0, bytes.length - 1));
    const missing = join(folder, 'none.mmdb');
    const error: Error = await openGeoDatabase([good, cutOff, missing]).catch((reason) => reason);
    expect(error.message.split('\n')).toEqual([
      expect.stringMatching(`^The geo database ${cutOff} is damaged .*: download it again\\.$`),
      `The geo database ${missing} does not exist: correct GEO_DATABASE, in which commas separate files.`,
    ]);
  });
});
