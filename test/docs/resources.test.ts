import { synthesize } from '../support/stack.ts';
import { PAGES } from './pages.ts';

const TEXT = PAGES.map(({ text }) => text).join('\n');

const matches = (pattern: RegExp) => [...new Set([...TEXT.matchAll(pattern)].map(([all]) => all))];

/** Returns the types of the resources that a condition selects, in a stack that has all of them. */
function selectedBy(condition: string): readonly string[] {
  const [, type] = /ResourceType=='([\w:]+)'/.exec(condition) ?? [];
  const [, prefix = ''] = /starts_with\(LogicalResourceId,'(\w+)'\)/.exec(condition) ?? [];
  return synthesize('CloudFront logs')
    .resources(type)
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ Type }) => Type);
}

describe('Commands of the documentation find resources in the stack', () => {
  test.each(matches(/.*list-stack-resources.*/g))(
    'whatever page of the response they are on: %s',
    (line) => {
      // The AWS CLI applies a query to each page of 100 resources, and prints an empty line for one without any.
      expect(line).toMatch(/ --output text \| tr '\\t' '\\n' \| grep \. \| head -1; \}$/);
    },
  );

  test.each([
    ...matches(/(?<=find_resource ")[^"$]+(?=")/g),
    ...matches(/(?<=log_group )[A-Z]\w+/g).map(
      (prefix) => `starts_with(LogicalResourceId,'${prefix}')`,
    ),
    ...matches(/(?<=resource )AWS::\w+::\w+/g).map((type) => `ResourceType=='${type}'`),
  ])('%s selects exactly one', (condition) => {
    expect(selectedBy(condition)).toHaveLength(1);
  });

  test('and derive no name from the name of the stack, which names contain in different ways', () => {
    expect(TEXT).toContain('log_group FirewallLogs');
    expect(matches(/[-\w/]+-\$[({]?(?:STACK|echo).*/g)).toEqual([]);
  });
});
