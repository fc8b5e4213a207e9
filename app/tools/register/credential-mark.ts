import { ToolError } from '../errors.ts';
import type { CredentialSecret, CredentialVersions } from './credential-secret.ts';

/**
 * Notes which version of the secret an action has, as a label of that version. The identity server returns no secrets,
 * so nothing else can show whether the action has the current one.
 */
export interface CredentialMark {
  /** Whether the action is known to have another version than the current one. */
  readonly isStale: boolean;
  /** Whether the action is known to have the current version. */
  readonly isCurrent: boolean;
  /** Notes that the action has the current version. Returns a warning if that is not possible. */
  set(): Promise<string | undefined>;
}

const PREFIX = 'risk-gate:';

/** Returns the label of an action. */
export function labelOf(targetKey: string): string {
  return PREFIX + targetKey;
}

/** Returns the target of each action that has another version than the current one. */
export function staleTargets({ labels, current }: CredentialVersions): readonly string[] {
  return [...labels]
    .filter(([label, id]) => label.startsWith(PREFIX) && id !== current.id)
    .map(([label]) => label.slice(PREFIX.length));
}

export function createCredentialMark(
  secret: CredentialSecret,
  { labels, current }: CredentialVersions,
  targetKey: string,
): CredentialMark {
  const label = labelOf(targetKey);
  const marked = labels.get(label);
  return {
    isStale: marked !== undefined && marked !== current.id,
    isCurrent: marked === current.id,
    async set() {
      try {
        await secret.label(label, current.id, marked);
        return undefined;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        const reason = error.message.replace(/\.$/, '');
        return `It is not noted that the action has the current secret: ${reason}. After a rotation without this command, use --update-credential.`;
      }
    },
  };
}
