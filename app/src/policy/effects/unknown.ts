import { closestName, didYouMean } from '../../config/similar-name.ts';
import { listInWords } from '../../lib/list-in-words.ts';
import { UNKNOWN_CAUSES, type UnknownCause } from '../../signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../../signals/request-signals.ts';
import { mergeReferences, type References } from '../cel/analysis/references.ts';
import type { ExpressionCompiler } from '../cel/compiler.ts';
import type { Issues } from '../file/issues.ts';
import { type PolicyDefinition, readEffects } from '../file/schema.ts';
import { compileEffects, type Effects } from './effects.ts';

/** The compiled section `unknown`: the effects for each signal and cause. `undefined` is `ignore`. */
export type UnknownEntries = {
  readonly [Name in SignalName]: (cause: UnknownCause) => Effects | undefined;
};

/**
 * Causes of an unknown reputation that the first policies could not name. Without an entry of their own and a default,
 * they have the entry of a similar cause, so that those policies are still complete.
 */
export const SIMILAR_CAUSES: ReadonlyMap<string, string> = new Map([
  ['budget', 'quota'],
  ['pending', 'timeout'],
]);

const EFFECT_NAMES = new Set([
  ...['allow', 'deny', 'lifetime', 'refresh_token', 'scopes', 'audience', 'claims'],
]);

interface CompiledEntry {
  readonly find: (cause: UnknownCause) => Effects | undefined;
  readonly references: readonly References[];
  readonly parts: readonly Omit<UnknownEntry, 'signal'>[];
}

/** What the file specifies for an unknown signal, for all causes or for one. */
export interface UnknownEntry {
  readonly signal: SignalName;
  /** A cause or `default`; `undefined` if one entry covers all causes. */
  readonly cause: string | undefined;
  /** `undefined` is `ignore`. */
  readonly effects: Effects | undefined;
}

/** The signals that are those of the address, for messages. */
const DEPENDENT_SIGNALS = listInWords(SIGNAL_NAMES.filter((name) => name !== 'address'));

/** An example that fails closed, for each signal. */
const EXAMPLES: Readonly<Record<SignalName, string>> = {
  address: '{ deny: Access token issuance is blocked because the client address is unknown. }',
  geo: '{ deny: Access token issuance is blocked because your region is unknown. }',
  network: '{ deny: Access token issuance is blocked because your network is unknown. }',
  anonymizer: '{ deny: Access token issuance is blocked because your address cannot be checked. }',
  feeds: '{ deny: Access token issuance is blocked because your address cannot be checked. }',
  reputation:
    '{ deny: Access token issuance is blocked because the reputation of your address is unknown. }',
};

/**
 * Compiles `unknown`. A signal that a rule uses without an entry is an issue: the fail mode is part of the policy.
 *
 * @param users the first rule that uses each signal.
 */
export function compileUnknown(
  { unknown: definition, wait }: Pick<PolicyDefinition, 'unknown' | 'wait'>,
  users: ReadonlyMap<SignalName, string>,
  compiler: ExpressionCompiler,
  issues: Issues,
): { entries: UnknownEntries; parts: readonly UnknownEntry[]; references: References } {
  const compiled = {} as Record<SignalName, CompiledEntry>;
  for (const name of Object.keys(definition)) {
    if (Object.hasOwn(UNKNOWN_CAUSES, name)) continue;
    const suggestion = closestName(name, SIGNAL_NAMES);
    issues
      .at(name)
      .add(`is not a signal; the signals are ${SIGNAL_NAMES.join(', ')}${didYouMean(suggestion)}`, {
        mark: 'key',
        ...(suggestion !== undefined && { suggestion }),
      });
  }
  for (const name of SIGNAL_NAMES) {
    const user = users.get(name);
    if (definition[name] === undefined && user !== undefined) {
      const why = name === 'address' ? ` (${DEPENDENT_SIGNALS} depend on the address)` : '';
      issues.add(
        `rule "${user}" needs ${name}${why}, so an entry must specify what happens when ${name === 'feeds' ? 'one' : 'it'} is unknown, e.g. ${name}: ${EXAMPLES[name]}`,
      );
    }
    compiled[name] = compileEntry(name, definition[name], compiler, issues.at(name));
  }
  return {
    entries: {
      address: compiled.address.find,
      geo: compiled.geo.find,
      network: compiled.network.find,
      anonymizer: compiled.anonymizer.find,
      feeds: compiled.feeds.find,
      reputation: compiled.reputation.find,
    },
    parts: SIGNAL_NAMES.flatMap((signal) =>
      usedParts(compiled[signal].parts, causesOf(signal, wait)).map((part) => ({
        signal,
        ...part,
      })),
    ),
    references: mergeReferences(Object.values(compiled).flatMap(({ references }) => references)),
  };
}

/** Returns the causes for which a signal can be unknown. Without a wait, the policy decides when a lookup has ended. */
function causesOf(signal: SignalName, wait: PolicyDefinition['wait']): readonly string[] {
  const causes: readonly string[] = UNKNOWN_CAUSES[signal];
  return wait === undefined ? causes.filter((cause) => cause !== 'pending') : causes;
}

/** Leaves out the entries of other causes, and a default if each of the causes has its own entry. */
function usedParts(
  parts: CompiledEntry['parts'],
  causes: readonly string[],
): CompiledEntry['parts'] {
  const own = new Set(parts.map(({ cause }) => cause));
  return parts.filter(({ cause }) => {
    if (cause === undefined) return true;
    return cause === 'default' ? causes.some((each) => !own.has(each)) : causes.includes(cause);
  });
}

const NO_ENTRY: CompiledEntry = { find: () => undefined, references: [], parts: [] };

function compileEntry(
  name: SignalName,
  definition: unknown,
  compiler: ExpressionCompiler,
  issues: Issues,
): CompiledEntry {
  if (definition === undefined) return NO_ENTRY;
  if (!isByCause(name, definition)) {
    const effects = compileOne(definition, compiler, issues);
    return {
      find: () => effects,
      references: effects ? [effects.references] : [],
      parts: [{ cause: undefined, effects }],
    };
  }
  return compileByCause(name, definition, compiler, issues);
}

function compileByCause(
  name: SignalName,
  definition: Readonly<Record<string, unknown>>,
  compiler: ExpressionCompiler,
  issues: Issues,
): CompiledEntry {
  const causes: readonly string[] = UNKNOWN_CAUSES[name];
  const byCause = new Map<string, Effects | undefined>();
  let hasInvalidCause = false;
  for (const [cause, effects] of Object.entries(definition)) {
    if (cause !== 'default' && !causes.includes(cause)) {
      const suggestion = EFFECT_NAMES.has(cause) ? undefined : closestName(cause, causes);
      issues
        .at(cause)
        .add(
          EFFECT_NAMES.has(cause)
            ? 'is an effect next to causes; put it below default or below a cause'
            : `is not a cause of an unknown ${name === 'feeds' ? 'feed' : name}; the causes are ${causes.join(', ')}${didYouMean(suggestion)}`,
          { mark: 'key', ...(suggestion !== undefined && { suggestion }) },
        );
      hasInvalidCause = true;
      continue;
    }
    byCause.set(cause, compileOne(effects, compiler, issues.at(cause)));
  }
  const missing = causes.filter((cause) => !byCause.has(cause) && !SIMILAR_CAUSES.has(cause));
  if (!byCause.has('default') && missing.length > 0 && !hasInvalidCause) {
    issues.add(`needs default, or entries for ${missing.join(', ')}`);
  }
  return {
    find: (cause) => byCause.get(entryFor(cause, byCause)),
    references: [...byCause.values()].flatMap((effects) => (effects ? [effects.references] : [])),
    parts: [...byCause].map(([cause, effects]) => ({ cause, effects })),
  };
}

/** Returns which entry applies to a cause: its own one, the default, or that of a similar cause. */
function entryFor(cause: string, entries: ReadonlyMap<string, unknown>): string {
  if (entries.has(cause)) return cause;
  return entries.has('default') ? 'default' : (SIMILAR_CAUSES.get(cause) ?? cause);
}

function compileOne(
  value: unknown,
  compiler: ExpressionCompiler,
  issues: Issues,
): Effects | undefined {
  if (value === 'ignore') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    issues.add('must be ignore or an effect, e.g. { lifetime: 5m }');
    return undefined;
  }
  const definition = readEffects(value, issues);
  return definition && compileEffects(definition, compiler, issues);
}

function isByCause(
  name: SignalName,
  definition: unknown,
): definition is Readonly<Record<string, unknown>> {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition))
    return false;
  const keys: readonly string[] = ['default', ...UNKNOWN_CAUSES[name]];
  return Object.entries(definition).some(
    ([key, value]) => keys.includes(key) || (value === 'ignore' && key !== 'unenforceable'),
  );
}
