import { pipeline, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { IndentedObjects } from './indented-objects.ts';
import { LineSplitter } from './line-splitter.ts';
import { readLine } from './read-line.ts';
import { readError, type Source } from './sources.ts';

/** The first two bytes of a gzip member (RFC 1952, section 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

const DECOMPRESSED_CHUNK_BYTES = 128 * 1024;

/** What was read besides decision records. */
export interface InputSummary {
  /** Names of the files. */
  readonly sources: readonly string[];
  /** Lines of the log about something else, such as the start and metrics. */
  readonly otherLines: number;
  readonly brokenLines: number;
  /** The place of the first broken line, as `file:line`. */
  readonly firstBroken: string | undefined;
}

export interface ReadOptions {
  /** Receives each JSON object that may be a decision record, and returns whether it is one. */
  readonly onValue: (value: unknown) => boolean;
  /** Receives the number of bytes that have been read so far, of all sources together. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Reads the lines of all sources, which may be compressed with gzip, one after the other.
 *
 * @throws ToolError if a source cannot be read.
 */
export async function readRecords(
  sources: readonly Source[],
  { onValue, onProgress }: ReadOptions,
): Promise<InputSummary> {
  let bytes = 0;
  let otherLines = 0;
  let brokenLines = 0;
  let firstBroken: string | undefined;
  for (const source of sources) {
    const objects = new IndentedObjects(onValue);
    const splitter = new LineSplitter((line) => {
      const kind = readLine(line, onValue);
      objects.add(line, kind);
      if (kind === 'other') otherLines += 1;
      if (kind !== 'broken') return;
      brokenLines += 1;
      firstBroken ??= `${source.name}:${splitter.line}`;
    });
    const countBytes = (read: number) => {
      bytes += read;
      onProgress?.(bytes);
    };
    await readSource(source, splitter, countBytes);
  }
  return { sources: sources.map(({ name }) => name), otherLines, brokenLines, firstBroken };
}

async function readSource(
  source: Source,
  splitter: LineSplitter,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  try {
    for await (const chunk of decompressed(source.open(), onBytes)) {
      splitter.push(decoder.write(chunk));
    }
  } catch (error) {
    const isOfSystem = typeof (error as NodeJS.ErrnoException).code === 'string';
    throw isOfSystem ? readError(source.name, error) : error;
  }
  splitter.push(decoder.end());
  splitter.end();
}

/** Yields the bytes of a stream, decompressed if it begins with a gzip member. Several members may follow each other. */
async function* decompressed(
  input: Readable,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const chunks = counted(input, onBytes);
  const first = await firstBytes(chunks);
  const all = prepend(first, chunks);
  if (first[0] !== GZIP_MAGIC[0] || first[1] !== GZIP_MAGIC[1]) {
    yield* all;
    return;
  }
  const gunzip = createGunzip({ chunkSize: DECOMPRESSED_CHUNK_BYTES });
  // An error of the input reaches the reader through the decompression.
  pipeline(Readable.from(all, { objectMode: true }), gunzip, () => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
}

/** Reads until the magic number is complete: a pipe may be written byte by byte. */
async function firstBytes(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length < GZIP_MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

async function* prepend(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** A test's or a shell's standard input may yield texts. */
async function* counted(
  input: AsyncIterable<Buffer | string>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    onBytes(bytes.length);
    yield bytes;
  }
}
