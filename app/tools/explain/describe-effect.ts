import type { Change } from '../../src/action/change.ts';
import type { RuleEffect } from '../../src/policy/verdict.ts';
import { formatSeconds, formatValue } from './format.ts';

/**
 * Describes an effect, one phrase for each part of it. Whether the request allows it is not considered: the
 * resulting token shows that.
 *
 * @param ends whether the effect ends the evaluation.
 */
export function describeEffect({ refusal, change }: RuleEffect, ends: boolean): string[] {
  if (refusal !== undefined) return [`refuse with ${refusal.reason}: ${refusal.description}`];
  const changes = change === undefined ? [] : describeChange(change);
  return ends ? ['allow, and skip all further rules', ...changes] : changes;
}

function describeChange(change: Change): string[] {
  const { lifetime, refreshToken, scopes, audience, claims, withheld = [] } = change;
  const phrases: string[] = [];
  if (withheld.length > 0) {
    phrases.push(`refuse, because the condition failed and ${withheld.join(', ')} must be applied`);
  }
  if (lifetime !== undefined) phrases.push(`cap the lifetime at ${formatSeconds(lifetime)}`);
  if (refreshToken?.drop) {
    phrases.push('omit the refresh token from the response; one that the client has stays valid');
  }
  if (refreshToken?.lifetime !== undefined) {
    phrases.push(`cap the refresh token's lifetime at ${formatSeconds(refreshToken.lifetime)}`);
  }
  for (const [name, list] of [
    ['scopes', scopes],
    ['audience', audience],
  ] as const) {
    if (list && !list.remove.empty)
      phrases.push(`${name}: remove ${list.remove.sources.join(', ')}`);
    if (list && list.add.length > 0) phrases.push(`${name}: add ${list.add.join(', ')}`);
  }
  if (claims && !claims.remove.empty) {
    phrases.push(`claims: remove ${claims.remove.sources.join(', ')}`);
  }
  for (const { name, value } of claims?.set ?? []) {
    phrases.push(
      value === undefined
        ? `claims: leave ${name} unchanged, because its value cannot be evaluated`
        : `claims: set ${name} to ${formatValue(value)}`,
    );
  }
  return phrases;
}
