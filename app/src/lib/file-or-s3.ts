import { readFile } from 'node:fs/promises';
import { BOUND_STEP, boundResponse, ResponseTooLarge } from './bound-response.ts';
import { errorName } from './error-name.ts';
import { proxyAgents, readProxySettings } from './proxy.ts';

/** What the operator calls the file, and how to mend it: parts of the sentence that an error is. */
export interface ErrorLabels {
  /** E.g. `The policy`. */
  readonly what: string;
  /** The setting that names it. */
  readonly setting: string;
  /** Bytes of an object of S3. */
  readonly maxBytes: number;
}

const MIB = 1024 * 1024;

/** For an object of a few megabytes, from a gateway in the same region. */
const TIMEOUT = 20_000;

/**
 * Reads a file, or an object of S3 (`s3://bucket/key`), whole.
 *
 * @throws Error of one sentence: what cannot be read, why, and what to do.
 */
export async function readLocation(location: string, words: ErrorLabels): Promise<Buffer> {
  try {
    return location.startsWith('s3://')
      ? await readObject(location, words.maxBytes)
      : await readFile(location);
  } catch (error) {
    const { what } = words;
    throw new Error(`${what} ${location} ${describeReadError(error, words)}`, { cause: error });
  }
}

async function readObject(location: string, maxBytes: number): Promise<Buffer> {
  // Loaded only where it is used: a laptop's start need not wait for it.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { hostname: Bucket, pathname } = new URL(location);
  // Read where region and credentials are read, too; what is wrong with it has stopped the start already.
  const proxy = readProxySettings(process.env, () => {});
  const client = new S3Client({ requestHandler: proxyAgents(proxy)() });
  client.middlewareStack.add(boundResponse(maxBytes), BOUND_STEP);
  try {
    const command = new GetObjectCommand({ Bucket, Key: decodeURIComponent(pathname.slice(1)) });
    const object = await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT) });
    return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  } finally {
    client.destroy();
  }
}

function describeReadError(error: unknown, { setting, maxBytes }: ErrorLabels): string {
  const { code, name } = error as { code?: string; name?: string };
  if (code === 'ENOENT' || name === 'NoSuchKey' || name === 'NoSuchBucket') {
    return `does not exist: correct ${setting}.`;
  }
  if (name === 'AccessDenied') {
    return `cannot be read (${name}): let the task role call s3:GetObject on it.`;
  }
  if (error instanceof ResponseTooLarge) {
    return `is larger than ${maxBytes / MIB} MiB: give ${setting} the right object.`;
  }
  const shown = errorName(code) ?? errorName(name) ?? 'UnknownError';
  return `cannot be read (${shown}): give ${setting} a file that the service may read.`;
}
