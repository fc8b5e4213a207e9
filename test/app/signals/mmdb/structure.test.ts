import { readFileSync } from 'node:fs';
import { mmdbFile } from '../../../../app/dev/simulator/mmdb.ts';
import { bundledGeoDatabase } from '../../../../app/src/signals/geo/database.ts';
import { openCheckedMmdb } from '../../../../app/src/signals/mmdb/reader.ts';
import { findStructureError } from '../../../../app/src/signals/mmdb/structure.ts';
import { BROKEN_MMDB_FILES, UNUSUAL_MMDB_FILES } from '../../../support/broken-mmdb.ts';

/** Opens and checks a file. @throws Error with what is wrong. */
function check(file: Buffer): ReturnType<typeof openCheckedMmdb> {
  const reader = openCheckedMmdb(file);
  const error = findStructureError(file, reader.metadata);
  if (error !== undefined) throw new Error(error);
  return reader;
}

test.each(BROKEN_MMDB_FILES)('a file with %s is rejected', (_, file, error) => {
  expect(() => check(file)).toThrow(error);
});

test.each(UNUSUAL_MMDB_FILES)('a file with %s is accepted', (_, file) => {
  expect(check(file).get('131.130.1.1')).toEqual({ country: { iso_code: 'AT' } });
});

test.each([24, 28, 32] as const)('a file with records of %s bits is accepted', (recordSize) => {
  const file = mmdbFile([['8.8.8.0/24', { country_code: 'US' }]], { recordSize });
  expect(check(file).get('8.8.8.8')).toEqual({ country_code: 'US' });
});

test('the bundled database is accepted', () => {
  expect(() => check(readFileSync(bundledGeoDatabase()))).not.toThrow();
});

test('no lookup fails in a file that is accepted, whichever bit is wrong', () => {
  const good = mmdbFile([
    ['8.8.8.0/24', { country: { iso_code: 'US' }, list: [1, true] }],
    ['131.130.0.0/16', { country_code: 'AT' }],
    ['2001:628::/32', { asn: 1853 }],
  ]);
  let [accepted, rejected] = [0, 0];
  // Every position in a byte: 29 and 8 have no common divisor.
  for (let bit = 0; bit < 8 * good.length; bit += 29) {
    const wrong = Buffer.from(good);
    wrong.writeUInt8(wrong.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    let reader: ReturnType<typeof check>;
    try {
      reader = check(wrong);
    } catch (error) {
      expect((error as Error).message).not.toBe('');
      rejected += 1;
      continue;
    }
    accepted += 1;
    for (const address of ['8.8.8.8', '131.130.1.1', '2001:628::1', '9.9.9.9']) reader.get(address);
  }
  expect(accepted).toBeGreaterThan(50);
  expect(rejected).toBeGreaterThan(50);
});
