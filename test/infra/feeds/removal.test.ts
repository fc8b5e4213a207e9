import { type Resource, synthesize } from '../../support/stack.ts';

const before = synthesize('feeds').resources();
const after = synthesize().resources();

/** The names of the properties in which two resources differ. CloudFormation ignores other dependencies. */
function changedProperties(old: Resource, { Properties }: Resource): readonly string[] {
  const names = new Set([...Object.keys(old.Properties), ...Object.keys(Properties)]);
  return [...names].filter(
    (name) => JSON.stringify(old.Properties[name]) !== JSON.stringify(Properties[name]),
  );
}

describe('An update that removes all feeds, or adds the first ones,', () => {
  test('replaces nothing but the task definition, of which CloudFormation makes a revision', () => {
    const changes = after.flatMap((resource) => {
      const old = before.find(({ id }) => id === resource.id);
      const properties = old === undefined ? ['new'] : changedProperties(old, resource);
      return properties.map((name) => `${resource.Type} ${name}`);
    });
    expect(changes.sort()).toEqual([
      'AWS::CloudWatch::Dashboard DashboardBody',
      'AWS::ECS::TaskDefinition ContainerDefinitions',
      'AWS::IAM::Policy PolicyDocument',
      'AWS::S3::Bucket LifecycleConfiguration',
    ]);
  });

  test('leaves nothing of the feeds behind', () => {
    const removed = before.filter(({ id }) => !after.some((each) => each.id === id));
    expect(removed.map(({ Type }) => Type)).toEqual(
      expect.arrayContaining(['Custom::FeedObjects', 'AWS::Scheduler::Schedule']),
    );
    expect(removed.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toEqual([]);
  });
});
