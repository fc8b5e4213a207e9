import { SUPERSEDED_DAYS } from '../../../infra/feeds/feed-store.ts';
import { dataBucketOf } from '../../support/container.ts';
import { type SynthesizedStack, synthesize, target } from '../../support/stack.ts';

interface RolePolicy {
  readonly Roles: readonly unknown[];
  readonly PolicyDocument: {
    readonly Statement: readonly {
      readonly Action: string | readonly string[];
      readonly Resource: unknown;
      readonly Condition?: unknown;
    }[];
  };
}

/** What a role may do, without its log, as the actions with the objects and buckets in the notation `bucket/key`. */
function permissionsOf(stack: SynthesizedStack, role: string): readonly (readonly string[])[] {
  const bucket = dataBucketOf(stack).id;
  const inBucket = (resource: unknown) =>
    JSON.stringify(resource)
      .replaceAll(`{"Fn::GetAtt":["${bucket}","Arn"]}`, '"bucket"')
      .replaceAll(/\{"Fn::Join":\["",\["bucket","([^"]+)"\]\]\}/g, '"bucket$1"');
  return stack
    .resources<RolePolicy>('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each) => target(each) === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => /"s3:/.test(JSON.stringify(Action)))
    .map(({ Action, Resource }) => [[Action].flat().join(' '), inBucket(Resource)]);
}

function roleOf(stack: SynthesizedStack, family: string): string {
  const [task] = stack
    .resources<{ Family: string; TaskRoleArn: unknown }>('AWS::ECS::TaskDefinition')
    .filter(({ Properties }) => Properties.Family === family);
  return target(task?.Properties.TaskRoleArn) ?? '';
}

describe('The bucket', () => {
  const rules = () =>
    (
      dataBucketOf(synthesize('feeds')).Properties.LifecycleConfiguration as {
        readonly Rules: readonly object[];
      }
    ).Rules;

  test('deletes superseded snapshots, well before the 30 days of the licence', () => {
    expect(rules()).toContainEqual({
      Id: 'SupersededSnapshots',
      Status: 'Enabled',
      Prefix: 'feeds/',
      TagFilters: [{ Key: 'superseded', Value: 'true' }],
      ExpirationInDays: SUPERSEDED_DAYS,
    });
    expect(SUPERSEDED_DAYS).toBeLessThanOrEqual(28);
  });

  test('deletes versions and incomplete uploads', () => {
    expect(rules()).toContainEqual({
      Id: 'Remains',
      Status: 'Enabled',
      Prefix: 'feeds/',
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  test('keeps its logical id when feeds are added', () => {
    expect(dataBucketOf(synthesize('feeds')).id).toBe(dataBucketOf(synthesize()).id);
  });
});

describe('In the bucket', () => {
  test('the service reads feeds, and its own policy', () => {
    const stack = synthesize('feeds');
    expect(permissionsOf(stack, roleOf(stack, 'RiskGate'))).toEqual([
      ['s3:ListBucket', '"bucket"'],
      ['s3:GetObject', '"bucket/feeds/*"'],
      ['s3:GetObject', expect.stringMatching(/^"bucket\/[0-9a-f]{64}\/policy\.yaml"$/)],
    ]);
  });

  test('the refresher writes feeds and counters, and cannot change the policy', () => {
    const stack = synthesize('feeds');
    expect(permissionsOf(stack, roleOf(stack, 'RiskGate-refresher'))).toEqual([
      ['s3:ListBucket', '"bucket"'],
      ['s3:GetObject s3:PutObject', '["bucket/feeds/*","bucket/quotas/*"]'],
      ['s3:DeleteObject s3:PutObjectTagging', '"bucket/feeds/*"'],
      // A list of the operator's own, and no other object.
      ['s3:GetObject', '"arn:aws:s3:::partners/lists/v4,${*}.txt"'],
    ]);
  });

  test('the function that empties it deletes feeds and counters, and nothing else', () => {
    const stack = synthesize('feeds');
    const objects = stack.only<{ ServiceToken: unknown; Bucket: unknown; Prefixes: unknown }>(
      'Custom::FeedObjects',
    ).Properties;
    expect(target(objects.Bucket)).toBe(dataBucketOf(stack).id);
    expect(objects.Prefixes).toEqual(['feeds/', 'quotas/']);
    const [code] = stack
      .resources<{ Role: unknown }>('AWS::Lambda::Function')
      .filter(({ id }) => id === target(objects.ServiceToken));
    expect(permissionsOf(stack, target(code?.Properties.Role) ?? '')).toEqual([
      ['s3:ListBucket', '"bucket"'],
      ['s3:DeleteObject', '["bucket/feeds/*","bucket/quotas/*"]'],
    ]);
  });
});
