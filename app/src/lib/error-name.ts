/** Longer or other texts are no names of errors: responses can bring any, and names get into records and logs. */
const NAME = /^\w{1,64}$/;

/** Returns a name or code of an error, unless it is none. */
export function errorName(value: unknown): string | undefined {
  return typeof value === 'string' && NAME.test(value) ? value : undefined;
}
