import { SecretValue } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface SecretsProps {
  /** @default generated */
  readonly actionCredentialSecretArn: string | undefined;
  /** @default made with a placeholder, into which the operator puts the key */
  readonly abuseIpdbSecretArn: string | undefined;
}

/** The two secrets. Their values are never in the template. */
export class Secrets extends Construct {
  /** What the identity server shows with each call. */
  readonly actionCredential: ISecret;
  /** The key with which AbuseIPDB is asked. */
  readonly abuseIpdbKey: ISecret;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    this.actionCredential = props.actionCredentialSecretArn
      ? Secret.fromSecretCompleteArn(this, 'ActionCredential', props.actionCredentialSecretArn)
      : this.#generatedCredential();
    this.abuseIpdbKey = props.abuseIpdbSecretArn
      ? Secret.fromSecretCompleteArn(this, 'AbuseIpdbKey', props.abuseIpdbSecretArn)
      : this.#placeholderKey();
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

  #placeholderKey(): Secret {
    return new Secret(this, 'AbuseIpdbKey', {
      description:
        'API key of AbuseIPDB: put it in as plain text (https://www.abuseipdb.com/account/api)',
      secretStringValue: SecretValue.unsafePlainText('REPLACE with the API key of AbuseIPDB'),
    });
  }
}
