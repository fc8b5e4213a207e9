import type * as z from 'zod';

/** A form of the page is not valid. The message names the field. */
export class FormError extends Error {}

/** Parses a form that the page sends as JSON. @throws FormError */
export function parseFormWith<Form>(schema: z.ZodType<Form>, text: string): Form {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormError('The form is not JSON.');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FormError(
    `${String(issue?.path[0] ?? 'The form')}: ${issue?.message ?? 'is not valid'}.`,
  );
}
