import type { Change, EffectName, Enforcement } from '../../action/change.ts';
import { MAX_REASON_LENGTH } from '../../action/characters.ts';
import { isAddressableClaim, isReservedClaim } from '../../action/claims.ts';
import type { ClaimValue } from '../../action/operation.ts';
import { compilePatterns } from '../../action/pattern.ts';
import { FORBIDDEN_REASONS } from '../../action/response.ts';
import type { SignalName } from '../../signals/request-signals.ts';
import { mergeReferences, type References } from '../cel/analysis/references.ts';
import type { ExpressionCompiler } from '../cel/compiler.ts';
import type { Variables } from '../cel/variables/variables.ts';
import type { Issues } from '../file/issues.ts';
import type { EffectsFile } from '../file/schema.ts';
import {
  checkAnswerText,
  compileClaimValue,
  compileDescription,
  type Template,
} from './templates.ts';

/** How a token is refused: OAuth's `error` and its description. */
export interface Refusal {
  readonly reason: string;
  readonly description: string;
}

/** What a rule, or an entry of `unknown`, does. */
export interface Effects {
  /** Ends the policy; what earlier rules restricted stays. */
  readonly allow: boolean;
  /** Ends the policy with a refusal. */
  readonly deny: ((variables: Variables) => Refusal) | undefined;
  /** Whether it refuses or takes something away, rather than only allow or add. */
  readonly restricts: boolean;
  /** Signals that its texts and values name. */
  readonly signals: ReadonlySet<SignalName>;
  readonly references: References;
  /** What is to change in the token, on behalf of a rule. `undefined` when nothing is. */
  change(rule: string, enforcement: Enforcement, variables: Variables): Change | undefined;
  /**
   * The same without sets and adds, which a failed condition does not apply. Where the rule insists on
   * them, the change says that they are missing.
   */
  restriction(rule: string, enforcement: Enforcement): Change | undefined;
}

/** Compiles effects whose form is right; further mistakes are added to `problems`. */
export function compileEffects(
  file: EffectsFile,
  compiler: ExpressionCompiler,
  problems: Issues,
): Effects {
  const deny = file.deny === undefined ? undefined : compileDeny(file.deny, compiler, problems);
  checkLists(file, problems);
  const set = Object.entries(file.claims?.set ?? {}).map(([name, value]) => {
    checkClaimName(name, problems.at('claims', 'set', name));
    const place = problems.at('claims', 'set', name);
    return { name, value: compileClaimValue(value, compiler, place) };
  });
  const references = mergeReferences([
    ...(deny?.description.references ?? []),
    ...set.flatMap(({ value }) => value.references),
  ]);
  const removals = removalsOf(file);
  const additions = additionsIn(file);
  const changes = removals.restricts || additions.length > 0;
  return {
    allow: file.allow === true,
    deny:
      deny &&
      ((variables) => ({ reason: deny.reason, description: deny.description.render(variables) })),
    restricts: deny !== undefined || removals.restricts,
    signals: references.signals,
    references,
    change(rule, enforcement, variables) {
      if (!changes) return undefined;
      return {
        rule,
        enforcement,
        ...removals.change,
        ...renderAdditions(file, removals, set, variables),
      };
    },
    restriction(rule, enforcement) {
      const withheld = enforcement.additions === 'deny' ? additions : [];
      if (!removals.restricts && withheld.length === 0) return undefined;
      return { rule, enforcement, ...removals.change, withheld };
    },
  };
}

interface Removals {
  readonly restricts: boolean;
  readonly change: Omit<Change, 'rule' | 'enforcement'>;
}

/** The part of the effects that takes away. It is the same for every request, so it is built once. */
function removalsOf(file: EffectsFile): Removals {
  const scopes = { remove: compilePatterns(file.scopes?.remove ?? []), add: [] };
  const audience = { remove: compilePatterns(file.audience?.remove ?? []), add: [] };
  const claims = { remove: compilePatterns(file.claims?.remove ?? []), set: [] };
  const lists = [scopes, audience, claims];
  return {
    restricts:
      file.lifetime !== undefined ||
      file.refresh_token !== undefined ||
      lists.some(({ remove }) => !remove.empty),
    change: {
      lifetime: file.lifetime,
      refreshToken: file.refresh_token as Change['refreshToken'],
      ...(file.scopes && { scopes }),
      ...(file.audience && { audience }),
      ...(file.claims && { claims }),
    },
  };
}

type Set = readonly { readonly name: string; readonly value: Template<ClaimValue | undefined> }[];

function renderAdditions(
  file: EffectsFile,
  { change }: Removals,
  set: Set,
  variables: Variables,
): Partial<Change> {
  return {
    ...(change.scopes && { scopes: { ...change.scopes, add: file.scopes?.add ?? [] } }),
    ...(change.audience && { audience: { ...change.audience, add: file.audience?.add ?? [] } }),
    ...(change.claims && {
      claims: {
        ...change.claims,
        set: set.map(({ name, value }) => ({ name, value: value.render(variables) })),
      },
    }),
  };
}

/** Returns the names of the sets and adds among the effects. */
function additionsIn({ scopes, audience, claims }: EffectsFile): EffectName[] {
  const names: EffectName[] = [];
  if ((scopes?.add.length ?? 0) > 0) names.push('scopes.add');
  if ((audience?.add.length ?? 0) > 0) names.push('audience.add');
  if (Object.keys(claims?.set ?? {}).length > 0) names.push('claims.set');
  return names;
}

function compileDeny(
  deny: NonNullable<EffectsFile['deny']>,
  compiler: ExpressionCompiler,
  problems: Issues,
): { reason: string; description: Template<string> } {
  const { reason: written = 'access_denied', description } =
    typeof deny === 'string' ? { description: deny } : deny;
  const reason = written.trim();
  const place = typeof deny === 'string' ? problems.at('deny') : problems.at('deny', 'reason');
  if (reason === '') place.add('a reason must not be empty');
  if (reason.includes('${'))
    place.add('a reason is fixed; an expression belongs into the description');
  else checkAnswerText(reason, MAX_REASON_LENGTH, place);
  if (FORBIDDEN_REASONS.has(reason.toLowerCase())) {
    place.add(
      `the identity server does not pass the reason ${reason} on as a refusal; use e.g. access_denied`,
    );
  }
  const text = typeof deny === 'string' ? problems.at('deny') : problems.at('deny', 'description');
  return { reason, description: compileDescription(description, compiler, text) };
}

/** RFC 6749 scope-token: printable ASCII without space, double quote and backslash. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** What the identity server takes for an audience; `urn:` forms and underscores are refused. */
const AUDIENCE = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s/$.?#].\S*|[a-zA-Z0-9.-]+)$/;

function checkLists(file: EffectsFile, problems: Issues): void {
  checkRemovals(file.scopes?.remove, SCOPE, problems.at('scopes', 'remove'));
  checkRemovals(file.audience?.remove, /^\S+$/, problems.at('audience', 'remove'));
  checkRemovals(file.claims?.remove, /\S/, problems.at('claims', 'remove'));
  for (const [index, scope] of (file.scopes?.add ?? []).entries()) {
    const place = problems.at('scopes', 'add', index);
    if (!SCOPE.test(scope))
      place.add(`"${scope}" is no scope (RFC 6749: no space, quote or backslash)`);
    else if (scope.includes('*') || scope.includes('${')) {
      place.add(`"${scope}" is not one scope; added scopes are named in full`);
    }
  }
  for (const [index, audience] of (file.audience?.add ?? []).entries()) {
    if (!AUDIENCE.test(audience) || /\s|\$\{/.test(audience)) {
      problems
        .at('audience', 'add', index)
        .add(`"${audience}" is no audience: write scheme://… or letters, digits, dots and hyphens`);
    }
  }
  for (const [index, name] of (file.claims?.remove ?? []).entries()) {
    const place = problems.at('claims', 'remove', index);
    checkClaimName(name, place);
    if (!name.includes('*') && !isReservedClaim(name) && !isAddressableClaim(name)) {
      place.add(`the identity server cannot remove a claim with the name "${name}"`);
    }
  }
}

/** What regular expressions and shells write, and no name of a scope, an audience or a claim has. */
const OTHER_PATTERN = /^[\^!]|\$$|\||\{.*,.*\}|\[.*\]/;

/** A name that nothing can have removes nothing, and nobody would notice. */
function checkRemovals(names: readonly string[] | undefined, form: RegExp, problems: Issues): void {
  for (const [index, name] of (names ?? []).entries()) {
    if (name.includes('${')) {
      problems
        .at(index)
        .add(`"${name}" holds an expression; what is removed is named, with * for any run`);
    } else if (!form.test(name)) {
      problems.at(index).add(`"${name}" can be no name in a token, so it removes nothing`);
    } else if (OTHER_PATTERN.test(name) && !name.includes('://')) {
      problems
        .at(index)
        .add(
          `"${name}" is no pattern here: only * is special, and stands for any run of characters`,
        );
    }
  }
}

function checkClaimName(name: string, problems: Issues): void {
  // The identity server drops an add whose name is blank, and takes blanks around a name for a part of it.
  if (name.trim() === '') problems.add('a claim needs a name');
  else if (name !== name.trim()) problems.add(`"${name}" must not begin or end with a blank`);
  if (isReservedClaim(name))
    problems.add(`${name} is a claim of the token itself and cannot be changed`);
}
