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
    insert(root, parsePrefix(cidr, ipVersion), data);
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
    encodeNodes(nodes, pointer, recordSize),
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

interface Prefix {
  readonly bytes: readonly number[];
  readonly length: number;
}

/** Parses a CIDR block as its path in the tree. */
function parsePrefix(cidr: string, ipVersion: 4 | 6): Prefix {
  if (cidr.includes(':')) {
    const [address, length] = ipaddr.IPv6.parseCIDR(cidr);
    return { bytes: address.toByteArray(), length };
  }
  const [address, length] = ipaddr.IPv4.parseCIDR(cidr);
  if (ipVersion === 4) return { bytes: address.toByteArray(), length };
  return { bytes: [...IPV4_IN_IPV6, ...address.toByteArray()], length: 96 + length };
}

/** IPv4 addresses are in ::/96. */
const IPV4_IN_IPV6: readonly number[] = Array(12).fill(0);

function insert(root: Node, { bytes, length }: Prefix, data: Buffer): void {
  let node = root;
  for (let index = 0; index < length; index += 1) {
    const side = (((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) as 0 | 1;
    if (index === length - 1) {
      node[side] = data;
      return;
    }
    const next = node[side];
    // The record of a wider network stays valid for the rest of it.
    const child: Node = Array.isArray(next) ? next : [next, next];
    node[side] = child;
    node = child;
  }
}

function nodesOf(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.filter((record) => Array.isArray(record)));
  return nodes;
}

function encodeNodes(
  nodes: readonly Node[],
  pointer: (record: Record) => number,
  recordSize: 24 | 28 | 32,
): Buffer {
  const size = recordSize / 4;
  const tree = Buffer.alloc(nodes.length * size);
  for (const [index, [leftRecord, rightRecord]] of nodes.entries()) {
    const [left, right, at] = [pointer(leftRecord), pointer(rightRecord), index * size];
    if (recordSize === 32) {
      tree.writeUInt32BE(left, at);
      tree.writeUInt32BE(right, at + 4);
    } else {
      tree.writeUIntBE(left % 2 ** 24, at, 3);
      tree.writeUIntBE(right % 2 ** 24, at + size - 3, 3);
      if (recordSize === 28) tree.writeUInt8(((left >>> 24) << 4) | (right >>> 24), at + 3);
    }
  }
  return tree;
}

function encode(value: MmdbValue): Buffer {
  const parts: Buffer[] = [];
  append(parts, value);
  return Buffer.concat(parts);
}

/** Appends the encoded value. Concatenating each of its parts would take most of the time. */
function append(parts: Buffer[], value: MmdbValue): void {
  if (Buffer.isBuffer(value)) parts.push(value);
  else if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    parts.push(control(2, bytes.length), bytes);
  } else if (typeof value === 'boolean') parts.push(control(14, value ? 1 : 0));
  else if (typeof value === 'number') {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
    if (Number.isInteger(value)) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    parts.push(control(Number.isInteger(value) ? 6 : 3, bytes.length), bytes);
  } else if (isList(value)) {
    parts.push(control(11, value.length));
    for (const element of value) append(parts, element);
  } else {
    const entries = Object.entries(value);
    parts.push(control(7, entries.length));
    for (const [name, field] of entries) {
      append(parts, name);
      append(parts, field);
    }
  }
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
