import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { parseCredential } from '../../../app/src/credential/credential.ts';
import { parseCredential as parseFeedCredential } from '../../../app/src/refresher/settings/credentials.ts';
import { parseApiKey } from '../../../app/src/secrets/api-key.ts';
import { parseSignatureSecret } from '../../../app/src/signals/address/signature.ts';
import { deniedAction, hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Config } from '../../config/config.ts';
import { SECRET_OPTIONS, type SecretCredential } from '../../config/feeds.ts';
import type { Account } from '../account.ts';
import type { Check } from '../check.ts';

interface ExistingSecret {
  /** The option with the ARN. */
  readonly option:
    | 'actionCredentialSecretArn'
    | 'abuseIpdbSecretArn'
    | 'addressSignatureSecretArn'
    | (typeof SECRET_OPTIONS)[SecretCredential];
  /** Returns what is wrong with the value, without repeating any of it. */
  readonly validate: (text: string, label: string, config: Config) => Finding | undefined;
}

/** What a secret of the refresher has to contain. */
const FEED_SECRETS: Readonly<Record<SecretCredential, string>> = {
  maxmind: 'account id and licence key of MaxMind',
  ipinfo: 'token of IPinfo',
  crowdsec: 'user and password of CrowdSec',
};

const SECRETS: readonly ExistingSecret[] = [
  { option: 'actionCredentialSecretArn', validate: validateCredential },
  {
    option: 'abuseIpdbSecretArn',
    validate: (text, label) =>
      parseApiKey(text, label) === undefined
        ? warning(
            `${label} has no key of AbuseIPDB yet: every reputation is unknown until it has one.`,
          )
        : undefined,
  },
  {
    option: 'addressSignatureSecretArn',
    validate: (text, label) => {
      parseSignatureSecret(text, label);
      return undefined;
    },
  },
  ...Object.entries(FEED_SECRETS).map(([name, content]): ExistingSecret => {
    const credential = name as SecretCredential;
    return {
      option: SECRET_OPTIONS[credential],
      validate: (text, label) =>
        parseFeedCredential(credential, text, label) === undefined
          ? warning(`${label} has no ${content} yet: its feeds are not downloaded until it has.`)
          : undefined,
    };
  }),
];

/** One check for each option with an existing secret, as the tasks will read it. */
export const secretChecks: readonly Check[] = SECRETS.map(({ option, validate }) => ({
  name: option,
  async run({ account, config }) {
    const arn = config[option];
    if (arn === undefined) return [];
    const misplaced = checkPlace(option, arn, account);
    if (misplaced !== undefined) return [misplaced];
    const label = `The secret of ${option}`;
    const { secrets } = account.clients;
    const state = await describeSecret(secrets, arn, label);
    if (state !== undefined) return [state];
    try {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
      if (SecretString === undefined) {
        return [error(`${label} contains binary data: store text.`)];
      }
      return [validate(SecretString, label, config) ?? ok(`${label} can be used.`)];
    } catch (cause) {
      if (hasCode(cause, 'ResourceNotFound')) {
        return [error(`${label} has no value: store one.`)];
      }
      const isOfAws = cause instanceof Error && '$metadata' in cause;
      // The service's own parser: its messages never repeat the value.
      if (!isOfAws && cause instanceof Error) return [error(cause.message)];
      throw cause;
    }
  },
}));

function checkPlace(option: string, arn: string, { region, id }: Account): Finding | undefined {
  const [, , , secretRegion, owner] = arn.split(':');
  if (secretRegion === region && owner === id) return undefined;
  return error(
    `${option} is a secret of account ${owner} in ${secretRegion}, but the tasks run in account ${id} in ${region}: use a secret there.`,
  );
}

/** Returns an error if the tasks could not read the secret. */
async function describeSecret(
  client: SecretsManagerClient,
  arn: string,
  label: string,
): Promise<Finding | undefined> {
  try {
    const { DeletedDate, KmsKeyId } = await client.send(
      new DescribeSecretCommand({ SecretId: arn }),
    );
    if (DeletedDate !== undefined) {
      return error(
        `${label} is scheduled for deletion: run aws secretsmanager restore-secret --secret-id ${arn}, or use another one.`,
      );
    }
    if (KmsKeyId !== undefined && !KmsKeyId.endsWith('alias/aws/secretsmanager')) {
      return error(
        `${label} is encrypted with a key of your own, which the tasks may not use: encrypt it with aws/secretsmanager.`,
      );
    }
    return undefined;
  } catch (cause) {
    if (hasCode(cause, 'ResourceNotFound')) {
      return error(`${label} does not exist: correct ${arn}.`);
    }
    // The value matters more, and another permission may allow it.
    if (deniedAction(cause) !== undefined) return undefined;
    throw cause;
  }
}

function validateCredential(
  text: string,
  label: string,
  { credentialHeader }: Config,
): Finding | undefined {
  const credential = parseCredential(text, label);
  // The firewall never throttles calls with an Authorization header, whatever credentialHeader is.
  if (credential.scheme !== 'api-key') return undefined;
  const { header } = credential;
  if ([credentialHeader, 'authorization'].includes(header.toLowerCase())) return undefined;
  return error(
    `${label} is sent in the header ${header}, but credentialHeader is ${credentialHeader}: set credentialHeader to ${header.toLowerCase()}, or the firewall would throttle the identity server.`,
  );
}
