import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';
import { describeFailure } from '../describe-failure.ts';
import { resolveText } from '../template.ts';
import { NAME_LOOKUPS } from './name-lookups.ts';

/** Physical names of the template that another stack, or something that an earlier one left behind, already has. */
export const namesCheck: Check = {
  name: 'names',
  async run(facts) {
    const names = await namesOf(facts);
    const findings = await Promise.all(
      [...names].map(([type, entries]) => findTaken(facts, type, entries)),
    );
    const taken = findings.flat();
    const count = [...names.values()].flat().length;
    return taken.length > 0 ? taken : [ok(`None of the ${count} names is taken by another stack.`)];
  },
};

interface Named {
  readonly logicalId: string;
  readonly name: string;
}

/** Returns the resources with a name of their own, by type. */
async function namesOf({ template, account }: Facts): Promise<Map<string, Named[]>> {
  const { Resources } = await template();
  const names = new Map<string, Named[]>();
  for (const [logicalId, { Type, Properties = {} }] of Object.entries(Resources)) {
    const lookup = NAME_LOOKUPS[Type];
    if (lookup === undefined) continue;
    const value = lookup.property.reduce<unknown>(
      (object, key) => (object as Readonly<Record<string, unknown>> | undefined)?.[key],
      Properties,
    );
    const name = resolveText(value, account);
    if (name === undefined) continue;
    names.set(Type, [...(names.get(Type) ?? []), { logicalId, name }]);
  }
  return names;
}

/** Names that a message lists before it only counts them. */
const MAX_LISTED = 3;

async function findTaken(
  facts: Facts,
  type: string,
  entries: readonly Named[],
): Promise<readonly Finding[]> {
  const lookup = NAME_LOOKUPS[type];
  if (lookup === undefined) return [];
  const stack = await facts.stack();
  const names = entries.map(({ name }) => name);
  let existing: ReadonlyMap<string, string>;
  try {
    existing = await lookup.find(facts.account.clients, names);
  } catch (cause) {
    // The other types may be allowed.
    return [warning(`Names of ${lookup.plural}: ${describeFailure(cause)}`)];
  }
  const taken = entries.filter(({ name, logicalId }) => {
    const physicalId = existing.get(name);
    if (physicalId === undefined) return false;
    const own = stack?.resources.get(logicalId)?.physicalId ?? '';
    const isOwn = own === physicalId || [':', '/', '|'].some((it) => own.endsWith(it + physicalId));
    return !isOwn;
  });
  if (taken.length === 0) return [];
  const listed = taken.slice(0, MAX_LISTED).map(({ name }) => name);
  const more = taken.length > MAX_LISTED ? ` and ${taken.length - MAX_LISTED} more` : '';
  const [noun, verb] = taken.length === 1 ? [lookup.noun, 'exists'] : [lookup.plural, 'exist'];
  return [
    error(
      `The ${noun} ${listed.join(', ')}${more} already ${verb}, but not in the stack ${facts.config.stackName}: delete ${taken.length === 1 ? 'it' : 'them'}, or choose another stackName.`,
    ),
  ];
}
