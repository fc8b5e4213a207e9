/** Names appear in records and logs, and a response can contain any string as a name. */
const NAME = /^\w{1,64}$/;

/** Returns the name or code of an error if it is safe to log; otherwise undefined. */
export function errorName(value: unknown): string | undefined {
  return typeof value === 'string' && NAME.test(value) ? value : undefined;
}
