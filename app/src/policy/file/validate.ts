import * as z from 'zod';
import { closestName, didYouMean } from '../../config/similar-name.ts';
import type { Issues } from './issues.ts';

/**
 * Validates an object. If some fields are invalid, returns the valid ones together with `defaults`, so that
 * the rest of the object can still be checked.
 */
export function validateParts<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  value: unknown,
  defaults: Readonly<Record<string, unknown>>,
  issues: Issues,
): z.output<z.ZodObject<Shape>> | undefined {
  const validated = validate(schema, value, issues);
  if (validated !== undefined || !isMapping(value)) return validated;
  const validFields = Object.entries(schema.shape).filter(
    ([name, field]) => name in value && z.safeParse(field, value[name]).success,
  );
  return schema.parse({
    ...defaults,
    ...Object.fromEntries(validFields.map(([name]) => [name, value[name]])),
  });
}

/** Returns the parsed value, or `undefined` with every issue added to `issues`, in the terms of YAML. */
export function validate<T>(schema: z.ZodType<T>, value: unknown, issues: Issues): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const zodIssues = result.error.issues;
  for (const issue of zodIssues) {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, path);
      for (const key of issue.keys) {
        const suggestion = closestName(key, known);
        issues.at(...path, key).add(`is not a known key${didYouMean(suggestion)}`, {
          mark: 'key',
          ...(suggestion !== undefined && { suggestion }),
        });
      }
    } else if (!followsFromUnknownKey(issue, zodIssues)) {
      const suggestion = suggestValue(issue, valueAt(value, path));
      issues
        .at(...path)
        .add(
          `${explain(issue, value, path)}${didYouMean(suggestion)}`,
          suggestion === undefined ? {} : { suggestion },
        );
    }
  }
  return undefined;
}

/** Returns the keys of the mapping at a path of a schema. */
function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  const [key, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap() as z.core.$ZodType, path);
  }
  if (schema instanceof z.ZodArray) return keysAt(schema.element as z.core.$ZodType, rest);
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => keysAt(option as z.core.$ZodType, path));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(schema.shape);
  const field = schema.shape[String(key)];
  return field === undefined ? [] : keysAt(field, rest);
}

/** Returns the word of a choice that a misspelt one probably stands for. */
function suggestValue(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return undefined;
  return closestName(
    value,
    issue.values.filter((known) => typeof known === 'string'),
  );
}

/** `{ shorten: 5m }` has no effect because its key is unknown: one issue is enough. */
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

/** YAML's names for zod's types. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a string',
};

function explain(
  issue: z.core.$ZodIssue,
  root: unknown,
  path: readonly (string | number)[],
): string {
  const value = valueAt(root, path);
  const isWrongType = issue.code === 'invalid_type';
  if (value === undefined && (isWrongType || issue.code === 'invalid_union')) return 'is missing';
  if (!isWrongType) return issue.message;
  return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}, not ${describeValue(value)}`;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    root,
  );
}

const MAX_VALUE_LENGTH = 60;

/** Returns a value as a message shows it. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 3)}...` : text;
}

/** Returns whether a value is a mapping of YAML. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
