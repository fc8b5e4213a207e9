import { UNKNOWN_CAUSES, type UnknownCause } from '../../signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../../signals/request-signals.ts';

import { mergeReferences, type References } from '../cel/analysis/references.ts';
import type { ExpressionCompiler } from '../cel/compiler.ts';
import type { Issues } from '../file/issues.ts';
import { type PolicyFile, readEffects } from '../file/schema.ts';
import { compileEffects, type Effects } from './effects.ts';

/** What happens when a signal that a rule needs is unknown; `undefined` is `ignore`. */
export type UnknownEntries = {
  readonly [Name in SignalName]: (cause: UnknownCause) => Effects | undefined;
};

const EFFECTS = new Set([
  ...['allow', 'deny', 'lifetime', 'refresh_token', 'scopes', 'audience', 'claims'],
]);

interface CompiledEntry {
  readonly find: (cause: UnknownCause) => Effects | undefined;
  readonly references: readonly References[];
  readonly parts: readonly Omit<EntryPart, 'signal'>[];
}

/** What the file says of an unknown signal, as a whole or for one cause. */
export interface EntryPart {
  readonly signal: SignalName;
  /** A cause or `default`; `undefined` for an entry that is the same for all causes. */
  readonly cause: string | undefined;
  /** `undefined` is `ignore`. */
  readonly effects: Effects | undefined;
}

/** An entry that lets nobody pass, for each signal. */
const REFUSALS: Readonly<Record<SignalName, string>> = {
  address: '{ deny: Access token issuance is blocked because the client address is unknown. }',
  geo: '{ deny: Access token issuance is blocked because your region is unknown. }',
  reputation:
    '{ deny: Access token issuance is blocked because the reputation of your address is unknown. }',
};

/**
 * Compiles `unknown`. A signal that a rule uses without an entry is a mistake: the fail mode is policy.
 *
 * @param users the first rule that uses each signal.
 */
export function compileUnknown(
  file: PolicyFile['unknown'],
  users: ReadonlyMap<SignalName, string>,
  compiler: ExpressionCompiler,
  problems: Issues,
): { entries: UnknownEntries; parts: readonly EntryPart[]; references: References } {
  const compiled = {} as Record<SignalName, CompiledEntry>;
  for (const name of Object.keys(file)) {
    if (!Object.hasOwn(UNKNOWN_CAUSES, name))
      problems.at(name).add(`is no signal; those are ${SIGNAL_NAMES.join(', ')}`);
  }
  for (const name of SIGNAL_NAMES) {
    const user = users.get(name);
    if (file[name] === undefined && user !== undefined) {
      const why = name === 'address' ? ' (geo and reputation are those of the address)' : '';
      problems.add(
        `rule "${user}" needs ${name}${why}, so an entry must say what happens when it is unknown, e.g. ${name}: ${REFUSALS[name]}`,
      );
    }
    compiled[name] = compileEntry(name, file[name], compiler, problems.at(name));
  }
  return {
    entries: {
      address: compiled.address.find,
      geo: compiled.geo.find,
      reputation: compiled.reputation.find,
    },
    parts: SIGNAL_NAMES.flatMap((signal) =>
      compiled[signal].parts.map((part) => ({ signal, ...part })),
    ),
    references: mergeReferences(Object.values(compiled).flatMap(({ references }) => references)),
  };
}

const NOTHING: CompiledEntry = { find: () => undefined, references: [], parts: [] };

function compileEntry(
  name: SignalName,
  file: unknown,
  compiler: ExpressionCompiler,
  problems: Issues,
): CompiledEntry {
  if (file === undefined) return NOTHING;
  if (!isByCause(name, file)) {
    const effects = compileOne(file, compiler, problems);
    return {
      find: () => effects,
      references: effects ? [effects.references] : [],
      parts: [{ cause: undefined, effects }],
    };
  }
  return compileByCause(name, file, compiler, problems);
}

function compileByCause(
  name: SignalName,
  file: Readonly<Record<string, unknown>>,
  compiler: ExpressionCompiler,
  problems: Issues,
): CompiledEntry {
  const causes: readonly string[] = UNKNOWN_CAUSES[name];
  const byCause = new Map<string, Effects | undefined>();
  let mistaken = false;
  for (const [cause, effects] of Object.entries(file)) {
    if (cause !== 'default' && !causes.includes(cause)) {
      problems
        .at(cause)
        .add(
          EFFECTS.has(cause)
            ? 'stands beside causes; put it below default, or below a cause'
            : `is no cause of an unknown ${name}; those are ${causes.join(', ')}`,
        );
      mistaken = true;
      continue;
    }
    byCause.set(cause, compileOne(effects, compiler, problems.at(cause)));
  }
  const missing = causes.filter((cause) => !byCause.has(cause));
  if (!byCause.has('default') && missing.length > 0 && !mistaken) {
    problems.add(`needs default, or an entry for ${missing.join(', ')}`);
  }
  return {
    find: (cause) => byCause.get(byCause.has(cause) ? cause : 'default'),
    references: [...byCause.values()].flatMap((effects) => (effects ? [effects.references] : [])),
    parts: [...byCause]
      .map(([cause, effects]) => ({ cause, effects }))
      // Where every cause has its own entry, default is for none.
      .filter(({ cause }) => cause !== 'default' || missing.length > 0),
  };
}

function compileOne(
  file: unknown,
  compiler: ExpressionCompiler,
  problems: Issues,
): Effects | undefined {
  if (file === 'ignore') return undefined;
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    problems.add('must be ignore or an effect, e.g. { lifetime: 5m }');
    return undefined;
  }
  const form = readEffects(file, problems);
  return form && compileEffects(form, compiler, problems);
}

function isByCause(name: SignalName, file: unknown): file is Readonly<Record<string, unknown>> {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return false;
  const words: readonly string[] = ['default', ...UNKNOWN_CAUSES[name]];
  return Object.entries(file).some(
    ([key, value]) => words.includes(key) || (value === 'ignore' && key !== 'unenforceable'),
  );
}
