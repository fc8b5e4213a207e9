import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { keepFresh, type RefreshHooks } from './keep-fresh.ts';
import { DEFAULT_PREVIOUS_TTL, parsePreviousTtl } from './previous-ttl.ts';
import { RotationDate } from './rotation.ts';
import { readSecretVersions, type SecretVersions } from './versions.ts';

/** What is accepted of a secret at the moment. */
export interface AcceptedVersions<Value> {
  readonly current: Value;
  /** The version before the current one. */
  readonly previous?: PreviousVersion<Value>;
}

export interface PreviousVersion<Value> {
  readonly value: Value;
  /**
   * When it stops being accepted, in milliseconds since the epoch. Compare it with the clock at each use
   * (`isAccepted`): it ends on time even when Secrets Manager cannot be reached any more.
   */
  readonly until: number;
}

export interface RotatingSecretOptions<Value> extends RefreshHooks {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
  /**
   * Reads the value from a version's text.
   *
   * @param where what the text is called in an error.
   * @throws Error, one sentence that repeats nothing of the text.
   */
  readonly parse: (text: string, where: string) => Value;
  /** How long the previous version is accepted, in milliseconds; 0 for not at all. @default 24 h */
  readonly previousTtl?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Receives what is accepted after each refresh. */
  readonly onChange?: (accepted: AcceptedVersions<Value>) => void;
}

export interface RotatingSecret<Value> {
  /** Returns what is accepted, as of the last good refresh. */
  accepted(): AcceptedVersions<Value>;
  /** Ends the refreshing. What is accepted stays; so does the client. */
  stop(): void;
}

/**
 * Loads a secret of which, during a rotation, the previous version is accepted as well, and keeps it
 * fresh. A current version with a mistake changes nothing: the last good one stays until it is corrected.
 *
 * @throws Error, one sentence without the secret, when it cannot be read at start.
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
    // The clock may be set back a little, and then a moment that was over would be ahead again.
    const until = previousTtl === 0 ? 0 : since + previousTtl;
    return { current, previous: { ...previous, until } };
  }

  const load = (stop?: AbortSignal) => readSecretVersions(client, secretArn, { stop });
  let accepted = accept(await load());
  const { stop } = keepFresh({
    ...options,
    load,
    apply: (versions) => {
      accepted = accept(versions);
      onChange?.(accepted);
    },
  });
  return { accepted: () => accepted, stop };
}

/** Whether a previous version is accepted at `now`, in milliseconds since the epoch. */
export function isAccepted<Value>(
  previous: PreviousVersion<Value> | undefined,
  now: number,
): previous is PreviousVersion<Value> {
  return previous !== undefined && now < previous.until;
}

function parsePrevious<Value>(
  { previous }: SecretVersions,
  parse: (text: string, where: string) => Value,
): { readonly value: Value } | undefined {
  if (previous === undefined) return undefined;
  try {
    return { value: parse(previous.text, 'The previous version') };
  } catch {
    // A mistake that has been corrected since is the previous version now. Nobody can have it, and it
    // must not keep the correction out.
    return undefined;
  }
}
