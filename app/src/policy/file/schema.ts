// As a namespace: the object `z` would bring along zod's messages in every language.
import * as z from 'zod';
import { parseDuration } from '../../lib/duration.ts';
import { isTimeZone } from '../policy-clock.ts';
import type { Issues } from './issues.ts';
import { isMapping, read, readParts, show } from './read-form.ts';

/*
 * The form of a policy file. What a form cannot say (conditions, texts, names that the identity
 * server refuses) is checked where it is compiled.
 */

const duration = z.unknown().transform((value, context): number => {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  context.addIssue(
    `${show(value)} is no duration; write 90s, 15m, 1h or a number of seconds, above 0 and below 100 years`,
  );
  return z.NEVER;
});

const names = z.array(z.string().min(1, 'a name must not be empty')).default([]);

/** As it is: zod would leave out a member with the name `__proto__`. */
const mapping = z.custom<Readonly<Record<string, unknown>>>(
  isMapping,
  'must be a mapping, with a name and a colon for each member',
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
        'must be a text, or { reason, description } with a text each',
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
    )
    .refine(
      (id) => !id.startsWith('unknown.'),
      'must not begin with unknown., as entries of unknown do in records',
    ),
  when: z.union([z.string(), z.boolean()], 'must be a condition, e.g. abuse.score >= 75'),
  // biome-ignore lint/suspicious/noThenProperty: the policy language calls it so, and nothing awaits it
  then: z.unknown().optional(),
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
  'must be a text, a whole number or { value, until, owner, note }, with until a date such as 2027-01-31',
);

const list = z.array(listEntry);

const policy = z.strictObject({
  version: z.literal(1, {
    error: ({ input }) =>
      input === undefined ? 'is missing; write version: 1' : `must be 1, not ${show(input)}`,
  }),
  mode: mode.default('enforce'),
  timezone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, {
      error: ({ input }) => `${show(input)} is no IANA time zone, such as Europe/Berlin`,
    }),
  lists: mapping.default({}),
  rules: z.array(z.unknown()),
  unknown: mapping.default({}),
  unenforceable: unenforceable.default('deny'),
});

export type EffectsFile = z.output<typeof effects>;
export type ListEntryFile = z.output<typeof listEntry>;
/** `then` is `undefined` when its form is wrong. */
export type RuleFile = Omit<z.output<typeof rule>, 'then'> & {
  readonly then: EffectsFile | undefined;
};
export type PolicyFile = Omit<z.output<typeof policy>, 'lists' | 'rules'> & {
  readonly lists: ReadonlyMap<string, readonly ListEntryFile[]>;
  readonly rules: readonly RuleFile[];
};

/**
 * Checks the form of a policy. Where a part is wrong, the mistake is in `problems` and something
 * harmless stands for it, so that the mistakes of the other parts are found in the same run.
 */
export function readPolicyFile(value: unknown, problems: Issues): PolicyFile | undefined {
  if (value === null) {
    problems.add('the policy is empty');
    return undefined;
  }
  const form = readParts(policy, withoutExtensions(value), { version: 1, rules: [] }, problems);
  return (
    form && {
      ...form,
      lists: readLists(form.lists, problems.at('lists')),
      rules: form.rules.map((member, index) =>
        readRule(member, index, problems.at('rules', index)),
      ),
    }
  );
}

/** Members `x-…` are for the author, e.g. for what anchors repeat. */
function withoutExtensions(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')));
}

const LIST_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readLists(
  file: Readonly<Record<string, unknown>>,
  problems: Issues,
): Map<string, readonly ListEntryFile[]> {
  const lists = new Map<string, readonly ListEntryFile[]>();
  for (const [name, entries] of Object.entries(file)) {
    const place = problems.at(name);
    if (!LIST_NAME.test(name)) place.add('a list is named with letters, digits and _');
    // CEL tells types apart by the constructor of a value, and lists are members of one.
    else if (name in Object.prototype) place.add('no list can have this name');
    lists.set(name, read(list, entries, place) ?? []);
  }
  return lists;
}

function readRule(value: unknown, index: number, problems: Issues): RuleFile {
  const nothing = { id: `unnamed-${index}`, when: 'true' };
  const form = readParts(rule, value, nothing, problems);
  if (form !== undefined && form.then === undefined) problems.at('then').add('is missing');
  const then = form?.then === undefined ? undefined : readEffects(form.then, problems.at('then'));
  return { ...nothing, ...form, then };
}

/** Checks the form of effects, which stand in rules and in entries of `unknown`. */
export function readEffects(value: unknown, problems: Issues): EffectsFile | undefined {
  return read(effects, value, problems);
}
