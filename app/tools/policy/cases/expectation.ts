import * as z from 'zod';
import { isMapping } from '../../../src/policy/file/validate.ts';
import { checked, duration } from './fields.ts';

/*
 * What a case expects of a decision. Only what it names is compared.
 */

const outcome = z.enum(['issue', 'restrict', 'refuse'], 'must be issue, restrict or refuse');
const names = z.array(z.string());

const tokenShape = z.strictObject({
  lifetime: duration.optional(),
  scopes: names.optional(),
  audience: names.optional(),
  claims: z.custom<Readonly<Record<string, unknown>>>(isMapping, 'must be a mapping').optional(),
  refresh_token: z
    .union([z.boolean(), duration], 'must be a lifetime such as 8h, true or false')
    .optional(),
  id_token: z.boolean('must be true or false').optional(),
});

const token = tokenShape.refine(
  (value) => Object.keys(value).length > 0,
  'needs a property of the token, e.g. { lifetime: 15m }',
);

/** Causes by signal: one, or a list. */
const unknown = checked(
  (value): Readonly<Record<string, readonly string[]>> | undefined => {
    if (!isMapping(value)) return undefined;
    const entries = Object.entries(value).map(([name, causes]) => [name, [causes].flat()] as const);
    const isValid = entries.every(([, causes]) => causes.every((one) => typeof one === 'string'));
    return isValid ? (Object.fromEntries(entries) as Record<string, string[]>) : undefined;
  },
  () => 'must be a mapping of signals to causes, e.g. { reputation: quota }; {} for none',
);

/** Rules, each with its outcome if that is named. */
const monitored = z.union(
  [
    names.transform((rules) =>
      rules.map((rule) => ({ rule, outcome: undefined as string | undefined })),
    ),
    z.record(z.string(), outcome).transform((rules) =>
      Object.entries(rules).map(([rule, expected]) => ({
        rule,
        outcome: expected as string | undefined,
      })),
    ),
  ],
  'must be a list of rules, or a mapping of rules to outcomes, e.g. { tor: refuse }',
);

const shape = z.strictObject({
  outcome: outcome.optional(),
  token: token.optional(),
  rules: names.optional(),
  refused_by: z.string().optional(),
  reason: z.string().optional(),
  description: z.string().optional(),
  dry_run_outcome: outcome.optional(),
  dry_run_refused_by: z.string().optional(),
  monitored: monitored.optional(),
  failed: names.optional(),
  unknown: unknown.optional(),
  skipped: names.optional(),
  unenforceable: names.optional(),
});

const fields = shape
  .refine(
    (value) => Object.keys(value).length > 0,
    'needs what the case expects, e.g. { outcome: refuse }',
  )
  .refine(
    (value) => value.outcome !== 'refuse' || value.token === undefined,
    'a refused token has no properties; remove token, or expect another outcome',
  );

/** An outcome alone, such as `refuse`, is short for `{ outcome: refuse }`. */
export const expectation = z
  .unknown()
  .transform((value) => (typeof value === 'string' ? { outcome: value } : value))
  .pipe(fields);

/** The fields of an expectation and of its token, for suggestions. */
export const EXPECTATION_KEYS: readonly string[] = [shape, tokenShape].flatMap(
  ({ shape: fields }) => Object.keys(fields),
);

export type Expectation = z.output<typeof fields>;

/** Later expectations replace single fields of earlier ones, and single properties of the token. */
export function mergeExpectations(expects: readonly unknown[]): unknown {
  let merged: unknown;
  for (const expect of expects) {
    if (expect === undefined) continue;
    const own = typeof expect === 'string' ? { outcome: expect } : expect;
    if (!isMapping(merged) || !isMapping(own)) {
      merged = own;
      continue;
    }
    // A refused token has no properties, so those of the defaults do not count.
    const { token: before, ...others } = merged;
    const token = own.outcome === 'refuse' && own.token === undefined ? undefined : before;
    merged = {
      ...others,
      ...(token !== undefined && { token }),
      ...own,
      ...(isMapping(token) && isMapping(own.token) && { token: { ...token, ...own.token } }),
    };
  }
  return merged;
}
