import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import type { Problems } from './problems.ts';

/*
 * The form of a policy file. What a form cannot say (conditions, texts, names that the identity
 * server refuses) is checked where it is compiled.
 */

const duration = z.unknown().transform((value, context): number => {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  context.addIssue(
    `${show(value)} is no duration; write 90s, 15m, 1h or a number of seconds above 0`,
  );
  return z.NEVER;
});

const names = z.array(z.string().min(1, 'a name must not be empty')).default([]);

const removeAndAdd = z
  .strictObject({ remove: names, add: names })
  .refine((value) => value.remove.length + value.add.length > 0, 'needs remove or add');

const effects = z
  .strictObject({
    allow: z.literal(true, 'allow can only be true').optional(),
    deny: z
      .union([
        z.string(),
        z.strictObject({ reason: z.string().optional(), description: z.string() }),
      ])
      .optional(),
    lifetime: duration.optional(),
    refresh_token: z
      .strictObject({ lifetime: duration.optional(), drop: z.literal(true).optional() })
      .refine((value) => Object.keys(value).length > 0, 'needs lifetime or drop')
      .optional(),
    scopes: removeAndAdd.optional(),
    audience: removeAndAdd.optional(),
    claims: z
      .strictObject({ set: z.record(z.string(), z.unknown()).default({}), remove: names })
      .refine(
        (value) => Object.keys(value.set).length + value.remove.length > 0,
        'needs set or remove',
      )
      .optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'needs an effect, e.g. { lifetime: 15m }')
  .refine(
    (value) => value.deny === undefined || Object.keys(value).length === 1,
    'deny stands alone: a refused token has nothing to change',
  );

const mode = z.enum(['enforce', 'monitor'], 'must be enforce or monitor');
const unenforceable = z.enum(['deny', 'ignore'], 'must be deny or ignore');

const rule = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      'must be up to 64 letters, digits, dots, hyphens or _',
    ),
  when: z.union([z.string(), z.boolean()], 'must be a condition'),
  // biome-ignore lint/suspicious/noThenProperty: the policy language calls it so, and nothing awaits it
  then: effects,
  mode: mode.optional(),
  unenforceable: unenforceable.optional(),
  note: z.string().optional(),
});

const listValue = z.union([z.string(), z.int()], 'must be a text or a whole number');

const listEntry = z.union(
  [
    listValue,
    z.strictObject({
      value: listValue,
      until: z.iso.date('must be a date such as 2027-01-31').optional(),
      owner: z.string().optional(),
      note: z.string().optional(),
    }),
  ],
  'must be a value or { value, until, owner, note }, with until a date such as 2027-01-31',
);

const policy = z.strictObject({
  version: z.literal(1, 'must be 1'),
  mode: mode.default('enforce'),
  timezone: z.string().default('UTC').refine(isTimeZone, 'is no IANA time zone'),
  lists: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a CEL identifier'),
      z.array(listEntry),
    )
    .default({}),
  rules: z.array(rule),
  unknown: z
    .strictObject({ address: z.unknown(), geo: z.unknown(), reputation: z.unknown() })
    .partial()
    .default({}),
  unenforceable: unenforceable.default('deny'),
});

export type PolicyFile = z.output<typeof policy>;
export type RuleFile = z.output<typeof rule>;
export type EffectsFile = z.output<typeof effects>;
export type ListEntryFile = z.output<typeof listEntry>;

/** Checks the form of a policy. `undefined` when it is wrong; the mistakes are then in `problems`. */
export function readPolicyFile(value: unknown, problems: Problems): PolicyFile | undefined {
  return read(policy, value, problems);
}

/** Checks the form of effects, which stand in rules and in entries of `unknown`. */
export function readEffects(value: unknown, problems: Problems): EffectsFile | undefined {
  return read(effects, value, problems);
}

function read<T>(schema: z.ZodType<T>, value: unknown, problems: Problems): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = issue.path.filter((member) => typeof member !== 'symbol');
    problems.at(...path).add(explain(issue, value, path));
  }
  return undefined;
}

function explain(
  issue: z.core.$ZodIssue,
  root: unknown,
  path: readonly (string | number)[],
): string {
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.map(show).join(' and ')} ${issue.keys.length > 1 ? 'are' : 'is'} not known here`;
  }
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_type' && valueAt(root, path) === undefined) return 'is missing';
  if (issue.code === 'invalid_type')
    return `must be ${issue.expected}, not ${show(valueAt(root, path))}`;
  return issue.message;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, member) => (value as Record<string | number, unknown> | null | undefined)?.[member],
    root,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
