// A namespace import: the export `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import { isFeedId } from '../../feeds/model/configured-feeds.ts';
import { MAX_DECISION_DEADLINE_MS } from '../../lib/deadline.ts';
import { parseDuration, parseWait } from '../../lib/duration.ts';
import { isTimeZone } from '../policy-clock.ts';
import type { Issues } from './issues.ts';
import { describeValue, isMapping, validate, validateParts } from './validate.ts';

/*
 * The schema of a policy file. Conditions, templates and names that the identity server rejects are checked
 * when they are compiled.
 */

/** Seconds. */
const duration = z.unknown().transform((value, context): number => {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  context.addIssue(
    `${describeValue(value)} is not a valid duration; write 90s, 15m, 1h or a number of seconds, above 0 and below 100 years`,
  );
  return z.NEVER;
});

const names = z.array(z.string().min(1, 'a name must not be empty')).default([]);

/** Not `z.record`, which drops the key `__proto__`. */
const mapping = z.custom<Readonly<Record<string, unknown>>>(
  isMapping,
  'must be a mapping: a name, a colon and a value for each entry',
);

const removeAndAdd = z
  .strictObject({ remove: names, add: names })
  .refine((value) => value.remove.length + value.add.length > 0, 'needs remove or add');

const effects = z
  .strictObject({
    allow: z.literal(true, 'can only be true').optional(),
    deny: z
      .union(
        [z.string(), z.strictObject({ reason: z.string().optional(), description: z.string() })],
        'must be a string, or { reason, description } with a string each',
      )
      .optional(),
    lifetime: duration.optional(),
    refresh_token: z
      .strictObject({
        lifetime: duration.optional(),
        drop: z.literal(true, 'can only be true').optional(),
      })
      .refine((value) => Object.keys(value).length > 0, 'needs lifetime or drop')
      .optional(),
    scopes: removeAndAdd.optional(),
    audience: removeAndAdd.optional(),
    claims: z
      .strictObject({ set: mapping.default({}), remove: names })
      .refine(
        (value) => Object.keys(value.set).length + value.remove.length > 0,
        'needs set or remove',
      )
      .optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'needs an effect, e.g. { lifetime: 15m }')
  .refine(
    (value) => value.deny === undefined || Object.keys(value).length === 1,
    'deny cannot be combined with other effects: a refused token cannot be changed',
  );

/** Milliseconds. */
const wait = z.unknown().transform((value, context): number => {
  const milliseconds = parseWait(value);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue(
    `${describeValue(value)} is not a valid time to wait; write 150ms or 1s, from 1ms to ${MAX_DECISION_DEADLINE_MS}ms, the longest deadline of a decision`,
  );
  return z.NEVER;
});

const waits = z
  .strictObject({ reputation: wait.optional() })
  .refine(
    ({ reputation }) => reputation !== undefined,
    'needs reputation, e.g. { reputation: 150ms }',
  );

const mode = z.enum(['enforce', 'monitor'], 'must be enforce or monitor');
const unenforceable = z.enum(['deny', 'ignore'], 'must be deny or ignore');

const rule = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      'must be up to 64 letters, digits, dots, hyphens or _',
    )
    .refine(
      (id) => !id.startsWith('unknown.'),
      'must not begin with unknown., which denotes entries of unknown in records',
    ),
  when: z.union([z.string(), z.boolean()], 'must be a condition, e.g. abuse.score >= 75'),
  // biome-ignore lint/suspicious/noThenProperty: a key of the policy language, and nothing awaits it
  then: z.unknown().optional(),
  mode: mode.optional(),
  unenforceable: unenforceable.optional(),
  note: z.string().optional(),
});

const listValue = z.union([z.string(), z.int()], 'must be a string or an integer');

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
  'must be a string, an integer or { value, until, owner, note }, with until a date such as 2027-01-31',
);

const list = z.array(listEntry);

/** As many as `FEEDS` can contain. */
const MAX_FEEDS = 50;

const feeds = z
  .array(
    z
      .string()
      .refine(
        isFeedId,
        'must be the id of a feed in FEEDS: at most 40 lower-case letters, digits and single hyphens',
      ),
  )
  .max(MAX_FEEDS, `must have at most ${MAX_FEEDS} feeds`)
  .default([]);

const policy = z.strictObject({
  version: z.literal(1, {
    error: ({ input }) =>
      input === undefined
        ? 'is missing; write version: 1'
        : `must be 1, not ${describeValue(input)}`,
  }),
  mode: mode.default('enforce'),
  timezone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, {
      error: ({ input }) =>
        `${describeValue(input)} is not an IANA time zone; write a name such as Europe/Berlin`,
    }),
  lists: mapping.default({}),
  feeds,
  wait: waits.optional(),
  rules: z.array(z.unknown()),
  unknown: mapping.default({}),
  unenforceable: unenforceable.default('deny'),
});

export type EffectsDefinition = z.output<typeof effects>;
export type ListEntryDefinition = z.output<typeof listEntry>;
/** `then` is `undefined` if it is invalid. */
export type RuleDefinition = Omit<z.output<typeof rule>, 'then'> & {
  readonly then: EffectsDefinition | undefined;
};
export type PolicyDefinition = Omit<z.output<typeof policy>, 'lists' | 'rules'> & {
  readonly lists: ReadonlyMap<string, readonly ListEntryDefinition[]>;
  readonly rules: readonly RuleDefinition[];
};

/**
 * Validates a policy file against the schema. An invalid part is reported and replaced by a placeholder, so
 * that the issues of all other parts are found in the same run.
 */
export function readPolicyFile(value: unknown, issues: Issues): PolicyDefinition | undefined {
  if (value === null) {
    issues.add('the policy is empty');
    return undefined;
  }
  const form = validateParts(policy, withoutExtensions(value), { version: 1, rules: [] }, issues);
  return (
    form && {
      ...form,
      lists: readLists(form.lists, issues.at('lists')),
      rules: form.rules.map((value, index) => readRule(value, index, issues.at('rules', index))),
    }
  );
}

/** Drops keys `x-…`: they are for the author, e.g. for anchors. */
function withoutExtensions(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')));
}

const LIST_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readLists(
  file: Readonly<Record<string, unknown>>,
  issues: Issues,
): Map<string, readonly ListEntryDefinition[]> {
  const lists = new Map<string, readonly ListEntryDefinition[]>();
  for (const [name, entries] of Object.entries(file)) {
    const place = issues.at(name);
    if (!LIST_NAME.test(name)) place.add('a list name must consist of letters, digits and _');
    // CEL determines a type by the constructor of a value, and lists are fields of an object.
    else if (name in Object.prototype) place.add('is reserved; choose another name');
    lists.set(name, validate(list, entries, place) ?? []);
  }
  return lists;
}

function readRule(value: unknown, index: number, issues: Issues): RuleDefinition {
  const defaults = { id: `unnamed-${index}`, when: 'true' };
  const form = validateParts(rule, value, defaults, issues);
  if (form !== undefined && form.then === undefined) issues.at('then').add('is missing');
  const then = form?.then === undefined ? undefined : readEffects(form.then, issues.at('then'));
  return { ...defaults, ...form, then };
}

/** Validates the effects of a rule or of an entry of `unknown`. */
export function readEffects(value: unknown, issues: Issues): EffectsDefinition | undefined {
  return validate(effects, value, issues);
}
