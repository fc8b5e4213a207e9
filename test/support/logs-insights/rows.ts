/** A value of a field: a string or number, or a value that `jsonParse` returned. */
export type Value = string | number | { readonly [field: string]: unknown } | readonly unknown[];

/** A log event or a row of a result: values by field name. */
export type Row = ReadonlyMap<string, Value>;

/** Logs Insights discovers at most 200 fields of a JSON event. */
const MAX_FIELDS = 200;

/** Returns the fields that Logs Insights discovers in a log line. */
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
    for (const [key, field] of Object.entries(value)) {
      flatten(field, name === '' ? key : `${name}.${key}`, into);
    }
  } else if (value !== null) {
    into.push([name, typeof value === 'boolean' ? Number(value) : (value as string | number)]);
  }
}

/** Returns the value of a field, or of a nested field that `jsonParse` or `unnest` created. */
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

/** Compares numbers by value and strings by characters; missing values come last. */
export function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : Number(String(a) !== String(b));
}
