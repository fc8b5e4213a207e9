import { dependenciesOf } from '../../support/dependencies.ts';
import {
  type Configuration,
  type SynthesizedStack,
  synthesize,
  target,
} from '../../support/stack.ts';

/** Returns the ids of the policies of a role. */
function policiesOf(stack: SynthesizedStack, role: unknown): readonly string[] {
  return stack
    .resources<{ Roles: readonly unknown[] }>('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each) => target(each) === target(role)))
    .map(({ id }) => id);
}

/** Each file that is copied has a permission of its own, which ends with it. */
const OF_ONE_FILE = /Copy[0-9a-f]{8}Permission/;

// A function whose permissions are created later fails at its first call, and one whose permissions are deleted first
// cannot delete what its custom resource has created.
test.each<Configuration>([
  'cloudfront, egress nat',
  'certificate, egress public',
  'allowed addresses, cloudfront',
  'everything at once',
])('With %s, functions have their permissions before and after every call', (configuration) => {
  const stack = synthesize(configuration);
  const functions = stack
    .resources<{ Role: unknown; Handler: string }>('AWS::Lambda::Function')
    // Not CDK's own.
    .filter(({ Properties }) => Properties.Handler === 'index.handler')
    .filter(({ Properties }) => policiesOf(stack, Properties.Role).length > 0);
  expect(functions.length).toBeGreaterThanOrEqual(3);
  for (const { id, Properties } of functions) {
    const created = dependenciesOf(stack, id).map((each) => each.id);
    const policies = policiesOf(stack, Properties.Role).filter((each) => !OF_ONE_FILE.test(each));
    expect({ id, created }).toEqual({ id, created: expect.arrayContaining(policies) });
  }
});
