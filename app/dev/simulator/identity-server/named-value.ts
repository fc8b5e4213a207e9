import { type Json, JsonObject } from './json.ts';

/** The `{name, value}` that an add of a claim or of a response parameter carries. */
export interface NamedValue {
  name: string;
  value: Json;
}

/** Reads it, or says what is wrong with it. Blank names are refused for both. */
export function parseNamedValue(value: Json): NamedValue | string {
  if (!(value instanceof JsonObject)) return 'the value is no object of name and value';
  const stranger = value.entries.find(([name]) => name !== 'name' && name !== 'value');
  if (stranger !== undefined) return `the value has a further member ${stranger[0]}`;
  const name = value.get('name');
  const content = value.get('value');
  if (typeof name !== 'string' || name.trim() === '') return 'the value has no name';
  if (content === undefined) return 'the value has no value';
  return { name, value: content };
}
