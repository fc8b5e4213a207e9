import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { deniedAction, hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';

/** The version that the rule `CheckBootstrapVersion` of the template requires. */
const MIN_VERSION = 6;

const DEFAULT_QUALIFIER = 'hnb659fds';

/** The CDK bootstrap: its version, and the bucket, repository and roles that the deployment uses. */
export const bootstrapCheck: Check = {
  name: 'CDK bootstrap',
  async run(facts) {
    const { account, context } = facts;
    const qualifier = String(context['@aws-cdk/core:bootstrapQualifier'] ?? DEFAULT_QUALIFIER);
    const command = `npx cdk bootstrap aws://${account.id}/${account.region}`;
    const version = await readVersion(facts, qualifier);
    if (version === undefined) {
      return [error(`${account.region} has no CDK bootstrap in this account: run ${command}.`)];
    }
    if (!(version >= MIN_VERSION)) {
      return [
        error(
          `The CDK bootstrap has version ${version}, but the stack needs ${MIN_VERSION} or later: run ${command}.`,
        ),
      ];
    }
    const findings = await Promise.all(
      partsOf(facts, qualifier).map(async ({ name, find }): Promise<readonly Finding[]> => {
        try {
          await find();
          return [];
        } catch (cause) {
          const denied = deniedAction(cause);
          if (denied !== undefined) {
            return [
              warning(
                `${name} of the CDK bootstrap was not checked: the credentials do not allow ${denied}.`,
              ),
            ];
          }
          if (!hasCode(cause, 'NoSuchEntity', 'NotFound', 'RepositoryNotFound')) throw cause;
          return [
            error(
              `${name} of the CDK bootstrap does not exist: delete the stack CDKToolkit if it is there, and run ${command}.`,
            ),
          ];
        }
      }),
    );
    const found = findings.flat();
    return found.length > 0 ? found : [ok(`The CDK bootstrap has version ${version}.`)];
  },
};

async function readVersion({ account }: Facts, qualifier: string): Promise<number | undefined> {
  try {
    const name = `/cdk-bootstrap/${qualifier}/version`;
    const { Parameter } = await account.clients.ssm.send(new GetParameterCommand({ Name: name }));
    return Number(Parameter?.Value);
  } catch (cause) {
    if (hasCode(cause, 'ParameterNotFound')) return undefined;
    throw cause;
  }
}

/** The names are those of CDK's default synthesizer. */
function partsOf({ account, config }: Facts, qualifier: string) {
  const { id, region, clients } = account;
  const nameOf = (part: string) => `cdk-${qualifier}-${part}-${id}-${region}`;
  const role = (part: string) => ({
    name: `The role ${nameOf(part)}`,
    find: () => clients.iam.send(new GetRoleCommand({ RoleName: nameOf(part) })),
  });
  const bucket = nameOf('assets');
  const repository = nameOf('container-assets');
  const image = [
    role('image-publishing-role'),
    {
      name: `The repository ${repository}`,
      find: () =>
        clients.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repository] })),
    },
  ];
  return [
    {
      name: `The bucket ${bucket}`,
      find: () =>
        clients.s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: id })),
    },
    role('deploy-role'),
    role('cfn-exec-role'),
    role('file-publishing-role'),
    ...(config.imageUri === undefined ? image : []),
  ];
}
