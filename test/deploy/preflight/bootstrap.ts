import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Account } from '../../../infra/preflight/account.ts';
import { ACCOUNT_ID } from './facts.ts';

export const BUCKET = `cdk-hnb659fds-assets-${ACCOUNT_ID}-us-east-1`;
export const ROLES = [
  'deploy-role',
  'cfn-exec-role',
  'file-publishing-role',
  'image-publishing-role',
] as const;

/** Creates what `cdk bootstrap` creates. */
export async function bootstrap(
  { clients: { ssm, s3, ecr, iam } }: Account,
  { version = '21', without = '' }: { version?: string; without?: string } = {},
): Promise<void> {
  const Name = '/cdk-bootstrap/hnb659fds/version';
  await ssm.send(new PutParameterCommand({ Name, Value: version, Type: 'String' }));
  if (without !== 'assets') await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  if (without !== 'container-assets') {
    const repositoryName = `cdk-hnb659fds-container-assets-${ACCOUNT_ID}-us-east-1`;
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  }
  for (const role of ROLES.filter((each) => each !== without)) {
    const RoleName = `cdk-hnb659fds-${role}-${ACCOUNT_ID}-us-east-1`;
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{}' }));
  }
}
