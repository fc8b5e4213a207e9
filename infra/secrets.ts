import { SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { AddressFormat } from '../app/src/telemetry/recorded-address.ts';

export interface SecretsProps {
  /** @default generated */
  readonly actionCredentialSecretArn: string | undefined;
  /** @default made with a placeholder, into which the operator puts the key */
  readonly abuseIpdbSecretArn: string | undefined;
  /** Whether there is a secret with which the operator's edge signs addresses. */
  readonly signedAddress: boolean;
  /** @default generated */
  readonly addressSignatureSecretArn: string | undefined;
  /** `hashed` takes a key. */
  readonly decisionLogAddress: AddressFormat['form'];
}

/** The two secrets, and those of signed and of hashed addresses where needed. Their values are never in the template. */
export class Secrets extends Construct {
  /** What the identity server shows with each call. */
  readonly actionCredential: ISecret;
  /** The key with which AbuseIPDB is asked. */
  readonly abuseIpdbKey: ISecret;
  /** The secret with which the operator's edge signs addresses; none when it does not. */
  readonly addressSignature: ISecret | undefined;
  /** The key with which records hash addresses; none when they do not. */
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
      props.decisionLogAddress === 'hashed' ? this.#generatedHashKey() : undefined;
  }

  #generatedCredential(): Secret {
    return new Secret(this, 'ActionCredential', {
      description: 'What the identity server shows to Risk Gate; put its secret into the action',
      generateSecretString: {
        // A changed template makes CloudFormation generate a new secret, and every login fails until
        // the identity server has it: this text stays as it is.
        secretStringTemplate: '{"scheme":"api-key","header":"x-api-key"}',
        generateStringKey: 'secret',
        excludePunctuation: true,
        passwordLength: 48,
      },
    });
  }

  /**
   * Generated once and never rotated: with another key an address has another hash, so that records from
   * before and after could not be matched, nor those of tasks that started before and after. Whoever learns
   * the key finds addresses in the records that he can read, and gets in nowhere.
   */
  #generatedHashKey(): Secret {
    return new Secret(this, 'AddressHashKey', {
      description:
        'Key with which Risk Gate hashes the addresses in its records: leave it as it is',
      // Another setting here makes CloudFormation generate another key.
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
    });
  }

  #addressSignature(existingArn: string | undefined): ISecret {
    return existingArn === undefined
      ? new Secret(this, 'AddressSignature', {
          description: 'With which your edge signs the address header for Risk Gate',
          // Plain text without punctuation: it is put into the edge's configuration by hand.
          generateSecretString: { excludePunctuation: true, passwordLength: 48 },
        })
      : Secret.fromSecretCompleteArn(this, 'AddressSignature', existingArn);
  }

  #placeholderKey(): Secret {
    return new Secret(this, 'AbuseIpdbKey', {
      description:
        'API key of AbuseIPDB: put it in as plain text (https://www.abuseipdb.com/account/api)',
      secretStringValue: SecretValue.unsafePlainText('REPLACE with the API key of AbuseIPDB'),
    });
  }
}
