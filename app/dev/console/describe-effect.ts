import type { Change } from '../../src/action/change.ts';

import type { RuleEffect } from '../../src/policy/verdict.ts';
import { formatSeconds, formatValue } from './format.ts';

/**
 * What an effect does, one phrase for each part of it. Whether the request lets it happen is another
 * matter: that shows in the token.
 */
export function describeEffect({ refusal, change }: RuleEffect, ends: boolean): string[] {
  if (refusal !== undefined) return [`refuse with ${refusal.reason}: ${refusal.description}`];
  const changes = change === undefined ? [] : changeInWords(change);
  return ends ? ['allow, without looking at further rules', ...changes] : changes;
}

function changeInWords(change: Change): string[] {
  const { lifetime, refreshToken, scopes, audience, claims, withheld = [] } = change;
  const words: string[] = [];
  if (withheld.length > 0) {
    words.push(`refuse, because the condition failed and ${withheld.join(', ')} must be applied`);
  }
  if (lifetime !== undefined) words.push(`cap the lifetime at ${formatSeconds(lifetime)}`);
  if (refreshToken?.drop) {
    words.push('omit the refresh token from the response; one that the client has stays valid');
  }
  if (refreshToken?.lifetime !== undefined) {
    words.push(`cap the refresh token's lifetime at ${formatSeconds(refreshToken.lifetime)}`);
  }
  for (const [name, list] of [
    ['scopes', scopes],
    ['audience', audience],
  ] as const) {
    if (list && !list.remove.empty) words.push(`${name}: remove ${list.remove.sources.join(', ')}`);
    if (list && list.add.length > 0) words.push(`${name}: add ${list.add.join(', ')}`);
  }
  if (claims && !claims.remove.empty) {
    words.push(`claims: remove ${claims.remove.sources.join(', ')}`);
  }
  for (const { name, value } of claims?.set ?? []) {
    words.push(
      value === undefined
        ? `claims: leave ${name} as it is, for its value cannot be worked out`
        : `claims: set ${name} to ${formatValue(value)}`,
    );
  }
  return words;
}
