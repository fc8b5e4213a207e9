/** One member of an object, or none where there is no value. */
export function optionalField<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  if (value === undefined) return {};
  return { [name]: value } as { readonly [Key in Name]?: Value };
}
