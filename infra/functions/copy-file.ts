import { setTimeout } from 'node:timers/promises';
import { CopyObjectCommand, DeleteObjectCommand, NoSuchBucket, S3Client } from '@aws-sdk/client-s3';
import {
  type CustomResourceRequest,
  type CustomResourceResult,
  customResource,
} from './custom-resource.ts';

/** The properties of the custom resource. */
interface FileCopy {
  readonly SourceBucket: string;
  readonly SourceKey: string;
  readonly Bucket: string;
  readonly Key: string;
}

/** A permission that CloudFormation has just created takes effect within seconds. */
const RETRY_DELAYS_MS = [1000, 2000, 4000, 8000, 15_000];

/**
 * Returns the implementation of a file that is copied from the assets of the deployment into a bucket of the stack,
 * and deleted with the resource.
 *
 * @param retryDelaysMs waits between attempts while access is denied.
 */
export function fileCopier(
  s3: S3Client,
  retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
): (request: CustomResourceRequest) => Promise<CustomResourceResult> {
  return async ({ RequestType, ResourceProperties }) => {
    const { SourceBucket, SourceKey, Bucket, Key } = ResourceProperties as unknown as FileCopy;
    const physicalId = `s3://${Bucket}/${Key}`;
    if (RequestType === 'Delete') {
      await attempt(retryDelaysMs, `${physicalId} cannot be deleted`, () =>
        s3.send(new DeleteObjectCommand({ Bucket, Key })).catch(ignoreMissingBucket),
      );
    } else {
      const source = `${SourceBucket}/${SourceKey}`;
      await attempt(retryDelaysMs, `s3://${source} cannot be copied to ${physicalId}`, () =>
        s3.send(
          new CopyObjectCommand({
            CopySource: source,
            // Reading and writing tags would require two more permissions.
            TaggingDirective: 'REPLACE',
            Bucket,
            Key,
          }),
        ),
      );
    }
    return { physicalId };
  };
}

/** A file is gone with its bucket. */
function ignoreMissingBucket(error: unknown): void {
  if (!(error instanceof NoSuchBucket)) throw error;
}

/** Runs an operation, again while access is denied. @throws Error with what has failed, why, and what to do. */
async function attempt(
  delaysMs: readonly number[],
  failure: string,
  operation: () => Promise<unknown>,
): Promise<void> {
  for (const delayMs of [...delaysMs, undefined]) {
    try {
      await operation();
      return;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      if (name === 'AccessDenied' && delayMs !== undefined) await setTimeout(delayMs);
      else
        throw new Error(`${failure}: ${message.replace(/\.$/, '')}. ${remedyFor(name, message)}`);
    }
  }
}

function remedyFor(name: string, message: string): string {
  if (message.includes('kms:')) {
    return 'Let the key policy of the bootstrap bucket allow this function to decrypt through S3, and deploy again.';
  }
  return name === 'NoSuchKey'
    ? 'Deploy with cdk deploy, which uploads the file first.'
    : 'Correct the cause, and deploy again.';
}

export const handler = customResource(fileCopier(new S3Client({})));
