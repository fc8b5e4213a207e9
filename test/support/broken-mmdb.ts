import { type MmdbValue, mmdbFile } from '../../app/dev/simulator/mmdb.ts';

const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
const RECORD = { country: { iso_code: 'AT' } };
const RECORD_BYTES = 3;

/** Control bytes of the format: https://github.com/maxmind/MaxMind-DB/blob/main/MaxMind-DB-spec.md */
const bytes = (...values: readonly (number | string)[]): Buffer =>
  Buffer.concat(
    values.map((value) => (typeof value === 'string' ? Buffer.from(value) : Buffer.from([value]))),
  );

const MAP = 0xe0;
const TEXT = 0x40;

/** Creates an mmdb file with a record for 8.8.8.0/24. */
function fileWith(record: MmdbValue, metadata: { readonly [key: string]: MmdbValue } = {}): Buffer {
  return mmdbFile(
    [
      ['8.8.8.0/24', record],
      ['131.130.0.0/16', RECORD],
    ],
    { metadata },
  );
}

/** Replaces the value of a record of the search tree. */
function withTreeRecord(index: number, value: (nodes: number) => number): Buffer {
  const file = Buffer.from(fileWith(RECORD));
  const nodes = file.indexOf(Buffer.alloc(16), 0) / (2 * RECORD_BYTES);
  file.writeUIntBE(value(Math.floor(nodes)), index * RECORD_BYTES, RECORD_BYTES);
  return file;
}

function withMetadata(metadata: Buffer): Buffer {
  const file = fileWith(RECORD);
  return Buffer.concat([file.subarray(0, file.lastIndexOf(MARKER) + MARKER.length), metadata]);
}

function nested(open: Buffer, depth: number): Buffer {
  return Buffer.concat([...Array<Buffer>(depth).fill(open), bytes(TEXT | 1, 'x')]);
}

/** The ways in which an mmdb file can be broken, with the part of the error that says so. */
export const BROKEN_MMDB_FILES: readonly (readonly [name: string, file: Buffer, error: RegExp])[] =
  [
    ['no bytes', Buffer.alloc(0), /it is empty/],
    ['only the marker', MARKER, /its metadata cannot be read/],
    [
      'a marker before the last 128 KiB',
      Buffer.concat([fileWith(RECORD), Buffer.alloc(128 * 1024)]),
      /is not an mmdb file, or is truncated/,
    ],
    ['a number as metadata', withMetadata(bytes(0x03, 0x03, 1, 2, 3)), /its metadata/],
    [
      'a text longer than the metadata',
      withMetadata(bytes(MAP | 1, 0x5f, 255, 255, 255)),
      /its metadata/,
    ],
    [
      'the greatest build date',
      fileWith(RECORD, { build_epoch: bytes(0x08, 0x02, ...Array<number>(8).fill(255)) }),
      /its metadata is not complete/,
    ],
    ['no type', fileWith(RECORD, { database_type: '' }), /its metadata is not complete/],
    ['IP version 5', fileWith(RECORD, { ip_version: 5 }), /its metadata is not complete/],
    ['format version 3', fileWith(RECORD, { binary_format_major_version: 3 }), /version 3/],
    ['records of 20 bits', fileWith(RECORD, { record_size: 20 }), /its metadata cannot be read/],
    ['no nodes', fileWith(RECORD, { node_count: 0 }), /shorter than its search tree/],
    ['more nodes than bytes', fileWith(RECORD, { node_count: 2 ** 31 }), /shorter|metadata/],
    [
      'fewer nodes than its tree',
      fileWith(RECORD, { node_count: 90 }),
      /its search tree does not end where it should/,
    ],
    [
      'a record into the separator',
      withTreeRecord(1, (nodes) => nodes + 1),
      /points out of the file/,
    ],
    [
      'a record to the end of the separator',
      withTreeRecord(1, (nodes) => nodes + 15),
      /points out/,
    ],
    ['a record beyond the data', withTreeRecord(1, () => 0xff_ff_ff), /points out of the file/],
    ['a cycle of nodes', withTreeRecord(3, () => 0), /its search tree has a cycle/],
    ['a pointer to itself', fileWith(bytes(0x20, 0)), /a record has a cycle/],
    [
      'a map that contains itself',
      fileWith(bytes(MAP | 1, TEXT | 1, 'a', 0x20, 0)),
      /a record has a cycle/,
    ],
    [
      'a pointer beyond the data',
      fileWith(bytes(0x38, 255, 255, 255, 255)),
      /a pointer leads out of its data/,
    ],
    [
      'a map in a map, 512 deep',
      fileWith(nested(bytes(MAP | 1, TEXT | 1, 'a'), 512)),
      /nested too deeply/,
    ],
    ['an array in an array, 512 deep', fileWith(nested(bytes(1, 4), 512)), /nested too deeply/],
    [
      'a text beyond the data',
      fileWith(bytes(MAP | 1, TEXT | 12, 'country_code', 0x5d, 200, 'AT')),
      /beyond its data/,
    ],
    ['bytes beyond the data', fileWith(bytes(0x9f, 255, 255, 255)), /beyond its data/],
    ['a map larger than the data', fileWith(bytes(0xff, 255, 255, 255)), /a key is not a text/],
    ['an array larger than the data', fileWith(bytes(0x1f, 4, 255, 255, 255)), /beyond its data/],
    [
      'a key that is a number',
      fileWith(bytes(MAP | 1, 0xa1, 1, TEXT | 1, 'x')),
      /a key is not a text/,
    ],
    [
      'a key that is not UTF-8',
      fileWith(bytes(MAP | 1, TEXT | 1, 0xff, TEXT | 1, 'x')),
      /not valid UTF-8/,
    ],
    ['a number of 5 bytes', fileWith(bytes(0xc5, 1, 2, 3, 4, 5)), /unknown type or size/],
    ['a double of 4 bytes', fileWith(bytes(0x64, 1, 2, 3, 4)), /unknown type or size/],
    ['a boolean of 2', fileWith(bytes(2, 7)), /unknown type or size/],
    ['a container', fileWith(bytes(1, 5)), /unknown type or size/],
    ['an unknown type', fileWith(bytes(1, 200)), /unknown type or size/],
    ['an extended type of zero', fileWith(bytes(0, 0)), /unknown type or size/],
  ];

/** Files that look unusual and are valid. */
export const UNUSUAL_MMDB_FILES: readonly (readonly [name: string, file: Buffer])[] = [
  ['an empty map at its end', fileWith(RECORD, { zz: {} })],
  ['an empty array at its end', fileWith(RECORD, { zz: [] })],
  [
    'two markers, of which the last counts',
    fileWith({ country_code: 'AT', text: MARKER.toString('latin1') }),
  ],
  ['minor version 9', fileWith(RECORD, { binary_format_minor_version: 9 })],
  ['a long text', fileWith({ country_code: 'AT', text: 'x'.repeat(284) })],
  ['all types', fileWith({ country_code: 'AT', list: [1, 1.5, true, 'ä', {}] })],
];
