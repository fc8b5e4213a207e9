import { closestName } from '../../config/similar-name.ts';
import { isContinentCode, isCountryCode } from '../../signals/geo/codes.ts';
import type { Declarations } from './environment.ts';
import { METHODS } from './semantics/functions.ts';

/** Functions that the CEL library and the policy language have, besides the methods with a cost of their own. */
const FUNCTIONS = ['has', 'size', 'int', 'uint', 'double', 'string', 'bool', 'bytes', 'timestamp'];
const MORE_FUNCTIONS = ['duration', 'type', 'dyn'];
const MORE_METHODS = ['exists', 'all', 'exists_one', 'filter', 'map', 'matches', 'within'];
const OPTIONAL_METHODS = ['orValue', 'hasValue', 'value'];

/** Names that other products have for variables. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ip: 'address',
  client_ip: 'address',
  date: 'now',
  time: 'now',
};

/** Returns the variable, list or field of a variable that an unknown variable probably stands for. */
export function suggestVariable(name: string, declarations: Declarations): string | undefined {
  const { variables, lists } = declarations;
  if (lists.has(name)) return `lists.${name}`;
  if (isCountryCode(name) || isContinentCode(name)) return `"${name}"`;
  if (/^(?:true|false|null)$/i.test(name)) return name.toLowerCase();
  if (Object.hasOwn(OTHER_NAMES, name)) return OTHER_NAMES[name];
  return closestName(name, Object.keys(variables)) ?? ownerOf(name, declarations);
}

/** Returns the field that an unknown one of a type probably stands for, or the same field of another variable. */
export function suggestField(
  type: string,
  field: string,
  declarations: Declarations,
): string | undefined {
  const known =
    type === 'Lists' ? declarations.lists.keys() : Object.keys(declarations.fields.get(type) ?? {});
  return closestName(field, known) ?? ownerOf(field, declarations);
}

/** Returns the only variable that has a field, with the field. */
function ownerOf(field: string, { variables, fields }: Declarations): string | undefined {
  const owners = Object.entries(variables).filter(([, type]) =>
    Object.hasOwn(fields.get(type) ?? {}, field),
  );
  return owners.length === 1 ? `${owners[0]?.[0]}.${field}` : undefined;
}

/** Returns the function or method that an unknown one probably stands for. */
export function suggestFunction(name: string, isMethod: boolean): string | undefined {
  const known = isMethod
    ? [...METHODS.keys(), ...MORE_METHODS, ...OPTIONAL_METHODS]
    : [...FUNCTIONS, ...MORE_FUNCTIONS];
  // A known one was called with values of other types.
  return known.includes(name) ? undefined : closestName(name, known);
}
