import { readFile } from 'node:fs/promises';
import { type AgentFactory, directAgents } from './agents.ts';
import { errorName } from './error-name.ts';
import { limitResponseSize, RESPONSE_SIZE_STEP, ResponseTooLargeError } from './response-size.ts';

/** Names that an error message uses for a file. */
export interface ErrorLabels {
  /** The subject of the sentence, such as `The policy`. */
  readonly subject: string;
  /** The setting that names the file. */
  readonly setting: string;
}

export interface ReadOptions {
  readonly labels: ErrorLabels;
  /** Limit for an object in S3. */
  readonly maxBytes: number;
  /** Makes the connections to S3. @default connects directly */
  readonly agents?: AgentFactory;
}

const MIB = 1024 * 1024;

/** Enough for an object of a few megabytes from S3 in the same region. */
const S3_TIMEOUT_MS = 20_000;

/**
 * Reads a whole file, or a whole object in S3 (`s3://bucket/key`).
 *
 * @throws Error with one sentence: what cannot be read, why, and what to do.
 */
export async function readFileOrS3(location: string, options: ReadOptions): Promise<Buffer> {
  try {
    return location.startsWith('s3://')
      ? await readObject(location, options)
      : await readFile(location);
  } catch (error) {
    const description = describeReadError(error, options);
    throw new Error(`${options.labels.subject} ${location} ${description}`, { cause: error });
  }
}

async function readObject(
  location: string,
  { maxBytes, agents = directAgents }: ReadOptions,
): Promise<Buffer> {
  // Loaded only when needed: importing the S3 client would delay every local start.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { hostname: Bucket, pathname } = new URL(location);
  const client = new S3Client({ requestHandler: agents() });
  client.middlewareStack.add(limitResponseSize(maxBytes), RESPONSE_SIZE_STEP);
  try {
    const command = new GetObjectCommand({ Bucket, Key: decodeURIComponent(pathname.slice(1)) });
    const object = await client.send(command, { abortSignal: AbortSignal.timeout(S3_TIMEOUT_MS) });
    return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  } finally {
    client.destroy();
  }
}

function describeReadError(error: unknown, { labels, maxBytes }: ReadOptions): string {
  const { setting } = labels;
  const { code, name } = error as { code?: string; name?: string };
  if (code === 'ENOENT' || name === 'NoSuchKey' || name === 'NoSuchBucket') {
    return `does not exist: correct ${setting}.`;
  }
  if (name === 'AccessDenied') {
    return `cannot be read (${name}): allow the task role to call s3:GetObject on it.`;
  }
  if (error instanceof ResponseTooLargeError) {
    return `is larger than ${maxBytes / MIB} MiB: set ${setting} to the right object.`;
  }
  const shown = errorName(code) ?? errorName(name) ?? 'UnknownError';
  return `cannot be read (${shown}): set ${setting} to a file that the service may read.`;
}
