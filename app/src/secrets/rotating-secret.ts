import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DEFAULT_PREVIOUS_TTL, parsePreviousTtl } from './previous-ttl.ts';
import { type RefreshOptions, refreshPeriodically } from './refresh.ts';
import { RotationDate } from './rotation.ts';
import { readSecretVersions, type SecretVersions } from './versions.ts';

/** The accepted versions of a secret. */
export interface AcceptedVersions<Value> {
  readonly current: Value;
  /** The version before the current one. */
  readonly previous?: PreviousVersion<Value>;
}

export interface PreviousVersion<Value> {
  readonly value: Value;
  /**
   * When it stops being accepted, in milliseconds since the epoch. Compare it with the clock at each use
   * (`isAccepted`), so that it expires in time even while Secrets Manager cannot be reached.
   */
  readonly until: number;
}

export interface RotatingSecretOptions<Value> extends RefreshOptions {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
  /**
   * Parses the text of a version.
   *
   * @param label names the text in an error.
   * @throws Error with one sentence that does not repeat the text.
   */
  readonly parse: (text: string, label: string) => Value;
  /** Milliseconds for which the previous version is accepted; 0 rejects it. @default 24 h */
  readonly previousTtl?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Called with the accepted versions after each refresh. */
  readonly onChange?: (accepted: AcceptedVersions<Value>) => void;
}

export interface RotatingSecret<Value> {
  /** Returns the accepted versions as of the last successful refresh. */
  accepted(): AcceptedVersions<Value>;
  /** Stops refreshing. The accepted versions stay, and the client stays open. */
  stop(): void;
}

/**
 * Loads a secret and refreshes it in the background. For some time after a rotation the previous version is
 * accepted, too. A current version that is not valid changes nothing: the last valid one stays until it is
 * corrected.
 *
 * @throws Error with one sentence, without the secret, if it cannot be read at startup.
 * @example
 * const secret = await openRotatingSecret({ client, secretArn, parse, previousTtl, now, onError });
 * const { current, previous } = secret.accepted();
 * const keys = isAccepted(previous, now()) ? [current, previous.value] : [current];
 */
export async function openRotatingSecret<Value>(
  options: RotatingSecretOptions<Value>,
): Promise<RotatingSecret<Value>> {
  const { client, secretArn, parse, onChange } = options;
  const { previousTtl = parsePreviousTtl(DEFAULT_PREVIOUS_TTL) ?? 0, now = Date.now } = options;
  const rotation = new RotationDate(now);

  function accept(versions: SecretVersions): AcceptedVersions<Value> {
    const since = rotation.update(versions);
    const current = parse(versions.current.text, `The current version of the secret ${secretArn}`);
    const previous = parsePrevious(versions, parse);
    if (previous === undefined) return { current };
    // 0 and not `since`: if the clock is set back a little, `since` would be in the future again.
    const until = previousTtl === 0 ? 0 : since + previousTtl;
    return { current, previous: { ...previous, until } };
  }

  const load = (stop?: AbortSignal) => readSecretVersions(client, secretArn, { stop });
  let accepted = accept(await load());
  const { stop } = refreshPeriodically({
    ...options,
    load,
    apply: (versions) => {
      accepted = accept(versions);
      onChange?.(accepted);
    },
  });
  return { accepted: () => accepted, stop };
}

/** Returns whether a previous version is accepted at `now` (milliseconds since the epoch). */
export function isAccepted<Value>(
  previous: PreviousVersion<Value> | undefined,
  now: number,
): previous is PreviousVersion<Value> {
  return previous !== undefined && now < previous.until;
}

function parsePrevious<Value>(
  { previous }: SecretVersions,
  parse: (text: string, label: string) => Value,
): { readonly value: Value } | undefined {
  if (previous === undefined) return undefined;
  try {
    return { value: parse(previous.text, 'The previous version') };
  } catch {
    // The previous version is one that was not valid and has been corrected. No caller uses it, and it must
    // not block the correction.
    return undefined;
  }
}
