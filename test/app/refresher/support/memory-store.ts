import { createHash } from 'node:crypto';
import {
  type ObjectStore,
  StoreError,
  WriteConflictError,
} from '../../../../app/src/store/object-store.ts';

/** Creates a store in memory: one in a folder waits for the disk at each write. */
export function createMemoryStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  const etagOf = (body: Buffer | undefined) =>
    body === undefined ? 'absent' : `"${createHash('sha256').update(body).digest('hex')}"`;
  return {
    async read(key, { ifNoneMatch, maxBytes }) {
      const body = objects.get(key);
      if (body === undefined) return { status: 'absent' };
      if (body.length > maxBytes) throw new StoreError(`${key} is too large.`);
      const etag = etagOf(body);
      return etag === ifNoneMatch ? { status: 'unchanged' } : { status: 'found', body, etag };
    },
    async write(key, body, { expected } = {}) {
      if (expected !== undefined && etagOf(objects.get(key)) !== expected) {
        throw new WriteConflictError(`${key} has changed.`);
      }
      objects.set(key, Buffer.from(body));
      return etagOf(body);
    },
    markSuperseded: async () => undefined,
    delete: async (key) => void objects.delete(key),
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    close: () => undefined,
  };
}
