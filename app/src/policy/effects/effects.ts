import type { Change, EffectName, Enforcement } from '../../action/change.ts';
import type { ClaimValue } from '../../action/operation.ts';
import { compilePatterns } from '../../action/pattern.ts';
import type { ReputationUse } from '../../signals/reputation/score-knowledge.ts';
import type { SignalName } from '../../signals/request-signals.ts';
import { mergeReferences, type References } from '../cel/analysis/references.ts';
import type { ExpressionCompiler } from '../cel/compiler.ts';
import type { Variables } from '../cel/variables/variables.ts';
import type { Issues } from '../file/issues.ts';
import type { EffectsDefinition } from '../file/schema.ts';
import { compileClaimValue } from './claim-value.ts';
import { checkClaimName, checkNames } from './names.ts';
import { compileRefusal, type Refusal } from './refusal.ts';
import type { Template } from './template.ts';

/** The compiled effects of a rule, or of an entry of `unknown`. */
export interface Effects {
  /** Ends the evaluation; restrictions of earlier rules still apply. */
  readonly allow: boolean;
  /** Ends the evaluation with a refusal. */
  readonly deny: ((variables: Variables) => Refusal) | undefined;
  /** Whether they refuse or remove something, rather than only allow or add. */
  readonly restricts: boolean;
  /** Signals that their templates read. */
  readonly signals: ReadonlySet<SignalName>;
  /** How their templates use the reputation. */
  readonly reputationUse: ReputationUse;
  readonly references: References;
  /** Returns the changes to the token on behalf of a rule, or `undefined` if there are none. */
  change(rule: string, enforcement: Enforcement, variables: Variables): Change | undefined;
  /**
   * Returns the changes without sets and adds, which a failed condition does not apply. If the rule requires
   * its sets and adds, the change lists them as withheld.
   */
  restriction(rule: string, enforcement: Enforcement): Change | undefined;
}

/** Compiles effects that match the schema; adds further issues to `issues`. */
export function compileEffects(
  definition: EffectsDefinition,
  compiler: ExpressionCompiler,
  issues: Issues,
): Effects {
  const deny =
    definition.deny === undefined
      ? undefined
      : compileRefusal(definition.deny, compiler, issues.at('deny'));
  checkNames(definition, issues);
  const set = compileSet(definition, compiler, issues.at('claims', 'set'));
  const references = mergeReferences([
    ...(deny?.references ?? []),
    ...set.flatMap(({ value }) => value.references),
  ]);
  const removals = compileRemovals(definition);
  const additions = additionsIn(definition);
  const changes = removals.restricts || additions.length > 0;
  return {
    allow: definition.allow === true,
    deny: deny && ((variables) => deny.render(variables)),
    restricts: deny !== undefined || removals.restricts,
    signals: references.signals,
    reputationUse: references.reputationUse,
    references,
    change(rule, enforcement, variables) {
      if (!changes) return undefined;
      return {
        rule,
        enforcement,
        ...removals.change,
        ...renderAdditions(definition, removals, set, variables),
      };
    },
    restriction(rule, enforcement) {
      const withheld = enforcement.additions === 'deny' ? additions : [];
      if (!removals.restricts && withheld.length === 0) return undefined;
      return { rule, enforcement, ...removals.change, withheld };
    },
  };
}

interface ClaimAssignment {
  readonly name: string;
  readonly value: Template<ClaimValue | undefined>;
}

function compileSet(
  { claims }: EffectsDefinition,
  compiler: ExpressionCompiler,
  issues: Issues,
): ClaimAssignment[] {
  return Object.entries(claims?.set ?? {}).map(([name, value]) => {
    checkClaimName(name, issues.at(name));
    return { name, value: compileClaimValue(value, compiler, issues.at(name)) };
  });
}

interface Removals {
  readonly restricts: boolean;
  readonly change: Omit<Change, 'rule' | 'enforcement'>;
}

/** Compiles the part of the effects that does not depend on the request. */
function compileRemovals(definition: EffectsDefinition): Removals {
  const scopes = { remove: compilePatterns(definition.scopes?.remove ?? []), add: [] };
  const audience = { remove: compilePatterns(definition.audience?.remove ?? []), add: [] };
  const claims = { remove: compilePatterns(definition.claims?.remove ?? []), set: [] };
  const lists = [scopes, audience, claims];
  return {
    restricts:
      definition.lifetime !== undefined ||
      definition.refresh_token !== undefined ||
      lists.some(({ remove }) => !remove.empty),
    change: {
      lifetime: definition.lifetime,
      refreshToken: definition.refresh_token as Change['refreshToken'],
      ...(definition.scopes && { scopes }),
      ...(definition.audience && { audience }),
      ...(definition.claims && { claims }),
    },
  };
}

function renderAdditions(
  definition: EffectsDefinition,
  { change }: Removals,
  set: readonly ClaimAssignment[],
  variables: Variables,
): Partial<Change> {
  return {
    ...(change.scopes && { scopes: { ...change.scopes, add: definition.scopes?.add ?? [] } }),
    ...(change.audience && {
      audience: { ...change.audience, add: definition.audience?.add ?? [] },
    }),
    ...(change.claims && {
      claims: {
        ...change.claims,
        set: set.map(({ name, value }) => ({ name, value: value.render(variables) })),
      },
    }),
  };
}

/** Returns the names of the sets and adds among the effects. */
function additionsIn({ scopes, audience, claims }: EffectsDefinition): EffectName[] {
  const names: EffectName[] = [];
  if ((scopes?.add.length ?? 0) > 0) names.push('scopes.add');
  if ((audience?.add.length ?? 0) > 0) names.push('audience.add');
  if (Object.keys(claims?.set ?? {}).length > 0) names.push('claims.set');
  return names;
}
