/** Result of reading an object. */
export type StoredObject =
  | { readonly status: 'found'; readonly body: Buffer; readonly etag: string }
  | { readonly status: 'unchanged' | 'absent' };

export interface ReadObjectOptions {
  /** The ETag of the last read: the result is `unchanged` if the object still has it. */
  readonly ifNoneMatch?: string | undefined;
  /** A larger object is an error. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface WriteObjectOptions {
  /** Writes only if the object has this ETag, or with `absent` only if there is none. @default writes in any case */
  readonly expected?: string;
}

/** Another process has written the object since it was read. */
export class WriteConflictError extends Error {}

/** The store cannot be read or written. Its message is one sentence for the operator. */
export class StoreError extends Error {}

/** A place for objects that several tasks share: a folder, or a bucket in S3. */
export interface ObjectStore {
  /** @throws StoreError if the store cannot be read. */
  read(key: string, options: ReadObjectOptions): Promise<StoredObject>;
  /**
   * Writes an object completely or not at all.
   *
   * @returns its ETag.
   * @throws WriteConflictError if the object is not as expected, StoreError if the store cannot be written.
   */
  write(key: string, body: Buffer, options?: WriteObjectOptions): Promise<string>;
  /**
   * Marks an object as superseded, or as current again, for a rule of the bucket that deletes superseded objects.
   * Does nothing if there is no object. Writing an object removes the mark.
   */
  markSuperseded(key: string, superseded: boolean): Promise<void>;
  /** Deletes an object, if there is one. */
  delete(key: string): Promise<void>;
  /** Returns the keys that begin with a prefix. */
  list(prefix: string): Promise<string[]>;
  /** Closes the connections. */
  close(): void;
}
