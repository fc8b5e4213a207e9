import ipaddr from 'ipaddr.js';

/** A value in a record. Integers are encoded as uint32, other numbers as doubles, buffers unchanged. */
export type MmdbValue =
  | string
  | number
  | boolean
  | Buffer
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

export interface MmdbOptions {
  /** An IPv6 tree also contains IPv4 networks, below ::/96. */
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
  readonly type?: string;
  readonly built?: Date;
  /** Fields of the metadata that replace or extend the others, for files that are not valid. */
  readonly metadata?: { readonly [key: string]: MmdbValue };
}

type Record = Node | Buffer | undefined;
type Node = [Record, Record];

/** Creates an mmdb file (format version 2.0) with a record for each network. List wider networks first. */
export function mmdbFile(
  networks: readonly (readonly [cidr: string, record: MmdbValue])[],
  {
    ipVersion = 6,
    recordSize = 24,
    type = 'Test',
    built = new Date(0),
    metadata: extra,
  }: MmdbOptions = {},
): Buffer {
  const root: Node = [undefined, undefined];
  const byText = new Map<string, Buffer>();
  for (const [cidr, value] of networks) {
    const bytes = encode(value);
    const key = bytes.toString('latin1');
    const data = byText.get(key) ?? bytes;
    byText.set(key, data);
    insert(root, bitsOf(cidr, ipVersion), data);
  }
  const nodes = nodesOf(root);
  const offsets = new Map<Buffer, number>();
  let size = 0;
  for (const data of byText.values()) {
    offsets.set(data, size);
    size += data.length;
  }
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const pointer = (record: Record): number => {
    if (record === undefined) return nodes.length;
    if (!Buffer.isBuffer(record)) return numbers.get(record) ?? nodes.length;
    return nodes.length + 16 + (offsets.get(record) ?? 0);
  };
  const nodeCount = nodes.length;
  return Buffer.concat([
    ...nodes.map(([left, right]) => encodeNode(pointer(left), pointer(right), recordSize)),
    Buffer.alloc(16),
    ...byText.values(),
    MMDB_MARKER,
    mmdbMetadata({ type, built, nodeCount, recordSize, ipVersion, extra }),
  ]);
}

/** Precedes the metadata. */
export const MMDB_MARKER: Buffer = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');

/** Encodes the metadata of an mmdb file. */
export function mmdbMetadata(options: {
  readonly type: string;
  readonly built: Date;
  readonly nodeCount: number;
  readonly recordSize: number;
  readonly ipVersion: 4 | 6;
  readonly extra?: MmdbOptions['metadata'] | undefined;
}): Buffer {
  return encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    database_type: options.type,
    description: {},
    languages: [],
    ip_version: options.ipVersion,
    build_epoch: Math.trunc(options.built.getTime() / 1000),
    node_count: options.nodeCount,
    record_size: options.recordSize,
    ...options.extra,
  });
}

function bitsOf(cidr: string, ipVersion: 4 | 6): number[] {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bits = address
    .toByteArray()
    .flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1))
    .slice(0, prefix);
  const offset = address.kind() === 'ipv4' && ipVersion === 6 ? 96 : 0;
  return [...Array<number>(offset).fill(0), ...bits];
}

function insert(root: Node, bits: readonly number[], data: Buffer): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node[bit === 1 ? 1 : 0];
    // The record of a wider network stays valid for the rest of it.
    const child: Node = Array.isArray(next) ? next : [next, next];
    node[bit === 1 ? 1 : 0] = child;
    node = child;
  }
  node[bits.at(-1) === 1 ? 1 : 0] = data;
}

function nodesOf(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.filter((record) => Array.isArray(record)));
  return nodes;
}

function encodeNode(left: number, right: number, recordSize: 24 | 28 | 32): Buffer {
  const node = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    node.writeUInt32BE(left, 0);
    node.writeUInt32BE(right, 4);
  } else {
    node.writeUIntBE(left % 2 ** 24, 0, 3);
    node.writeUIntBE(right % 2 ** 24, recordSize === 28 ? 4 : 3, 3);
    if (recordSize === 28) node.writeUInt8(((left >>> 24) << 4) | (right >>> 24), 3);
  }
  return node;
}

function encode(value: MmdbValue): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
    if (Number.isInteger(value)) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(Number.isInteger(value) ? 6 : 3, bytes.length), bytes]);
  }
  if (isList(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flat().map(encode)]);
}

function isList(value: MmdbValue): value is readonly MmdbValue[] {
  return Array.isArray(value);
}

/** Encodes the control bytes: type and size. Types above 7 have their own byte. */
function control(type: number, size: number): Buffer {
  const extended = type > 7;
  const long = size >= 29;
  if (size > 284) throw new Error('Values above 284 bytes are not supported.');
  const first = ((extended ? 0 : type) << 5) | (long ? 29 : size);
  return Buffer.from([first, ...(extended ? [type - 7] : []), ...(long ? [size - 29] : [])]);
}
