/** Returns an object with one field, or without fields if the value is undefined. For use with a spread. */
export function optionalField<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  if (value === undefined) return {};
  return { [name]: value } as { readonly [Key in Name]?: Value };
}
