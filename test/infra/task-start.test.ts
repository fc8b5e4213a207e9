import { readdirSync, readFileSync } from 'node:fs';
import { dataBucketOf } from '../support/container.ts';
import {
  type Configuration,
  MODES,
  type Resource,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

/** The bucket and the repository of `cdk bootstrap`, in any spelling of a template. */
const BOOTSTRAP = /cdk-hnb659fds|CdkBootstrap|\/cdk-bootstrap\//;

interface RolePolicy {
  readonly Roles: readonly unknown[];
}

/** Returns what AWS reads when a task starts: the task definition, its roles and their policies. */
function taskStartOf(stack: SynthesizedStack): readonly Resource[] {
  const task = stack.only('AWS::ECS::TaskDefinition');
  const roles = [task.Properties.TaskRoleArn, task.Properties.ExecutionRoleArn].map(target);
  const isTheirs = (role: unknown) => roles.includes(target(role));
  return [
    task,
    ...stack.resources('AWS::IAM::Role').filter(({ id }) => roles.includes(id)),
    ...stack
      .resources<Readonly<Record<string, unknown>> & RolePolicy>('AWS::IAM::Policy')
      .filter(({ Properties }) => Properties.Roles.some(isTheirs)),
  ];
}

describe.each<Configuration>([
  ...MODES,
  'countries and networks',
  'hashed addresses',
  'everything at once',
])('With %s', (configuration) => {
  const stack = () => synthesize(configuration);

  test('a task starts without the bootstrap bucket', () => {
    const resources = taskStartOf(stack());
    expect(resources.length).toBeGreaterThanOrEqual(5);
    // The image is in the bootstrap repository, which has no objects that anybody empties.
    const text = JSON.stringify(resources).replaceAll('cdk-hnb659fds-container-assets-', '');
    expect(text).not.toMatch(BOOTSTRAP);
    expect(text).toContain(dataBucketOf(stack()).id);
  });

  test('the bucket of its files is private and encrypted, and is removed with the stack', () => {
    const bucket = dataBucketOf(stack());
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
          ],
        },
      },
    });
    const policies = stack()
      .resources<{ Bucket: unknown; PolicyDocument: object }>('AWS::S3::BucketPolicy')
      .filter(({ Properties }) => target(Properties.Bucket) === bucket.id);
    expect(policies.map(({ Properties }) => Properties.PolicyDocument)).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          expect.objectContaining({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },
    ]);
  });

  test('every file in the bucket is deleted with its resource, so that the bucket can be deleted', () => {
    const files = stack().resources<{ Bucket: unknown }>('Custom::DataFile');
    const bucket = dataBucketOf(stack()).id;
    expect(files.map(({ Properties }) => target(Properties.Bucket))).toEqual(
      files.map(() => bucket),
    );
    const writers = stack()
      .resources('AWS::IAM::Policy')
      .filter(({ Properties }) => /"s3:(Put|\*)/.test(JSON.stringify(Properties)));
    expect(writers).toHaveLength(files.length);
  });
});

describe('An upgrade from 0.1.0', () => {
  const folder = new URL('../deploy/data/0.1.0/', import.meta.url);

  test.each(readdirSync(folder))(
    'of %s keeps what the previous tasks read until they are replaced',
    (name) => {
      const { Resources } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
        readonly Resources: Readonly<Record<string, Pick<Resource, 'Type' | 'Properties'>>>;
      };
      const reading = Object.entries(Resources).filter(
        ([, { Type, Properties }]) =>
          Type === 'AWS::IAM::Policy' && JSON.stringify(Properties).includes('"s3:GetObject"'),
      );
      expect(reading).toHaveLength(1);
      // A resource that is not in the new template is deleted only after the service is stable.
      const ids = new Set(
        synthesize()
          .resources()
          .map(({ id }) => id),
      );
      expect(reading.filter(([id]) => ids.has(id))).toEqual([]);
    },
  );
});
