/** Where the feeds' snapshots are: a folder, or a bucket in S3. */
export type StoreLocation =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string };

/** Rules for bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const S3_LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/;

/** Parses `s3://bucket` or the path of a folder; returns undefined if it is not valid. */
export function parseStoreLocation(text: string): StoreLocation | undefined {
  if (!text.includes('://')) return { kind: 'folder', path: text };
  const bucket = S3_LOCATION.exec(text)?.[1];
  return bucket === undefined ? undefined : { kind: 's3', bucket };
}
