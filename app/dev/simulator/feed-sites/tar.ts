/** A file in an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK_BYTES = 512;

/** Creates a tar archive (POSIX ustar). */
export function tarArchive(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content }) => [
    header(path, content.length),
    content,
    Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const fields: readonly (readonly [offset: number, value: string])[] = [
    [0, path],
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, `${size.toString(8).padStart(11, '0')}\0`],
    [136, '00000000000\0'],
    // The checksum is computed with blanks in its own field.
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\x0000'],
  ];
  for (const [offset, value] of fields) block.write(value, offset, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
