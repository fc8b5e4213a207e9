import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FeedCredential } from '../../feeds/model/feed.ts';
import { FeedError } from '../../feeds/model/feed-error.ts';
import { parseApiKey } from '../../secrets/api-key.ts';
import { readCurrentSecret } from '../../secrets/versions.ts';

/** A credential, or the secret that contains it. */
export type CredentialSource = { readonly text: string } | { readonly secretArn: string };

/** The settings of each credential. */
export const CREDENTIAL_SETTINGS = {
  maxmind: { value: 'MAXMIND_CREDENTIAL', arn: 'MAXMIND_SECRET_ARN' },
  ipinfo: { value: 'IPINFO_TOKEN', arn: 'IPINFO_SECRET_ARN' },
  crowdsec: { value: 'CROWDSEC_CREDENTIAL', arn: 'CROWDSEC_SECRET_ARN' },
  abuseipdb: { value: 'ABUSEIPDB_API_KEY', arn: 'ABUSEIPDB_SECRET_ARN' },
} as const satisfies Record<FeedCredential, { readonly value: string; readonly arn: string }>;

/** The form of a credential, and its description. Visible ASCII, because it is sent in an HTTP header. */
const FORMS: Readonly<Record<FeedCredential, readonly [form: RegExp, expected: string]>> = {
  maxmind: [/^\d+:[\x21-\x7e]+$/, 'an account id and a licence key, in the form 123456:key'],
  ipinfo: [/^[\x21-\x7e]+$/, 'a token without spaces'],
  crowdsec: [/^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/, 'in the form user:password'],
  // parseApiKey accepts JSON, too, because the service reads the same secret.
  abuseipdb: [/^/, 'a key'],
};

/** Start of a template's placeholder, which the operator replaces. */
const PLACEHOLDER = /^replace/i;

/**
 * Returns what is wrong with a credential, without repeating it.
 *
 * @param label names the credential in the issue.
 */
export function findCredentialIssue(
  credential: FeedCredential,
  text: string,
  label: string,
): string | undefined {
  try {
    parseCredential(credential, text, label);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Returns undefined for a placeholder. @throws Error with one sentence that does not repeat the text. */
export function parseCredential(
  credential: FeedCredential,
  text: string,
  label: string,
): string | undefined {
  if (credential === 'abuseipdb') return parseApiKey(text, label);
  const trimmed = text.trim();
  if (trimmed === '' || PLACEHOLDER.test(trimmed)) return undefined;
  const [form, expected] = FORMS[credential];
  if (!form.test(trimmed)) throw new Error(`${label} must be ${expected}.`);
  return trimmed;
}

/** Returns the credential of a feed. @throws FeedError */
export type GetCredential = (
  feedId: string,
  credential: FeedCredential | undefined,
) => Promise<string | undefined>;

/** Creates a reader of the credentials, each of which is read when it is first needed, and once. */
export function createCredentialReader(
  sources: Readonly<Record<FeedCredential, CredentialSource | undefined>>,
  client: SecretsManagerClient,
): GetCredential {
  const reads = new Map<FeedCredential, Promise<string | undefined>>();
  const read = async (credential: FeedCredential): Promise<string | undefined> => {
    const source = sources[credential];
    if (source === undefined) return undefined;
    if ('text' in source) {
      return parseCredential(credential, source.text, CREDENTIAL_SETTINGS[credential].value);
    }
    const { secretArn } = source;
    const text = await readCurrentSecret(client, secretArn);
    return parseCredential(credential, text, `The secret ${secretArn}`);
  };
  return async (feedId, credential) => {
    if (credential === undefined) return undefined;
    const pending = reads.get(credential) ?? read(credential);
    reads.set(credential, pending);
    let value: string | undefined;
    try {
      value = await pending;
    } catch (error) {
      throw new FeedError('authentication', (error as Error).message);
    }
    if (value === undefined) {
      const { value: setting, arn } = CREDENTIAL_SETTINGS[credential];
      throw new FeedError(
        'authentication',
        `The feed ${feedId} needs a credential: set ${setting} or ${arn} for the refresher.`,
      );
    }
    return value;
  };
}
