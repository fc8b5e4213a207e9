import * as z from 'zod';
import { OPTION_TOLERANCE, similarName } from '../../../src/config/similar-name.ts';
import type { Issues } from '../../../src/policy/file/issues.ts';
import { isMapping } from '../../../src/policy/file/validate.ts';
import { EXPECTATION_KEYS } from './expectation.ts';
import type { StatedLists } from './lists.ts';
import { given } from './schema.ts';

/** The top level of a file with cases. */
export const caseFile = z.strictObject({
  policy: z.string().optional(),
  mode: z.enum(['enforce', 'monitor'], 'must be enforce or monitor').optional(),
  lists: z
    .custom<StatedLists>(isStatedLists, 'must have a list of strings or numbers for each name')
    .optional(),
  defaults: z.strictObject({ given: z.unknown(), expect: z.unknown() }).partial().optional(),
  cases: z.array(z.unknown()),
});

/** One entry of `cases`: a case, or a table of cases. */
export const caseForm = z.strictObject({
  name: z.string().min(1, 'must not be empty'),
  given: z.unknown().optional(),
  expect: z.unknown().optional(),
  each: z
    .array(z.custom<Readonly<Record<string, unknown>>>(isMapping, 'must be a mapping'))
    .optional(),
});

/** Drops keys `x-…`: they are for the author, e.g. for anchors. */
export function withoutExtensions(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')));
}

/** Names that a misspelt key may mean, wherever it is. */
const KNOWN_KEYS = [caseFile, caseForm, given]
  .flatMap(({ shape }) => Object.keys(shape))
  .concat(EXPECTATION_KEYS);

/** Adds the name that the author probably meant to the issue of an unknown key. */
export function suggestKeys(issues: Issues): void {
  issues.list.forEach((issue, index) => {
    const key = String(issue.path.at(-1));
    if (issue.message !== 'is not a known key' || issue.suggestion !== undefined) return;
    const suggestion = similarName(key, KNOWN_KEYS, OPTION_TOLERANCE);
    if (suggestion === undefined || suggestion === key) return;
    const message = `${issue.message}; did you mean ${suggestion}?`;
    issues.list[index] = { ...issue, message, suggestion };
  });
}

function isStatedLists(value: unknown): boolean {
  const isEntry = (entry: unknown) => typeof entry === 'string' || Number.isInteger(entry);
  return (
    isMapping(value) &&
    Object.values(value).every((list) => Array.isArray(list) && list.every(isEntry))
  );
}
