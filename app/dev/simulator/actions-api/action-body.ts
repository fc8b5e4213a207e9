import * as z from 'zod';
import { ApiError, BareError } from './api-error.ts';

/**
 * `old`: builds before July 2025, without lists of allowed names, versions and times, with four types of
 * authentication, and with 400 for an unknown action that is changed. `new`: builds of 2026.
 */
export type Generation = 'old' | 'new';

const AUTHENTICATION_TYPES = {
  old: ['NONE', 'BASIC', 'BEARER', 'API_KEY'],
  new: ['NONE', 'BASIC', 'BEARER', 'API_KEY', 'CLIENT_CREDENTIAL', 'PASSWORD_CREDENTIAL'],
} as const;

const expression = z.strictObject({ field: z.string(), operator: z.string(), value: z.string() });
const rule = z.strictObject({
  condition: z.literal('OR'),
  rules: z
    .array(z.strictObject({ condition: z.literal('AND'), expressions: z.array(expression).min(1) }))
    .min(1),
});

/** A rule of two levels. */
export type ActionRule = z.infer<typeof rule>;

const bodies = (generation: Generation) => {
  const endpoint = z
    .strictObject({
      uri: z.string(),
      authentication: z.strictObject({
        type: z.enum(AUTHENTICATION_TYPES[generation]),
        properties: z.record(z.string(), z.unknown()).optional(),
      }),
      ...(generation === 'new' && {
        allowedHeaders: z.array(z.string()),
        allowedParameters: z.array(z.string()),
      }),
    })
    .partial();
  const fields = {
    name: z.string(),
    description: z.string(),
    endpoint,
    rule: z.union([rule, z.strictObject({})]),
  };
  return {
    create: z.strictObject(fields).partial(),
    update: z.strictObject({ ...fields, version: z.string() }).partial(),
  };
};

const SCHEMAS = { old: bodies('old'), new: bodies('new') };

export interface ActionBody {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly endpoint?:
    | {
        readonly uri?: string | undefined;
        readonly authentication?: AuthenticationBody | undefined;
        readonly allowedHeaders?: readonly string[] | undefined;
        readonly allowedParameters?: readonly string[] | undefined;
      }
    | undefined;
  readonly rule?: ActionRule | Record<string, never> | undefined;
}

export interface AuthenticationBody {
  readonly type: (typeof AUTHENTICATION_TYPES.new)[number];
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

const MAX_LENGTH = 255;

/** The fields of a rule for this type of action. */
const OPERATORS = ['equals', 'notEquals'];
export const RULE_FIELDS = ['application', 'grantType'];

/**
 * Parses a body as a mapper does that knows the fields of the request: an unknown one is an error.
 *
 * @throws ApiError, or BareError for a violation of the declared limits.
 */
export function readActionBody(
  text: string,
  kind: 'create' | 'update',
  generation: Generation,
): ActionBody {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ApiError('60014', 'The payload is not JSON.');
  }
  const parsed = SCHEMAS[generation][kind].safeParse(json);
  if (!parsed.success) throw new ApiError('60014', 'The payload has an unexpected form.');
  const body = parsed.data as ActionBody;
  for (const text of [body.name, body.description]) {
    if (text !== undefined && text.length > MAX_LENGTH) throw new BareError(400);
  }
  if (kind === 'create') {
    const { name, endpoint } = body;
    const required = [name, endpoint, endpoint?.uri, endpoint?.authentication];
    if (required.includes(undefined)) throw new BareError(400);
  }
  checkRule(body.rule);
  return body;
}

function checkRule(value: ActionBody['rule']): void {
  const { rules = [] } = (value ?? {}) as Partial<ActionRule>;
  for (const { field, operator } of rules.flatMap(({ expressions }) => expressions)) {
    if (!RULE_FIELDS.includes(field)) {
      throw new ApiError('60013', `Rule validation failed: Field ${field} is not supported`);
    }
    if (!OPERATORS.includes(operator)) {
      throw new ApiError(
        '60013',
        `Rule validation failed: Operator ${operator} is not supported for field ${field}`,
      );
    }
  }
}
