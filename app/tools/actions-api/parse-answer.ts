import type * as z from 'zod';
import { ToolError } from '../errors.ts';
import type { HttpAnswer } from '../http/send-request.ts';

/**
 * Parses the body of a successful answer.
 *
 * @param what the beginning of the sentence of an error.
 * @throws ToolError without the body, which can contain a secret.
 */
export function parseAnswer<Schema extends z.ZodType>(
  { status, contentType, body }: HttpAnswer,
  schema: Schema,
  what: string,
  url: string,
): z.infer<Schema> {
  const { host } = new URL(url);
  const json = parseJson(body);
  if (json === undefined) {
    const form = /html/i.test(contentType) ? 'a web page' : 'not JSON';
    throw new ToolError(
      `${what}, because the answer of ${host} (status ${status}) is ${form}: check the URL, and whether a proxy answers instead.`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole';
  throw new ToolError(
    `${what}, because the answer of ${host} has an unexpected form (${place}): report it, with the version of the identity server.`,
  );
}

/** Returns `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
