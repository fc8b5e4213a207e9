import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { codeOf } from '../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../app/tools/findings/finding.ts';
import { type Clients, createClients } from './clients.ts';

/** The account and region of the deployment. */
export interface Account {
  readonly id: string;
  readonly region: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly clients: Clients;
  /** Returns clients of another region. */
  clientsIn(region: string): Clients;
}

export interface AccountOptions {
  readonly region: string;
  readonly profile?: string | undefined;
}

/** Returns the account of the credentials, with a finding about them; no account if they are not valid. */
export async function openAccount({
  region,
  profile,
}: AccountOptions): Promise<{ readonly account?: Account; readonly finding: Finding }> {
  const clientsByRegion = new Map<string, Clients>();
  const clientsIn = (name: string): Clients => {
    const clients = clientsByRegion.get(name) ?? createClients({ region: name, profile });
    clientsByRegion.set(name, clients);
    return clients;
  };
  try {
    // A region that the account has not enabled would refuse valid credentials.
    const { sts } = clientsIn(globalRegion(region));
    const { Account: id = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    const account = {
      id,
      region,
      partition: arn.split(':')[1] ?? 'aws',
      clients: clientsIn(region),
      clientsIn,
    };
    return { account, finding: identityFinding(id, arn) };
  } catch (cause) {
    return { finding: error(describeCredentialError(cause)) };
  }
}

/** Returns the region of a partition whose endpoints every account can use. */
export function globalRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}

function identityFinding(id: string, arn: string): Finding {
  return arn.endsWith(':root')
    ? warning(
        `The credentials are those of the root user of account ${id}, who cannot assume the roles of the CDK bootstrap: use a role or a user.`,
      )
    : ok(`Account ${id}, as ${arn.split(':').at(-1)}.`);
}

const EXPIRED = /Expired|expired/;

/** Codes of AWS for credentials that it does not know. */
const REJECTED =
  /InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|InvalidAccessKeyId|AuthFailure|IncompleteSignature/;

function describeCredentialError(cause: unknown): string {
  const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  const code = codeOf(cause);
  if (/RequestTimeTooSkewed|Signature not yet current|Signature expired/.test(code + message)) {
    return 'AWS rejects the time of the request: set the clock of this machine.';
  }
  if (EXPIRED.test(code) || EXPIRED.test(message)) {
    return 'The AWS credentials have expired: renew them, for example with aws sso login.';
  }
  if (REJECTED.test(code)) {
    return 'AWS rejects the credentials: correct the access key, the secret key and the session token, or choose another --profile.';
  }
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') {
    return `No AWS credentials were found: run aws configure or aws sso login, set AWS_PROFILE, or use --profile (${message.replace(/\.$/, '')}).`;
  }
  return `AWS did not say whose the credentials are, because of an error: ${message.replace(/\.$/, '')}.`;
}
