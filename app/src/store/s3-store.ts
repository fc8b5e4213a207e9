import { Readable } from 'node:stream';
import type {
  GetObjectCommandOutput,
  ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { type AgentFactory, directAgents } from '../lib/agents.ts';
import { errorName } from '../lib/error-name.ts';
import {
  limitResponseSize,
  RESPONSE_SIZE_STEP,
  ResponseTooLargeError,
} from '../lib/response-size.ts';
import { withTimeLimit } from '../lib/timeout.ts';
import {
  type ObjectStore,
  type ReadObjectOptions,
  StoreError,
  WriteConflictError,
} from './object-store.ts';

export interface S3StoreOptions {
  /** @default connects directly */
  readonly agents?: AgentFactory;
}

/** For one call with its retries. A snapshot has some tens of megabytes. */
const CALL_TIMEOUT_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 2000;
const SOCKET_TIMEOUT_MS = 20_000;

/** For responses without an object. A page of a list has up to 1,000 keys. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/** After a write that is refused, for the comparison with what was to be written. */
const MAX_COMPARED_BYTES = 1024 * 1024;

const TAG = 'superseded';

/**
 * Creates a store in a bucket of S3. Writes are conditional by `If-Match` and `If-None-Match: *`: S3 responds 412 if
 * the condition is false, 404 if the object was deleted, and 409 if it is written at the same time
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 *
 * The role needs `s3:ListBucket`: without it S3 responds 403 instead of 404 for an object that does not exist.
 */
export function createS3Store(
  bucket: string,
  { agents = directAgents }: S3StoreOptions = {},
): ObjectStore {
  let opened: Promise<Sdk> | undefined;
  const call = async <Result>(
    verb: 'read' | 'written',
    work: (sdk: Sdk, signal: AbortSignal) => Promise<Result>,
    stop?: AbortSignal,
  ): Promise<Result> => {
    try {
      opened ??= loadSdk(agents);
      const sdk = await opened;
      return await withTimeLimit(CALL_TIMEOUT_MS, (signal) => work(sdk, signal), stop);
    } catch (error) {
      if (error instanceof WriteConflictError) throw error;
      throw describeError(error, verb, bucket);
    }
  };
  const readObject = async (
    { s3, client }: Sdk,
    key: string,
    { ifNoneMatch, maxBytes }: ReadObjectOptions,
    signal: AbortSignal,
  ) => {
    const command = new s3.GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
    });
    command.middlewareStack.add(limitResponseSize(maxBytes), RESPONSE_SIZE_STEP);
    try {
      const object = await client.send(command, { abortSignal: signal });
      return { status: 'found', body: await readBody(object), etag: object.ETag ?? '' } as const;
    } catch (error) {
      if (statusOf(error) === 304) return { status: 'unchanged' } as const;
      if ((error as { name?: string }).name === 'NoSuchKey') return { status: 'absent' } as const;
      throw error;
    }
  };

  return {
    read: (key, options) =>
      call('read', (sdk, signal) => readObject(sdk, key, options, signal), options.signal),
    write: (key, body, { expected } = {}) =>
      call('written', async (sdk, signal) => {
        const condition =
          expected === undefined
            ? {}
            : expected === 'absent'
              ? { IfNoneMatch: '*' }
              : { IfMatch: expected };
        const command = new sdk.s3.PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ...condition,
        });
        try {
          return (await sdk.client.send(command, { abortSignal: signal })).ETag ?? '';
        } catch (error) {
          if (expected === undefined || ![404, 409, 412].includes(statusOf(error) ?? 0))
            throw error;
          if ((error as { name?: string }).name === 'NoSuchBucket') throw error;
          // The SDK sends a request again whose response was lost: then the object is the one that was written.
          const stored = await readObject(sdk, key, { maxBytes: MAX_COMPARED_BYTES }, signal);
          if (stored.status === 'found' && stored.body.equals(body)) return stored.etag;
          throw new WriteConflictError(`${key} has changed.`);
        }
      }),
    markSuperseded: (key, superseded) =>
      call('written', async ({ s3, client }, signal) => {
        const Tagging = { TagSet: [{ Key: TAG, Value: String(superseded) }] };
        const command = new s3.PutObjectTaggingCommand({ Bucket: bucket, Key: key, Tagging });
        command.middlewareStack.add(limitResponseSize(MAX_REPLY_BYTES), RESPONSE_SIZE_STEP);
        try {
          await client.send(command, { abortSignal: signal });
        } catch (error) {
          if ((error as { name?: string }).name !== 'NoSuchKey') throw error;
        }
      }),
    delete: (key) =>
      call('written', async ({ s3, client }, signal) => {
        const command = new s3.DeleteObjectCommand({ Bucket: bucket, Key: key });
        command.middlewareStack.add(limitResponseSize(MAX_REPLY_BYTES), RESPONSE_SIZE_STEP);
        await client.send(command, { abortSignal: signal });
      }),
    list: (prefix) =>
      call('read', async ({ s3, client }, signal) => {
        const keys: string[] = [];
        let token: string | undefined;
        do {
          const command = new s3.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          });
          command.middlewareStack.add(limitResponseSize(MAX_REPLY_BYTES), RESPONSE_SIZE_STEP);
          const page: ListObjectsV2CommandOutput = await client.send(command, {
            abortSignal: signal,
          });
          keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
          token = page.NextContinuationToken;
        } while (token !== undefined);
        return keys;
      }),
    close: () =>
      void opened?.then(
        ({ client }) => client.destroy(),
        () => undefined,
      ),
  };
}

interface Sdk {
  readonly s3: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

async function loadSdk(agents: AgentFactory): Promise<Sdk> {
  // Loaded only when needed: importing the S3 client would delay every local start.
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      ...agents(),
    },
  });
  return { s3, client };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function describeError(error: unknown, verb: 'read' | 'written', bucket: string): StoreError {
  const { name, code } = error as { name?: unknown; code?: unknown };
  const subject = `The feed store s3://${bucket}`;
  const options = { cause: error };
  if (name === 'NoSuchBucket') {
    return new StoreError(`${subject} does not exist: correct FEED_STORE.`, options);
  }
  if (error instanceof ResponseTooLargeError) {
    return new StoreError(
      `${subject} sent a response that is too large: ${error.message}`,
      options,
    );
  }
  const shown = errorName(code) ?? errorName(name) ?? 'UnknownError';
  const advice =
    name === 'AccessDenied'
      ? verb === 'read'
        ? 'allow the task role to call s3:ListBucket on it and s3:GetObject on its objects'
        : 'allow the task role to call s3:PutObject, s3:PutObjectTagging and s3:DeleteObject on its objects'
      : 'check FEED_STORE, the region, and that the task can reach S3';
  return new StoreError(`${subject} cannot be ${verb} (${shown}): ${advice}.`, options);
}

/**
 * Reads a body into memory of its length. The SDK's own functions join the parts at the end, which blocks the event
 * loop for a database of 50 MB.
 */
async function readBody({ Body, ContentLength }: GetObjectCommandOutput): Promise<Buffer> {
  if (!(Body instanceof Readable) || ContentLength === undefined) {
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }
  const body = Buffer.allocUnsafeSlow(ContentLength);
  let length = 0;
  for await (const part of Body as AsyncIterable<Buffer>) {
    // `set` would throw a RangeError that names no cause.
    if (length + part.length > ContentLength) throw new ResponseTooLargeError(ContentLength);
    body.set(part, length);
    length += part.length;
  }
  if (length < ContentLength) throw new Error('The response is truncated.');
  return body;
}
