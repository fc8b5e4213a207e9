import * as z from 'zod';

/*
 * What the API returns. Only what the tools need is required, and unknown fields are ignored: builds of the identity
 * server differ. Lists have no endpoint and no rule, and no answer contains a secret.
 */

const status = z.enum(['ACTIVE', 'INACTIVE']);

const rule = z.object({
  condition: z.string(),
  rules: z.array(
    z.object({
      condition: z.string(),
      expressions: z.array(
        z.object({ field: z.string(), operator: z.string(), value: z.string() }),
      ),
    }),
  ),
});

const summary = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  name: z.string(),
  description: z.string().nullish(),
  status,
  version: z.string().nullish(),
});

const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const action = summary.extend({
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  endpoint: z.object({
    uri: z.string(),
    authentication: z.object({
      type: z.string(),
      properties: z.record(z.string(), z.unknown()).nullish(),
    }),
    allowedHeaders: names,
    allowedParameters: names,
  }),
  // Removed rules are absent, null or empty.
  rule: rule.nullish().catch(undefined),
});

/** A rule of two levels: alternatives, each with expressions that must all be true. */
export type ActionRule = z.infer<typeof rule>;

/** An action in the list. */
export type ActionSummary = z.infer<typeof summary>;

/** A complete action. */
export type Action = z.infer<typeof action>;

/** An application of the identity server. */
export interface ApplicationSummary {
  readonly id: string;
  readonly name: string;
}

/** An application that gets tokens. */
export interface OidcApplication extends ApplicationSummary {
  readonly clientId: string | undefined;
  /** `JWT`, or another type, for which the action is not called. Undefined if the server does not say. */
  readonly tokenType: string | undefined;
  readonly grants: readonly string[];
}

export const SCHEMAS = {
  summary,
  summaries: z.array(summary),
  action,
  applications: z.object({
    totalResults: z.int().min(0),
    applications: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .nullish()
      .transform((list) => list ?? []),
  }),
  // The answer can contain the client secret, so nothing else is kept.
  oidc: z.object({
    clientId: z.string().nullish(),
    grantTypes: names,
    accessToken: z.object({ type: z.string().nullish() }).nullish(),
  }),
  token: z.object({
    access_token: z.string().min(1),
    scope: z.string().nullish(),
    expires_in: z.number().nullish(),
  }),
  error: z.object({ code: z.string() }),
} as const;

/** A body of POST, or of PATCH, which may leave out everything. */
export interface ActionChange {
  readonly name?: string;
  readonly description?: string;
  readonly endpoint?: EndpointChange;
  /** `{}` removes the rule. */
  readonly rule?: ActionRule | Readonly<Record<string, never>>;
}

export interface EndpointChange {
  readonly uri?: string;
  readonly authentication?: Authentication;
  readonly allowedHeaders?: readonly string[];
  readonly allowedParameters?: readonly string[];
}

/** The complete authentication, with its secrets. */
export interface Authentication {
  readonly type: 'API_KEY' | 'BEARER' | 'BASIC' | 'CLIENT_CREDENTIAL';
  readonly properties: Readonly<Record<string, string>>;
}
