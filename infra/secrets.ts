import { SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { AddressFormat } from '../app/src/telemetry/recorded-address.ts';
import { retainedIf } from './retention.ts';

export interface SecretsProps {
  /** @default generated */
  readonly actionCredentialSecretArn: string | undefined;
  /** @default created with a placeholder, which the operator replaces */
  readonly abuseIpdbSecretArn: string | undefined;
  /** Whether the operator's edge signs addresses, so that a secret is needed. */
  readonly signedAddress: boolean;
  /** @default generated */
  readonly addressSignatureSecretArn: string | undefined;
  /** With `hashed`, a key is generated. */
  readonly decisionLogAddress: AddressFormat['form'];
  /** Keeps the key with the records that it hashes. */
  readonly retainLogs: boolean;
}

/** The credential, the AbuseIPDB key, and the keys of signed and hashed addresses. No value is in the template. */
export class Secrets extends Construct {
  /** The credential that the identity server sends with each call. */
  readonly actionCredential: ISecret;
  /** The API key of AbuseIPDB. */
  readonly abuseIpdbKey: ISecret;
  /** The secret with which the operator's edge signs addresses; undefined if it does not. */
  readonly addressSignature: ISecret | undefined;
  /** The key of hashed addresses in records; undefined if addresses are not hashed. */
  readonly addressHashKey: ISecret | undefined;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    this.actionCredential = props.actionCredentialSecretArn
      ? Secret.fromSecretCompleteArn(this, 'ActionCredential', props.actionCredentialSecretArn)
      : this.#generatedCredential();
    this.abuseIpdbKey = props.abuseIpdbSecretArn
      ? Secret.fromSecretCompleteArn(this, 'AbuseIpdbKey', props.abuseIpdbSecretArn)
      : this.#placeholderKey();
    this.addressSignature = props.signedAddress
      ? this.#addressSignature(props.addressSignatureSecretArn)
      : undefined;
    this.addressHashKey =
      props.decisionLogAddress === 'hashed' ? this.#generatedHashKey(props.retainLogs) : undefined;
  }

  #generatedCredential(): Secret {
    return new Secret(this, 'ActionCredential', {
      description:
        'Credential of the identity server for Risk Gate; enter its secret in the action',
      generateSecretString: {
        // Never change this string: CloudFormation would generate a new secret, and every login would fail until
        // the identity server sends it.
        secretStringTemplate: '{"scheme":"api-key","header":"x-api-key"}',
        generateStringKey: 'secret',
        excludePunctuation: true,
        passwordLength: 48,
      },
    });
  }

  /**
   * Never rotated: with another key an address has another hash, so that older and newer records could not be
   * compared. A leaked key reveals the addresses in the records, but grants no access.
   */
  #generatedHashKey(retain: boolean): Secret {
    return new Secret(this, 'AddressHashKey', {
      description: 'Key with which Risk Gate hashes the addresses in its records: do not change it',
      // Never change this: CloudFormation would generate another key.
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
      removalPolicy: retainedIf(retain),
    });
  }

  #addressSignature(existingArn: string | undefined): ISecret {
    return existingArn === undefined
      ? new Secret(this, 'AddressSignature', {
          description: 'Secret with which your edge signs the address header for Risk Gate',
          // Without punctuation: it is copied into the configuration of the edge by hand.
          generateSecretString: { excludePunctuation: true, passwordLength: 48 },
        })
      : Secret.fromSecretCompleteArn(this, 'AddressSignature', existingArn);
  }

  #placeholderKey(): Secret {
    return new Secret(this, 'AbuseIpdbKey', {
      description: 'API key of AbuseIPDB, as plain text (https://www.abuseipdb.com/account/api)',
      secretStringValue: SecretValue.unsafePlainText('REPLACE with the API key of AbuseIPDB'),
    });
  }
}
