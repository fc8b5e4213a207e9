import * as z from 'zod';
import {
  FEED_ID,
  isFeedId,
  MAX_FEEDS,
  MAX_ID_LENGTH,
} from '../../../feeds/model/configured-feeds.ts';
import { isTimeZone } from '../../policy-clock.ts';
import { describeValue } from '../validate.ts';
import { wait } from './durations.ts';
import { mapping } from './effects.ts';

/*
 * The schemas of a policy file. Conditions, templates and names that the identity server rejects are checked when
 * they are compiled. A file is validated part by part, so some parts are `unknown` here; app/tools/policy/json-schema
 * puts all parts together. `meta` is for the JSON Schema: descriptions, and what it cannot derive from a function.
 */

const mode = z.enum(['enforce', 'monitor'], 'must be enforce or monitor');
const unenforceable = z.enum(['deny', 'ignore'], 'must be deny or ignore');

const FEED_ID_ISSUE = `must be the id of a feed in FEEDS: at most ${MAX_ID_LENGTH} lower-case letters, digits and single hyphens`;

const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const ruleId = z
  .string()
  .regex(RULE_ID, 'must be up to 64 letters, digits, dots, hyphens or _')
  .refine(
    (id) => !id.startsWith('unknown.'),
    'must not begin with unknown., which denotes entries of unknown in records',
  )
  .meta({
    description: 'A unique name, which records and metrics contain.',
    pattern: RULE_ID.source.replace('^', '^(?!unknown\\.)'),
    errorMessage:
      'must be up to 64 letters, digits, dots, hyphens or _, and must not begin with unknown.',
  });

export const rule = z.strictObject({
  id: ruleId,
  when: z.union([z.string(), z.boolean()], 'must be a condition, e.g. abuse.score >= 75').meta({
    description:
      'The condition, in CEL, such as geo.country in lists.restricted_countries. Quote a condition that begins with !, a quote or [, or contains a colon and a space.',
    examples: ['abuse.score >= 75', 'geo.country == "KP"', true],
  }),
  // biome-ignore lint/suspicious/noThenProperty: a key of the policy language, and nothing awaits it
  then: z.unknown().optional(),
  mode: mode.optional().meta({
    description: 'For this rule only: enforce, or monitor, which records and changes nothing.',
  }),
  unenforceable: unenforceable.optional().meta({
    description:
      'For this rule only: what happens if the request does not allow an effect. deny refuses the token; ignore issues it without the effect.',
  }),
  note: z.string().optional().meta({ description: 'Free text.' }),
});

const feedId = z.string().refine(isFeedId, FEED_ID_ISSUE).meta({
  pattern: FEED_ID.source,
  maxLength: MAX_ID_LENGTH,
  errorMessage: FEED_ID_ISSUE,
});

const waits = z
  .strictObject({
    reputation: wait.optional().meta({
      description: 'The longest time to wait for the reputation of an address, such as 150ms.',
    }),
  })
  .refine(
    ({ reputation }) => reputation !== undefined,
    'needs reputation, e.g. { reputation: 150ms }',
  );

export const policy = z.strictObject({
  version: z
    .literal(1, {
      error: ({ input }) =>
        input === undefined
          ? 'is missing; write version: 1'
          : `must be 1, not ${describeValue(input)}`,
    })
    .meta({ description: 'The version of the policy language, 1.' }),
  mode: mode.default('enforce').meta({
    description: 'enforce, or monitor: decide and record, but change nothing.',
  }),
  timezone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, {
      error: ({ input }) =>
        `${describeValue(input)} is not an IANA time zone; write a name such as Europe/Berlin`,
    })
    .meta({
      description:
        'The IANA time zone of now.hour, now.minute, now.weekday and until, such as Europe/Berlin.',
      pattern: '^[A-Za-z+-][A-Za-z0-9_+/:-]*$',
      errorMessage: 'is not an IANA time zone; write a name such as Europe/Berlin',
      examples: ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'],
    }),
  lists: mapping.default({}),
  feeds: z.array(feedId).max(MAX_FEEDS, `must have at most ${MAX_FEEDS} feeds`).default([]).meta({
    description: 'The feeds of FEEDS that the policy reads, by their ids.',
    uniqueItems: true,
  }),
  wait: waits.optional().meta({
    description: 'Limits how long a token request waits for a signal.',
    required: ['reputation'],
  }),
  rules: z.array(z.unknown()),
  unknown: mapping.default({}),
  unenforceable: unenforceable.default('deny').meta({
    description:
      'What happens if the request does not allow a restriction. deny refuses the token; ignore issues it without the restriction.',
  }),
});
