import type { ClaimValue } from './operation.ts';
import type { Patterns } from './pattern.ts';

/** What becomes of a token when a restriction cannot be applied to it. */
export type Unenforceable = 'deny' | 'ignore';

/** What one rule wants changed in the token, its texts and values worked out. */
export interface Change {
  /** Id of the rule, or name of the `unknown` entry. */
  readonly rule: string;
  readonly unenforceable: Unenforceable;
  /** Ceiling for the access token, in seconds. */
  readonly lifetime?: number | undefined;
  /** Ceiling for the refresh token, in seconds, or no refresh token at all. */
  readonly refreshToken?: { readonly lifetime?: number; readonly drop?: boolean } | undefined;
  readonly scopes?: { readonly remove: Patterns; readonly add: readonly string[] } | undefined;
  readonly audience?: { readonly remove: Patterns; readonly add: readonly string[] } | undefined;
  readonly claims?:
    | {
        readonly remove: Patterns;
        readonly set: readonly {
          readonly name: string;
          /** `undefined` when it could not be worked out. */
          readonly value: ClaimValue | undefined;
        }[];
      }
    | undefined;
}
