import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  type CustomResourceRequest,
  type CustomResourceResult,
  customResource,
} from './custom-resource.ts';

/** The properties of the custom resource. */
interface StoredFolders {
  readonly Bucket: string;
  /** Prefixes of object keys. */
  readonly Prefixes: readonly string[];
}

/**
 * Returns the implementation of folders in a bucket of the stack, whose objects the tasks create. They are deleted with
 * the resource, because CloudFormation deletes no bucket that contains objects.
 */
export function storeEmptier(
  s3: S3Client,
): (request: CustomResourceRequest) => Promise<CustomResourceResult> {
  return async ({ RequestType, ResourceProperties }) => {
    const { Bucket, Prefixes } = ResourceProperties as unknown as StoredFolders;
    if (RequestType === 'Delete') {
      for (const prefix of Prefixes) await deleteAll(s3, Bucket, prefix);
    }
    return { physicalId: `s3://${Bucket}` };
  };
}

async function deleteAll(s3: S3Client, Bucket: string, Prefix: string): Promise<void> {
  try {
    // Each page is deleted before the next request, so that every request returns the first page.
    for (;;) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
      );
      const [failed] = Errors;
      if (failed !== undefined) throw new Error(`${failed.Key}: ${failed.Code}`);
    }
  } catch (error) {
    // The objects are gone with their bucket.
    if (error instanceof NoSuchBucket) return;
    const message = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    throw new Error(
      `s3://${Bucket}/${Prefix} cannot be emptied: ${message}. Correct the cause, and delete the stack again.`,
    );
  }
}

export const handler = customResource(storeEmptier(new S3Client({})));
