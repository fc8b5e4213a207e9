/** A value of a field: a text or number, or what `jsonParse` made of a text. */
export type Value = string | number | { readonly [member: string]: unknown } | readonly unknown[];

/** One log event, or one row of a result: values by the names of fields. */
export type Row = ReadonlyMap<string, Value>;

/** Of one event in JSON, Logs Insights finds so many fields and passes over the rest. */
const MAX_FIELDS = 200;

/** The fields that Logs Insights finds in a line of the log. */
export function parseEvent(line: string): Row {
  const event = JSON.parse(line);
  const fields: [string, Value][] = [];
  flatten(event, '', fields);
  return new Map<string, Value>([
    ['@timestamp', Date.parse(event.time)],
    ['@message', line],
    ...fields.slice(0, MAX_FIELDS),
  ]);
}

/** `{ "a": [{ "b": 1 }] }` has the field `a.0.b`. */
function flatten(value: unknown, name: string, into: [string, Value][]): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      flatten(member, name === '' ? key : `${name}.${key}`, into);
    }
  } else if (value !== null) {
    into.push([name, typeof value === 'boolean' ? Number(value) : (value as string | number)]);
  }
}

/** The value of a field, or of a member of one that `jsonParse` or `unnest` made. */
export function fieldOf(row: Row, name: string): Value | undefined {
  const direct = row.get(name);
  if (direct !== undefined) return direct;
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  let value: unknown = row.get(name.slice(0, dot));
  for (const key of name.slice(dot + 1).split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return (value ?? undefined) as Value | undefined;
}

/** Before: negative. Numbers by size, texts by their characters, and what is not there last. */
export function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : Number(String(a) !== String(b));
}
