import { ConfigError } from '../../app/src/config/options.ts';
import { readConfig } from '../../infra/config/config.ts';

/** Returns the issues of a configuration, one sentence each; empty if it is valid. */
export function issuesOf(context: Readonly<Record<string, unknown>>): string[] {
  try {
    readConfig(context);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}
