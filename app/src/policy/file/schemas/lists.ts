import * as z from 'zod';

const listValue = z.union([z.string(), z.int()], 'must be a string or an integer');

const UNTIL = 'must be a date such as 2027-01-31';

const listEntry = z.union(
  [
    listValue,
    z.strictObject({
      value: listValue.meta({ description: 'What the list contains.' }),
      until: z.iso.date(UNTIL).optional().meta({
        description:
          'The last day on which the entry applies, in the time zone of the policy, such as 2027-01-31.',
        errorMessage: UNTIL,
      }),
      owner: z.string().optional().meta({ description: 'Who is responsible for the entry.' }),
      note: z.string().optional().meta({ description: 'Free text.' }),
    }),
  ],
  'must be a string, an integer or { value, until, owner, note }, with until a date such as 2027-01-31',
);

export const list = z.array(listEntry);

export const LIST_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const LIST_NAME_ISSUE = 'a list name must consist of letters, digits and _';

/** CEL determines a type by the constructor of a value, and lists are fields of an object. */
export function isReservedListName(name: string): boolean {
  return name in Object.prototype;
}

export type ListEntryDefinition = z.output<typeof listEntry>;
