import * as z from 'zod';
import type { Issues } from './issues.ts';

/** An object; if members are wrong, the right ones with `rest` for what must be there. */
export function readParts<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  value: unknown,
  rest: Readonly<Record<string, unknown>>,
  problems: Issues,
): z.output<z.ZodObject<Shape>> | undefined {
  const whole = read(schema, value, problems);
  if (whole !== undefined || !isMapping(value)) return whole;
  const right = Object.entries(schema.shape).filter(
    ([name, member]) => name in value && z.safeParse(member, value[name]).success,
  );
  return schema.parse({
    ...rest,
    ...Object.fromEntries(right.map(([name]) => [name, value[name]])),
  });
}

/** A value of the form, or `undefined` with each mistake in `problems`, as a sentence of the policy's words. */
export function read<T>(schema: z.ZodType<T>, value: unknown, problems: Issues): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  for (const issue of issues) {
    const path = issue.path.filter((member) => typeof member !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.at(...path, key).add('is not known here');
    } else if (!followsFromUnknownKey(issue, issues)) {
      problems.at(...path).add(explain(issue, value, path));
    }
  }
  return undefined;
}

/** `{ shorten: 5m }` has no effect because it has an unknown key; one sentence says enough. */
function followsFromUnknownKey(
  { code, path }: z.core.$ZodIssue,
  issues: readonly z.core.$ZodIssue[],
): boolean {
  const place = path.join();
  return (
    code === 'custom' &&
    issues.some((other) => other.code === 'unrecognized_keys' && other.path.join() === place)
  );
}

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

function explain(
  issue: z.core.$ZodIssue,
  root: unknown,
  path: readonly (string | number)[],
): string {
  const value = valueAt(root, path);
  const wrongType = issue.code === 'invalid_type';
  if (value === undefined && (wrongType || issue.code === 'invalid_union')) return 'is missing';
  if (wrongType) return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${show(value)}`;
  return issue.message;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, member) => (value as Record<string | number, unknown> | null | undefined)?.[member],
    root,
  );
}

/** A value as a sentence shows it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What YAML calls a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
