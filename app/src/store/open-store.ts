import type { AgentFactory } from '../lib/agents.ts';
import { createFolderStore } from './folder-store.ts';
import type { StoreLocation } from './location.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store } from './s3-store.ts';

export interface StoreOptions {
  /** Makes the connections to S3. @default connects directly */
  readonly agents?: AgentFactory;
}

/** Opens the store at a location. Reads and writes nothing. */
export function openStore(location: StoreLocation, options: StoreOptions = {}): ObjectStore {
  return location.kind === 'folder'
    ? createFolderStore(location.path)
    : createS3Store(location.bucket, options);
}
