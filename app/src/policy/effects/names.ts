import { isAddressableClaim, isReservedClaim } from '../../action/claims.ts';
import type { Issues } from '../file/issues.ts';
import type { EffectsDefinition } from '../file/schema.ts';
import { globOf } from './glob.ts';

/** RFC 6749 scope-token: printable ASCII without space, double quote and backslash. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** An audience that the identity server accepts; it refuses `urn:` forms and underscores. */
const AUDIENCE = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s/$.?#].\S*|[a-zA-Z0-9.-]+)$/;

/** Checks the names of scopes, audiences and removed claims in effects. */
export function checkNames(definition: EffectsDefinition, issues: Issues): void {
  checkRemovals(definition.scopes?.remove, SCOPE, issues.at('scopes', 'remove'));
  checkRemovals(definition.audience?.remove, /^\S+$/, issues.at('audience', 'remove'));
  checkRemovals(definition.claims?.remove, /\S/, issues.at('claims', 'remove'));
  for (const [index, scope] of (definition.scopes?.add ?? []).entries()) {
    checkAddedScope(scope, issues.at('scopes', 'add', index));
  }
  for (const [index, audience] of (definition.audience?.add ?? []).entries()) {
    if (AUDIENCE.test(audience) && !/\s|\$\{/.test(audience)) continue;
    issues
      .at('audience', 'add', index)
      .add(
        `"${audience}" is not a valid audience; write scheme://… or letters, digits, dots and hyphens`,
      );
  }
  for (const [index, name] of (definition.claims?.remove ?? []).entries()) {
    checkRemovedClaim(name, issues.at('claims', 'remove', index));
  }
}

/** Checks the name of a claim that is set or removed. */
export function checkClaimName(name: string, issues: Issues): void {
  // The identity server drops an add with a blank name, and keeps spaces around a name as a part of it.
  const add = (message: string) => issues.add(message, { mark: 'key' });
  if (name.trim() === '') add('a claim name must not be empty');
  else if (name !== name.trim()) add(`"${name}" must not begin or end with a space`);
  if (isReservedClaim(name)) add(`${name} is a reserved claim and cannot be changed`);
}

function checkAddedScope(scope: string, issues: Issues): void {
  if (!SCOPE.test(scope)) {
    issues.add(`"${scope}" is not a valid scope (RFC 6749: no space, quote or backslash)`);
  } else if (scope.includes('*') || scope.includes('${')) {
    issues.add(`"${scope}" must be the full name of a scope, without * or \${…}`);
  }
}

function checkRemovedClaim(name: string, issues: Issues): void {
  checkClaimName(name, issues);
  if (!name.includes('*') && !isReservedClaim(name) && !isAddressableClaim(name)) {
    issues.add(`the identity server cannot remove a claim named "${name}"`);
  }
}

/** Syntax of regular expressions and shell patterns that names in tokens do not contain. */
const OTHER_PATTERN_SYNTAX = /^[\^!]|\$$|\||\{.*,.*\}|\[.*\]/;

/** Reports removals that could never remove anything, which nobody would notice. */
function checkRemovals(names: readonly string[] | undefined, valid: RegExp, issues: Issues): void {
  for (const [index, name] of (names ?? []).entries()) {
    const issue = removalIssue(name, valid);
    if (issue === undefined) continue;
    const { message, ...details } = issue;
    issues.at(index).add(message, details);
  }
}

function removalIssue(
  name: string,
  valid: RegExp,
): { readonly message: string; readonly suggestion?: string } | undefined {
  if (name.includes('${')) {
    return { message: `"${name}" contains an expression; write a name, with * for any characters` };
  }
  if (OTHER_PATTERN_SYNTAX.test(name) && !name.includes('://')) {
    const reason = `"${name}" is not a supported pattern; only * is special and matches any characters`;
    const glob = globOf(name);
    if (glob === undefined || !valid.test(glob)) return { message: reason };
    return { message: `${reason}, so write "${glob}"`, suggestion: glob };
  }
  if (!valid.test(name)) {
    return { message: `"${name}" cannot occur in a token, so it removes nothing` };
  }
  return undefined;
}
