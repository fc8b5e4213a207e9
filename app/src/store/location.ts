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

/** An object in S3. */
export interface S3Object {
  readonly bucket: string;
  readonly key: string;
}

/** Parses `s3://bucket/key`, whose key is percent-encoded like a URL's path; returns undefined if it is not valid. */
export function parseS3Object(location: string): S3Object | undefined {
  if (!URL.canParse(location)) return undefined;
  const { protocol, hostname: bucket, pathname } = new URL(location);
  if (protocol !== 's3:' || bucket === '') return undefined;
  try {
    const key = decodeURIComponent(pathname.slice(1));
    return key === '' ? undefined : { bucket, key };
  } catch {
    // A percent sign that is not part of an escape sequence.
    return undefined;
  }
}
