import type { ActionsApi, ScopeName } from '../../../tools/actions-api/client.ts';
import type { Terminal } from '../../terminal.ts';
import { type IdentityServerOptions, readApiCredential } from './options.ts';

/** What tests replace. */
export interface Waiting {
  /** Waits, in milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Limit of one request, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

export const REAL_WAITING: Waiting = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The scopes of a command. */
export interface CommandScopes {
  /** A missing one ends the command before its first call. */
  readonly required: readonly ScopeName[];
  /** A missing one makes only those calls fail that need it. @default none */
  readonly optional?: readonly ScopeName[];
}

/** Runs work with a client of the API. */
export async function withActionsApi<Result>(
  options: IdentityServerOptions,
  scopes: CommandScopes,
  terminal: Terminal,
  { sleep, timeoutMs }: Waiting,
  work: (api: ActionsApi) => Promise<Result>,
): Promise<Result> {
  const { createActionsApi } = await import('../../../tools/actions-api/client.ts');
  const { resolveTarget } = await import('../../../tools/actions-api/target.ts');
  const { createHttpClient } = await import('../../../tools/http/send-request.ts');
  const target = resolveTarget(options);
  const credential = await readApiCredential(options, target.allowsBasic, terminal);
  const http = createHttpClient({
    environment: terminal.environment,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const api = createActionsApi({
    ...{ target, credential, http, sleep, now: terminal.now },
    scopes: scopes.required,
    optionalScopes: scopes.optional,
  });
  try {
    return await work(api);
  } finally {
    api.close();
  }
}
