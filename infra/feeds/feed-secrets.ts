import { SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { FeedCredential } from '../../app/src/feeds/model/feed.ts';
import type { Config } from '../config/config.ts';
import { SECRET_OPTIONS, type SecretCredential } from '../config/feeds.ts';

interface SecretDescription {
  /** The construct's id, which is part of the logical id and of the output. */
  readonly id: string;
  /** Environment variable of the refresher with the ARN. */
  readonly variable: string;
  readonly output: string;
  readonly description: string;
  /** Completes "REPLACE with …". The refresher treats such a value as missing. */
  readonly value: string;
}

const SECRETS: Readonly<Record<SecretCredential, SecretDescription>> = {
  maxmind: {
    id: 'MaxMind',
    variable: 'MAXMIND_SECRET_ARN',
    output: 'The secret for the account id and licence key of MaxMind',
    description: 'Account id and licence key of MaxMind, as plain text accountId:licenseKey',
    value: 'accountId:licenseKey of MaxMind',
  },
  ipinfo: {
    id: 'Ipinfo',
    variable: 'IPINFO_SECRET_ARN',
    output: 'The secret for the token of IPinfo',
    description: 'Token of IPinfo, as plain text',
    value: 'the token of IPinfo',
  },
  crowdsec: {
    id: 'CrowdSec',
    variable: 'CROWDSEC_SECRET_ARN',
    output: 'The secret for the user and password of a raw IP list of CrowdSec',
    description: 'User and password of a raw IP list of CrowdSec, as plain text user:password',
    value: 'user:password of the raw IP list',
  },
};

/** A secret of the refresher. */
export interface FeedSecret {
  /** Environment variable of the refresher with the ARN. */
  readonly variable: string;
  readonly secret: ISecret;
  /** The stack's output. AbuseIPDB's key has one already. */
  readonly output?: { readonly name: string; readonly description: string };
}

export interface FeedSecretsProps {
  readonly config: Pick<Config, 'feeds' | (typeof SECRET_OPTIONS)[SecretCredential]>;
  readonly abuseIpdbKey: ISecret;
}

/** The credentials of the publishers: only those that a configured feed needs. */
export class FeedSecrets extends Construct {
  readonly secrets: readonly FeedSecret[];

  constructor(scope: Construct, id: string, { config, abuseIpdbKey }: FeedSecretsProps) {
    super(scope, id);
    const needed = new Set(
      config.feeds.feeds.flatMap(({ feed }): FeedCredential[] =>
        feed.credential === undefined ? [] : [feed.credential],
      ),
    );
    this.secrets = [...needed].map((credential) =>
      credential === 'abuseipdb'
        ? { variable: 'ABUSEIPDB_SECRET_ARN', secret: abuseIpdbKey }
        : this.#secret(SECRETS[credential], config[SECRET_OPTIONS[credential]]),
    );
  }

  #secret(
    { id, variable, output, description, value }: SecretDescription,
    existingArn: string | undefined,
  ): FeedSecret {
    const secret =
      existingArn === undefined
        ? new Secret(this, id, {
            description,
            secretStringValue: SecretValue.unsafePlainText(`REPLACE with ${value}`),
          })
        : Secret.fromSecretCompleteArn(this, id, existingArn);
    return { variable, secret, output: { name: `${id}SecretArn`, description: output } };
  }
}
