import * as z from 'zod';
import { parseDuration } from '../../../src/lib/duration.ts';
import { isMapping } from '../../../src/policy/file/validate.ts';
import {
  ADDRESS_CAUSES,
  ANONYMIZER_CAUSES,
  FEED_CAUSES,
  GEO_CAUSES,
  NETWORK_CAUSES,
  REPUTATION_CAUSES,
} from '../../../src/signals/causes.ts';
import { isContinentCode, isCountryCode } from '../../../src/signals/geo/codes.ts';
import { CONTRACTS, type Contract } from '../../requests/token-request.ts';
import { checked, DURATION_HINT } from './fields.ts';
import { parseCaseTime } from './time.ts';

/*
 * The schema of a file with cases: what each case states about a request, and what it expects of the decision.
 */

/** Causes that a feed, or a field of `anonymizer`, can have on its own. */
const PART_CAUSES = ['absent', 'expired', 'database'] as const;

const text = z.string();
const names = z.array(z.string());
const mapping = z.custom<Readonly<Record<string, unknown>>>(isMapping, 'must be a mapping');
const texts = mapping.refine(
  (value) => Object.values(value).every(isTextOrTexts),
  'must have a string, a list of strings, or null (absent) for each name; quote numbers',
);
const flag = z.boolean('must be true or false');
const count = z.int('must be a whole number').min(0, 'must be 0 or more');
/** A field that may be stated as absent. */
const orAbsent = <T extends z.ZodType>(type: T) => z.union([z.null(), type], 'is not valid');

const country = checked(
  (value) => (typeof value === 'string' && isCountryCode(value) ? value : undefined),
  (value) => `${value} is not an ISO 3166-1 alpha-2 country code, such as LK`,
);
const continent = checked(
  (value) => (typeof value === 'string' && isContinentCode(value) ? value : undefined),
  (value) => `${value} is not a continent; write AF, AN, AS, EU, NA, OC or SA`,
);
const asn = z.int('must be an AS number, such as 64500').min(1).max(4_294_967_295);
const SCORE = 'must be a whole number from 0 to 100';
const score = z.int(SCORE).min(0, SCORE).max(100, SCORE);

const geo = z.strictObject({
  country: absentOr(country).optional(),
  continent: absentOr(continent).optional(),
  asn: orAbsent(asn).optional(),
  organization: orAbsent(text).optional(),
  city: orAbsent(text).optional(),
  timezone: orAbsent(text).optional(),
});
const network = z.strictObject({
  asn: orAbsent(asn).optional(),
  organization: orAbsent(text).optional(),
});
const abuse = z.strictObject({
  score: score.optional(),
  reports: orAbsent(count).optional(),
  reporters: orAbsent(count).optional(),
  tor: orAbsent(z.boolean()).optional(),
  usage: orAbsent(text).optional(),
  isp: orAbsent(text).optional(),
  domain: orAbsent(text).optional(),
  age_hours: count.optional(),
  stale: flag.optional(),
  inherited: flag.optional(),
});

const answer = z.union(
  [z.boolean(), z.enum(PART_CAUSES)],
  'must be true, false, absent, expired or database',
);
const anonymizerFields = ['vpn', 'tor', 'proxy', 'hosting', 'relay'] as const;
const anonymizer = z.union(
  [
    z.array(z.enum(anonymizerFields)),
    z.strictObject({
      vpn: answer.optional(),
      tor: answer.optional(),
      proxy: answer.optional(),
      hosting: answer.optional(),
      relay: answer.optional(),
    }),
  ],
  `must be a list of what the address is, such as [vpn], or a mapping such as { vpn: true, tor: absent }; the names are ${anonymizerFields.join(', ')}`,
);
const feeds = z.union(
  [
    names,
    mapping.refine(
      (value) =>
        Object.values(value).every(
          (one) => typeof one === 'boolean' || (FEED_CAUSES as readonly unknown[]).includes(one),
        ),
      'must have true, false, absent or expired for each feed',
    ),
  ],
  'must be a list of the feeds that contain the address, or a mapping such as { tor-exits: expired }',
);

/** A cause, several, or `any` for all: each is a case of its own. */
const causes = <const Causes extends readonly [string, ...string[]]>(all: Causes) =>
  z
    .union(
      [z.enum(all), z.literal('any'), z.array(z.enum(all)).min(1)],
      `must be a cause, a list of causes, or any; the causes are ${all.join(', ')}`,
    )
    .transform((value): readonly string[] =>
      value === 'any' ? all : Array.isArray(value) ? value : [value],
    );

const unknown = z.strictObject({
  address: causes(ADDRESS_CAUSES).optional(),
  geo: causes(GEO_CAUSES).optional(),
  network: causes(NETWORK_CAUSES).optional(),
  anonymizer: causes(ANONYMIZER_CAUSES).optional(),
  feeds: causes(FEED_CAUSES).optional(),
  reputation: causes(REPUTATION_CAUSES).optional(),
});

const organization = z.strictObject({
  id: text.optional(),
  name: text.optional(),
  handle: text.optional(),
  depth: count.optional(),
});

/** Seconds, or `unstated`: the request says -1, the identity server's default. */
const lifetime = checked(
  (value) => (value === 'unstated' ? 'unstated' : parseDuration(value)),
  (value) => `${value} is not a valid lifetime; ${DURATION_HINT}, or unstated`,
);

/** What a case states about a request. */
export const given = z.strictObject({
  address: text.optional(),
  signed: flag.optional(),
  country: country.optional(),
  continent: continent.optional(),
  asn: asn.optional(),
  score: score.optional(),
  geo: geo.optional(),
  network: network.optional(),
  abuse: abuse.optional(),
  anonymizer: anonymizer.optional(),
  feeds: feeds.optional(),
  unknown: unknown.optional(),
  time: checked(
    parseCaseTime,
    (value) =>
      `${value} is not a valid time; write "09:30", "Sun 09:30", 2026-01-31T09:30 (in the policy's time zone) or 2026-01-31T09:30:00Z`,
  ).optional(),
  contract: z
    .union([z.enum(CONTRACTS), z.literal([1.0, 1.1, 1.2, 1.3])], 'must be 1.0, 1.1, 1.2 or 1.3')
    .transform((value) => (typeof value === 'number' ? value.toFixed(1) : value) as Contract)
    .optional(),
  grant: text.optional(),
  client: text.optional(),
  requested_scopes: names.optional(),
  scopes: names.optional(),
  audience: names.optional(),
  claims: mapping.optional(),
  lifetime: lifetime.optional(),
  refresh_token: z
    .union([z.literal(false), lifetime], 'must be a lifetime such as 8h, or false')
    .optional(),
  headers: texts.optional(),
  params: texts.optional(),
  user: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          id: text.optional(),
          store: text.optional(),
          organization: organization.optional(),
        }),
      ],
      'must be { id, store, organization }, or false',
    )
    .optional(),
  tenant: z.strictObject({ id: text.optional(), name: text.optional() }).optional(),
  organization: organization.optional(),
  request: text.optional(),
});

export type GivenFields = z.output<typeof given>;

function absentOr<T>(type: z.ZodType<T>): z.ZodType<T | null> {
  return z.unknown().transform((value, context): T | null => {
    if (value === null) return null;
    const result = type.safeParse(value);
    if (result.success) return result.data;
    context.addIssue(result.error.issues[0]?.message ?? 'is not valid');
    return z.NEVER;
  });
}

function isTextOrTexts(value: unknown): boolean {
  const isText = (one: unknown) => typeof one === 'string';
  return value === null || isText(value) || (Array.isArray(value) && value.every(isText));
}
