import type { Resource, SynthesizedStack } from './stack.ts';

/** Returns a resource with all that CloudFormation creates before it, and deletes after it. */
export function dependenciesOf(stack: SynthesizedStack, id: string): readonly Resource[] {
  const all = new Map(stack.resources().map((each) => [each.id, each]));
  const found = new Map<string, Resource>();
  const visit = (name: string): void => {
    const resource = all.get(name);
    if (resource === undefined || found.has(name)) return;
    found.set(name, resource);
    const references = JSON.stringify(resource.Properties).matchAll(
      /"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/g,
    );
    for (const [, other = ''] of references) visit(other);
    for (const other of [resource.DependsOn ?? []].flat()) visit(other);
  };
  visit(id);
  return [...found.values()];
}
