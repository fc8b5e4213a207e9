import fc from 'fast-check';
import { AUDIENCES, CLAIMS, SCOPES } from './generated-requests.ts';

export interface GeneratedEffects {
  readonly allow?: true;
  readonly deny?: string;
  readonly lifetime?: number;
  readonly refresh_token?: { readonly lifetime?: number; readonly drop?: true };
  readonly scopes?: { readonly remove: readonly string[]; readonly add: readonly string[] };
  readonly audience?: { readonly remove: readonly string[]; readonly add: readonly string[] };
  readonly claims?: {
    readonly remove: readonly string[];
    readonly set: Readonly<Record<string, unknown>>;
  };
}

/** The result of a condition for every generated request. */
export type Condition = 'matches' | 'does not match' | 'fails' | UnknownCondition;

/** Conditions that need signals without a value. */
export const UNKNOWN_CONDITIONS = [
  'unknown reputation',
  'unknown anonymizer',
  'absent feed',
  'expired feed',
  'absent and expired feed',
] as const;
export type UnknownCondition = (typeof UNKNOWN_CONDITIONS)[number];

/** The entries of `unknown` that those conditions need. */
export const ENTRIES = ['anonymizer', 'feeds.absent', 'feeds.expired', 'reputation'] as const;
export type Entry = (typeof ENTRIES)[number];

export interface GeneratedRule {
  readonly id: string;
  readonly condition: Condition;
  readonly effects: GeneratedEffects;
  readonly unenforceable?: 'deny' | 'ignore';
}

export interface GeneratedPolicy {
  readonly rules: readonly GeneratedRule[];
  readonly unenforceable: 'deny' | 'ignore';
  readonly unknown: Readonly<Record<Entry, GeneratedEffects | 'ignore'>>;
}

const lifetime = fc.integer({ min: 1, max: 100_000 });

function patterns(names: readonly string[], globs: readonly string[]) {
  return fc.array(fc.constantFrom(...names, ...globs), { maxLength: 3 });
}

const someOf = (names: readonly string[]) => fc.array(fc.constantFrom(...names), { maxLength: 3 });

const list = (names: readonly string[], added: readonly string[], globs: readonly string[]) =>
  fc
    .record({ remove: patterns(names, globs), add: someOf([...names, ...added]) })
    .filter(({ remove, add }) => remove.length + add.length > 0);

const setValue = fc.oneof(
  fc.constantFrom('a', 'b', ''),
  fc.string({ unit: 'grapheme', maxLength: 5 }).filter((text) => !text.includes('$')),
  fc.oneof(
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
  ),
  fc.boolean(),
  fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 }),
);

/** Names that a policy may remove, and those that it can set (docs/policy.md). */
const REMOVABLE = CLAIMS.filter((name) => /^[a-z_é]/.test(name) && !/^aud|\//.test(name));
const SETTABLE = CLAIMS.filter((name) => name !== '__proto__');

const claims = fc
  .record({
    remove: patterns(REMOVABLE, ['*', 'e*', '*l*', 'aud*', '*5*', 'http*', '-*', '+*', '*/*']),
    set: fc.dictionary(fc.constantFrom(...SETTABLE), setValue, { maxKeys: 3 }),
  })
  .filter(({ remove, set }) => remove.length + Object.keys(set).length > 0);

const changes = fc
  .record(
    {
      allow: fc.constant(true as const),
      lifetime,
      refresh_token: fc
        .record({ lifetime, drop: fc.constant(true as const) }, { requiredKeys: [] })
        .filter((value) => Object.keys(value).length > 0),
      scopes: list(SCOPES, ['added', 'extra:1'], ['*', 'read:*', '*:a', 'a*', '*d*e*']),
      audience: list(AUDIENCES, ['added.example', 'https://c.example'], ['*', 'https://*', '*x']),
      claims,
    },
    { requiredKeys: [] },
  )
  .filter((value) => Object.keys(value).length > 0);

const effects: fc.Arbitrary<GeneratedEffects> = fc.oneof(
  { weight: 8, arbitrary: changes },
  { weight: 1, arbitrary: fc.constant({ deny: 'Refused.' }) },
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('matches' as const) },
  fc.constantFrom('does not match', 'fails'),
  fc.constantFrom(...UNKNOWN_CONDITIONS),
);

const entry = fc.oneof(fc.constant('ignore' as const), effects);

/** Policies of a few rules with all kinds of effects. */
export const generatedPolicy: fc.Arbitrary<GeneratedPolicy> = fc.record({
  rules: fc
    .array(
      fc.record(
        { condition, effects, unenforceable: fc.constantFrom('deny', 'ignore') },
        { requiredKeys: ['condition', 'effects'] },
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((rules) => rules.map((rule, index) => ({ id: `rule-${index}`, ...rule }))),
  unenforceable: fc.constantFrom('deny', 'ignore'),
  unknown: fc.record({
    anonymizer: entry,
    'feeds.absent': entry,
    'feeds.expired': entry,
    reputation: entry,
  }),
});
