import type { ClaimValue } from './operation.ts';
import type { Patterns } from './pattern.ts';

/** What happens to a token if an effect cannot be applied to it. */
export type Unenforceable = 'deny' | 'ignore';

/** The effects that a policy can have on a token, by the names that its file uses. */
export type EffectName =
  | 'lifetime'
  | 'refresh_token.lifetime'
  | 'refresh_token.drop'
  | 'scopes.remove'
  | 'scopes.add'
  | 'audience.remove'
  | 'audience.add'
  | 'claims.remove'
  | 'claims.set';

/** What happens to a token if the effects of a rule cannot be applied to it. */
export interface Enforcement {
  /** For ceilings and removals. */
  readonly restrictions: Unenforceable;
  /** For sets and adds: `deny` only where the rule itself says `unenforceable: deny`. */
  readonly additions: Unenforceable;
}

/** The changes that one rule makes to the token, with all texts and values evaluated. */
export interface Change {
  /** Id of the rule, or name of the `unknown` entry. */
  readonly rule: string;
  readonly enforcement: Enforcement;
  /** Ceiling for the access token, in seconds. */
  readonly lifetime?: number | undefined;
  /** Ceiling for the refresh token, in seconds, and whether the response omits it. */
  readonly refreshToken?: { readonly lifetime?: number; readonly drop?: boolean } | undefined;
  readonly scopes?: { readonly remove: Patterns; readonly add: readonly string[] } | undefined;
  readonly audience?: { readonly remove: Patterns; readonly add: readonly string[] } | undefined;
  readonly claims?:
    | {
        readonly remove: Patterns;
        readonly set: readonly {
          readonly name: string;
          /** `undefined` if its expression failed. */
          readonly value: ClaimValue | undefined;
        }[];
      }
    | undefined;
  /** Sets and adds that must be applied and cannot be, because the rule's condition failed. */
  readonly withheld?: readonly EffectName[] | undefined;
}
