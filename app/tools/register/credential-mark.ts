import { ToolError } from '../errors.ts';
import type { CredentialSecret, CredentialVersions } from './credential-secret.ts';

/** Tasks read the secret at least every five minutes (SECRETS_REFRESH_INTERVAL); the rest is for a slow read. */
export const REFRESH_WAIT_MS = 6 * 60_000;

/** Knows which version of the secret an action has. */
export interface CredentialMark {
  /** Whether the action is known to have another version than the current one. */
  readonly isStale: boolean;
  /** Whether the action is known to have the current version. */
  readonly isCurrent: boolean;
  /** When the current version was created, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** Notes that the action has the current version. Returns a warning if that is not possible. */
  set(): Promise<string | undefined>;
}

/** @param targetKey of the identity server. */
export function createCredentialMark(
  secret: CredentialSecret,
  { noted, current }: CredentialVersions,
  targetKey: string,
): CredentialMark {
  const versionId = noted.get(targetKey);
  return {
    isStale: versionId !== undefined && versionId !== current.id,
    isCurrent: versionId === current.id,
    createdAt: current.createdAt,
    async set() {
      try {
        await secret.note(targetKey, current.id);
        return undefined;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        return `${error.message} Until then, no run can know which secret the action has: after a change of the secret, use --update-credential.`;
      }
    },
  };
}

/** Returns the keys of other targets whose action is known to have an earlier version. */
export function otherStaleTargets(
  { noted, current }: CredentialVersions,
  targetKey: string,
): readonly string[] {
  return [...noted]
    .filter(([key, versionId]) => key !== targetKey && versionId !== current.id)
    .map(([key]) => key);
}
