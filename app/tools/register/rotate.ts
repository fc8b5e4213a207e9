import { randomInt } from 'node:crypto';
import type { Credential } from '../../src/credential/credential.ts';
import { listInWords } from '../../src/lib/list-in-words.ts';
import { parsePreviousTtl } from '../../src/secrets/previous-ttl.ts';
import type { ActionsApi } from '../actions-api/client.ts';
import type { SecretVersion } from '../aws/read-secret.ts';
import { ToolError } from '../errors.ts';
import { readCredential } from '../requests/credential.ts';
import { authenticationOf } from './authentication.ts';
import { createCredentialMark, otherStaleTargets, REFRESH_WAIT_MS } from './credential-mark.ts';
import {
  CHANGED_MEANWHILE,
  type CredentialSecret,
  type CredentialVersions,
} from './credential-secret.ts';
import type { Probe } from './probe.ts';
import { findSlot, type Identity } from './slot.ts';

/** Time between two test requests while tasks read the secret. */
const PROBE_INTERVAL_MS = 10_000;

/** Test requests in a row that must succeed. Each has a connection of its own, so that several tasks answer. */
const REQUIRED_SUCCESSES = 20;

/** How long tasks may still reject the new credential after they should have read it. */
const MAX_DELAY_MS = 10 * 60_000;

const SECRET_LENGTH = 48;
const SECRET_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export interface RotateOptions {
  readonly api: ActionsApi;
  readonly identity: Identity;
  readonly secret: CredentialSecret;
  /** How long the previous version is accepted, as in the stack; undefined if the stack does not say. */
  readonly previousTtl: string | undefined;
  /** Undefined to wait without test requests. */
  readonly probe: Probe | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called while tasks read the secret. Times are in milliseconds. */
  readonly onWait: (waited: number, total: number) => void;
  readonly isPlan: boolean;
}

export interface RotateResult {
  readonly steps: readonly string[];
  /** Whether a rotation that had begun earlier was finished, instead of a new one. */
  readonly isResumed: boolean;
  readonly warnings: readonly string[];
}

/**
 * Gives the action a new secret so that no call is rejected: stores a new version of the secret, waits until every task
 * accepts it, and then changes the action. Until then the tasks accept the previous version. After a failure at any
 * step, the next run continues there.
 *
 * @throws ToolError
 */
export async function rotate(options: RotateOptions): Promise<RotateResult> {
  const { api, identity, secret, isPlan } = options;
  const slot = await findSlot(api, identity);
  if (slot.kind !== 'ours') {
    throw new ToolError(
      `There is no action of Risk Gate in ${api.target.label} whose credential could be rotated: run the command without --rotate first.`,
    );
  }
  const versions = await secret.read({ needsNotes: true });
  const credential = credentialOf(versions.current);
  if (credential.scheme === 'oauth2') {
    throw new ToolError(
      'With the scheme oauth2, the secret is that of an application: rotate it in the Console, and then run the command with --update-credential.',
    );
  }
  const mark = createCredentialMark(secret, versions, api.target.key);
  // Unknown: the action may still have the previous version, and a third one would make the tasks reject it.
  const mayHavePrevious = !mark.isCurrent && versions.previousId !== undefined;
  const isResumed = mark.isStale;
  if (!isResumed) checkPreviousTtl(options.previousTtl);
  const delivery = deliverySteps(options);
  const creation = ['store a new version of the secret'];
  const steps = isResumed
    ? delivery
    : mayHavePrevious
      ? ['change the action to the present version of the secret', ...creation, ...delivery]
      : [...creation, ...delivery];
  if (isPlan) return { steps, isResumed, warnings: [] };
  const id = slot.action.id;
  if (isResumed || mayHavePrevious) {
    await deliver(options, id, versions.current);
    if (isResumed) return { steps, isResumed, warnings: [] };
  } else {
    // Before the new version: without this note, an interrupted rotation could not be continued.
    await secret.note(api.target.key, versions.current.id);
  }
  const present = await secret.read({ needsNotes: true });
  if (present.current.id !== versions.current.id) throw new ToolError(CHANGED_MEANWHILE);
  checkOtherActions(present, api.target.key);
  const text = JSON.stringify({ ...credential, secret: generateSecret() });
  const current = await secret.put(text, options.now(), present);
  await deliver(options, id, current);
  return { steps, isResumed, warnings: [] };
}

function deliverySteps({ probe }: RotateOptions): readonly string[] {
  const minutes = REFRESH_WAIT_MS / 60_000;
  return [
    probe === undefined
      ? `wait ${minutes} minutes, until every task has read it`
      : `wait ${minutes} minutes, until every task has read it and ${REQUIRED_SUCCESSES} test requests in a row succeed`,
    'change the credential of the action',
  ];
}

function credentialOf({ text }: SecretVersion): Credential {
  return readCredential(text, 'The secret of the credential');
}

/** The calls of the identity server have the previous version until the action is changed. */
function checkPreviousTtl(ttl: string | undefined): void {
  const ms = ttl === undefined ? undefined : parsePreviousTtl(ttl);
  if (ms === undefined || ms >= REFRESH_WAIT_MS + MAX_DELAY_MS) return;
  throw new ToolError(
    `The tasks accept the previous version for ${ttl} only, which is too short for a rotation without failed logins: set credentialPreviousTtl to 20m or more and deploy, or follow docs/credentials.md by hand.`,
  );
}

function checkOtherActions(versions: CredentialVersions, targetKey: string): void {
  const others = otherStaleTargets(versions, targetKey);
  if (others.length === 0) return;
  throw new ToolError(
    `The action of ${listInWords(others)} still has an earlier version of the secret, which another rotation would make invalid: run the command with --rotate for it first, or remove the tag risk-gate:action from the secret if that action is gone.`,
  );
}

/** Waits until every task accepts the current version, changes the action, and notes that it has this version. */
async function deliver(
  { api, secret, ...options }: RotateOptions,
  id: string,
  current: SecretVersion,
): Promise<void> {
  const credential = credentialOf(current);
  await waitUntilAccepted(options, credential, current.createdAt);
  await api.update(id, { endpoint: { authentication: authenticationOf(credential, undefined) } });
  await secret.note(api.target.key, current.id);
}

async function waitUntilAccepted(
  { probe, now, sleep, onWait }: Pick<RotateOptions, 'probe' | 'now' | 'sleep' | 'onWait'>,
  credential: Credential,
  createdAt: number,
): Promise<void> {
  // The clock of AWS may be ahead.
  const readBy = Math.min(createdAt, now()) + REFRESH_WAIT_MS;
  for (let left = readBy - now(); left > 0; left = readBy - now()) {
    onWait(REFRESH_WAIT_MS - left, REFRESH_WAIT_MS);
    await sleep(Math.min(left, PROBE_INTERVAL_MS));
  }
  onWait(REFRESH_WAIT_MS, REFRESH_WAIT_MS);
  if (probe === undefined) return;
  const giveUpAt = now() + MAX_DELAY_MS;
  for (let successes = 0; successes < REQUIRED_SUCCESSES; ) {
    const result = await probe.send(credential);
    if (result.kind === 'decision') {
      successes += 1;
      continue;
    }
    successes = 0;
    if (now() >= giveUpAt) throw new ToolError(describeRejection(result));
    await sleep(PROBE_INTERVAL_MS);
  }
}

function describeRejection(result: Awaited<ReturnType<Probe['send']>>): string {
  const why =
    result.kind === 'failed'
      ? `the endpoint cannot be tested, because ${result.reason}`
      : 'a task still rejects the new version: look for secret-refresh-failed in the log of the service';
  return `The action keeps the previous secret, which the tasks accept as well, because ${why}; run the command again to continue, or roll back as docs/credentials.md says.`;
}

function generateSecret(): string {
  const characters = Array.from(
    { length: SECRET_LENGTH },
    () => SECRET_CHARACTERS[randomInt(SECRET_CHARACTERS.length)],
  );
  return characters.join('');
}
