import { type Json, JsonObject } from './json.ts';

/** The value of an operation that adds a claim or a response parameter. */
export interface NamedValue {
  name: string;
  value: Json;
}

/** Parses a named value. Returns why it is not valid otherwise. */
export function parseNamedValue(value: Json): NamedValue | string {
  if (!(value instanceof JsonObject)) return 'the value must be an object with name and value';
  const unknownField = value.entries.find(([name]) => name !== 'name' && name !== 'value');
  if (unknownField !== undefined) return `the value has an unknown field ${unknownField[0]}`;
  const name = value.get('name');
  const content = value.get('value');
  if (typeof name !== 'string' || name.trim() === '') return 'the value has no name';
  if (content === undefined) return 'the value has no value';
  return { name, value: content };
}
