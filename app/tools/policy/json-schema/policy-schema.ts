import * as z from 'zod';
import { BUILT_IN_FEEDS } from '../../../src/feeds/index.ts';
import { effects } from '../../../src/policy/file/schemas/effects.ts';
import {
  isReservedListName,
  LIST_NAME,
  LIST_NAME_ISSUE,
  list,
} from '../../../src/policy/file/schemas/lists.ts';
import { policy, rule } from '../../../src/policy/file/schemas/policy.ts';
import { unknown } from './unknown.ts';

/** Identifies the schema; nothing is downloaded from there. */
const SCHEMA_ID = 'urn:risk-gate:policy:1';

const RESERVED = Object.getOwnPropertyNames(Object.prototype).filter(isReservedListName);

const MIXED = 'a list must not mix strings and integers; quote the integers';

/** Describes an entry of a list whose values have a type. */
const entryOf = (type: string) => ({
  type: [type, 'object'],
  properties: { value: { type, errorMessage: MIXED } },
  errorMessage: MIXED,
});

/** The whole file, which the service validates part by part. */
const file = policy.extend({
  lists: z
    .record(
      z.string().meta({
        pattern: LIST_NAME.source.replace('^', `^(?!(?:${RESERVED.join('|')})$)`),
        errorMessage: `${LIST_NAME_ISSUE}, and must not be the name of a property of every object`,
      }),
      list.meta({
        description:
          'CIDRs, country codes, or any strings or integers; also { value, until, owner, note }.',
        if: { contains: { ...entryOf('integer'), required: ['value'] } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { items: entryOf('integer') },
      }),
    )
    .optional()
    .meta({
      description:
        'Lists for conditions, by name: address.within("name") for CIDRs, otherwise geo.country in lists.name.',
    }),
  feeds: policy.shape.feeds.meta({
    ...policy.shape.feeds.meta(),
    examples: BUILT_IN_FEEDS.map(({ id }) => [id]),
  }),
  // biome-ignore lint/suspicious/noThenProperty: a key of the policy language, and nothing awaits it
  rules: z.array(rule.extend({ then: effects }).meta({ description: 'A rule.' })).meta({
    description:
      'The rules, evaluated from top to bottom. allow and deny end the evaluation; restrictions accumulate.',
  }),
  unknown: unknown.optional().meta({
    description:
      'What happens when a signal that a rule needs is unknown. Each signal that a rule uses needs an entry.',
  }),
});

/**
 * Returns the JSON Schema of a policy file, for editors. It accepts each file that the service accepts. Conditions,
 * names of lists in them, and texts that the identity server rejects are beyond a schema: `risk-gate policy check`
 * finds them.
 *
 * Draft 7, because editors support it best: the YAML language server reads 2020-12 only since version 1.20.
 */
export function policyJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(file, {
    target: 'draft-07',
    io: 'input',
    // `meta` describes transforms and custom types.
    unrepresentable: 'any',
  });
  return {
    $schema,
    $id: SCHEMA_ID,
    title: 'Policy of Risk Gate',
    description: 'Who gets a token. docs/policy.md describes the variables and the effects.',
    ...schema,
    patternProperties: { '^x-': { description: 'Ignored: a place for anchors.' } },
  };
}
