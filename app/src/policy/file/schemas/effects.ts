// A namespace import: the export `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import { isMapping } from '../validate.ts';
import { duration } from './durations.ts';

/** Not `z.record`, which drops the key `__proto__`. */
export const mapping = z.custom<Readonly<Record<string, unknown>>>(
  isMapping,
  'must be a mapping: a name, a colon and a value for each entry',
);

const name = z
  .string()
  .min(1, 'a name must not be empty')
  .meta({ errorMessage: 'a name must not be empty' });
const names = z.array(name).default([]);

/** In a JSON Schema: at least one of these keys has a value that is not empty. */
const notEmpty = (...keys: readonly { readonly key: string; readonly size: string }[]) =>
  keys.map(({ key, size }) => ({ required: [key], properties: { [key]: { [size]: 1 } } }));

const REMOVE = { key: 'remove', size: 'minItems' };

const removeAndAdd = (kind: string) =>
  z
    .strictObject({
      remove: names.meta({
        description: `The ${kind} to remove, by name; * matches any characters.`,
      }),
      add: names.meta({ description: `The ${kind} to add, each by its full name.` }),
    })
    .refine((value) => value.remove.length + value.add.length > 0, 'needs remove or add')
    .meta({ anyOf: notEmpty(REMOVE, { key: 'add', size: 'minItems' }) });

const notBlank = (noun: string) => ({
  pattern: '\\S',
  errorMessage: `${noun} must not be empty`,
});

/** In a JSON Schema: the check of a claim's name. */
const CLAIM_NAME = {
  pattern: '^\\S(?:[\\s\\S]*\\S)?$',
  errorMessage: 'the name of a claim must not be empty, nor begin or end with a space',
};

const deny = z.union(
  [
    z.string().meta(notBlank('the description of a refusal')),
    z.strictObject({
      reason: z
        .string()
        .optional()
        .meta({
          ...notBlank('a reason'),
          description: "OAuth's error. The default is access_denied.",
          default: 'access_denied',
        }),
      description: z.string().meta({
        ...notBlank('the description of a refusal'),
        description: "OAuth's error_description. ${…} inserts the value of a CEL expression.",
      }),
    }),
  ],
  'must be a string, or { reason, description } with a string each',
);

/** What the identity server accepts as the value of a claim; `compileClaimValue` checks it. */
const CLAIM_VALUE = {
  anyOf: [
    { type: 'string' },
    { type: 'boolean' },
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'number', not: { type: 'integer' } },
    { type: 'array', items: { type: 'string' } },
  ],
};

const DENY_ALONE = 'deny cannot be combined with other effects: a refused token cannot be changed';

const onlyTrue = z.literal(true, 'can only be true');

export const effects = z
  .strictObject({
    allow: onlyTrue.optional().meta({
      description: 'Issues the token without evaluating further rules.',
    }),
    deny: deny.optional().meta({
      description:
        'Refuses the token: a description for the client, or { reason, description }. Cannot be combined with other effects.',
    }),
    lifetime: duration.optional().meta({
      description:
        'The maximum lifetime of the access token: 90s, 15m, 1h or a number of seconds. A shorter one is not changed.',
    }),
    refresh_token: z
      .strictObject({
        lifetime: duration.optional().meta({
          description:
            'The maximum lifetime of the refresh token: 90s, 15m, 8h or a number of seconds.',
        }),
        drop: onlyTrue.optional().meta({
          description: 'Omits the refresh token from the response. An existing one stays valid.',
        }),
      })
      .refine((value) => Object.keys(value).length > 0, 'needs lifetime or drop')
      .optional()
      .meta({ description: 'Shortens or omits the refresh token.', minProperties: 1 }),
    scopes: removeAndAdd('scopes').optional().meta({
      description: 'Removes scopes by name or glob, adds scopes by name.',
    }),
    audience: removeAndAdd('audiences').optional().meta({
      description: 'Removes audiences by name or glob, adds audiences by name.',
    }),
    claims: z
      .strictObject({
        set: mapping.default({}).meta({
          description:
            'Claims to set: a string, a number, a boolean or a list of strings each. ${…} inserts the value of a CEL expression; a claim that is a single ${…} keeps its type.',
          type: 'object',
          propertyNames: CLAIM_NAME,
          additionalProperties: CLAIM_VALUE,
        }),
        remove: z.array(name.meta(CLAIM_NAME)).default([]).meta({
          description: 'Claims and user attributes to remove, by name; * matches any characters.',
        }),
      })
      .refine(
        (value) => Object.keys(value.set).length + value.remove.length > 0,
        'needs set or remove',
      )
      .optional()
      .meta({
        description: 'Sets custom claims; removes claims and user attributes by name or glob.',
        anyOf: notEmpty(REMOVE, { key: 'set', size: 'minProperties' }),
      }),
  })
  .refine((value) => Object.keys(value).length > 0, 'needs an effect, e.g. { lifetime: 15m }')
  .refine((value) => value.deny === undefined || Object.keys(value).length === 1, DENY_ALONE)
  .meta({
    id: 'effects',
    title: 'effects',
    description:
      'What happens to the token: deny alone, or allow and any of the restrictions and additions.',
    minProperties: 1,
    dependencies: {
      deny: { propertyNames: { const: 'deny', errorMessage: DENY_ALONE } },
    },
  });
