import {
  FORMAT_VERSION,
  isHead,
  MAGIC,
  MAX_HEAD_BYTES,
  PREFIX_BYTES,
  padded,
  type SnapshotHead,
  sectionsOf,
} from './layout.ts';

/** The sections of a snapshot, as views on it. IPv6 addresses have four words each, the lowest first. */
export type Snapshot =
  | {
      readonly content: 'ranges';
      readonly ipv4Firsts: Uint32Array;
      readonly ipv4Lasts: Uint32Array;
      readonly ipv6Firsts: Uint32Array;
      readonly ipv6Lasts: Uint32Array;
    }
  | { readonly content: 'networks'; readonly asns: Uint32Array }
  | {
      readonly content: 'scores';
      readonly ipv4: Uint32Array;
      readonly ipv4Scores: Uint8Array;
      readonly ipv6: Uint32Array;
      readonly ipv6Scores: Uint8Array;
    };

/** A snapshot that cannot be used. Its message completes "The snapshot …". */
export class SnapshotError extends Error {}

/**
 * Opens a snapshot of ranges, networks or scores: reads its head, and makes views on its sections. Does not read the
 * sections, see `checkSnapshot`.
 *
 * @throws SnapshotError if the head is not valid, or the length is not the one that follows from it.
 */
export function openSnapshot(file: Buffer): Snapshot {
  const { head, start } = readHead(file);
  const lengths = sectionsOf(head);
  const end = start + lengths.reduce((sum, length) => sum + padded(length), 0);
  if (file.length !== end) {
    throw new SnapshotError(`has ${file.length} bytes instead of ${end}`);
  }
  // Typed arrays need alignment, which a small file in Node's pool of buffers may lack.
  const aligned = file.byteOffset % 8 === 0 ? file : Buffer.from(Uint8Array.from(file).buffer);
  let offset = start;
  const [first, second, third, fourth] = lengths.map((length) => {
    const section = aligned.subarray(offset, offset + length);
    offset += padded(length);
    return section;
  });
  switch (head.content) {
    case 'ranges':
      return {
        content: 'ranges',
        ipv4Firsts: words(first),
        ipv4Lasts: words(second),
        ipv6Firsts: words(third),
        ipv6Lasts: words(fourth),
      };
    case 'networks':
      return { content: 'networks', asns: words(first) };
    case 'scores':
      return {
        content: 'scores',
        ipv4: words(first),
        ipv4Scores: bytes(second),
        ipv6: words(third),
        ipv6Scores: bytes(fourth),
      };
  }
}

function readHead(file: Buffer): { readonly head: SnapshotHead; readonly start: number } {
  if (file.length < PREFIX_BYTES || !file.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new SnapshotError('is not a snapshot of Risk Gate');
  }
  const version = file.readUInt32LE(MAGIC.length);
  if (version !== FORMAT_VERSION) {
    throw new SnapshotError(`has version ${version} of the format instead of ${FORMAT_VERSION}`);
  }
  const length = file.readUInt32LE(MAGIC.length + 4);
  const start = PREFIX_BYTES + length;
  if (length !== padded(length) || length > MAX_HEAD_BYTES || start > file.length) {
    throw new SnapshotError('has a head that is not valid');
  }
  const head = parseJson(file.toString('latin1', PREFIX_BYTES, start));
  if (!isHead(head)) throw new SnapshotError('has a head that is not valid');
  return { head, start };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function words(section: Buffer | undefined): Uint32Array {
  if (section === undefined) return new Uint32Array();
  return new Uint32Array(section.buffer, section.byteOffset, section.length / 4);
}

function bytes(section: Buffer | undefined): Uint8Array {
  if (section === undefined) return new Uint8Array();
  return new Uint8Array(section.buffer, section.byteOffset, section.length);
}
