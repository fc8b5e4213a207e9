import type { Server } from 'node:http';
import { PLAIN_SUCCESS } from '../../app/src/action/response.ts';
import { type AppDependencies, createApp } from '../../app/src/http/app.ts';
import type { App } from '../../app/src/http/env.ts';
import { listen } from '../../app/src/http/server.ts';

/** Creates an app that accepts every caller and issues every token. */
export function createTestApp(changes: Partial<AppDependencies> = {}): App {
  return createApp({
    authenticator: { accepts: () => true, update: () => undefined, challenge: 'ApiKey' },
    handleAction: async () => PLAIN_SUCCESS,
    onRejected: () => undefined,
    onInternalError: () => undefined,
    isDraining: () => false,
    ...changes,
  });
}

export interface RunningApp {
  readonly server: Server;
  readonly port: number;
  readonly origin: string;
}

/** Serves such an app on a free port. */
export async function startTestApp(changes: Partial<AppDependencies> = {}): Promise<RunningApp> {
  const { server, port } = await listen(createTestApp(changes), 0, changes.onInternalError);
  return { server, port, origin: `http://127.0.0.1:${port}` };
}
