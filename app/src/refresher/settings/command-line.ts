import { parseArgs } from 'node:util';
import { ConfigError } from '../../config/options.ts';

/** What the command line asks for, besides the settings. */
export interface CommandLine {
  /** Folder or bucket in place of `FEED_STORE`. */
  readonly into: string | undefined;
  /** Ids of feeds whose implausible or older data is published, once. */
  readonly accept: readonly string[];
  /** Asks all publishers, although they were asked recently. */
  readonly force: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: refresh [--into DIR] [--accept ID]... [--force]

Downloads the feeds in FEEDS that are due, and publishes them in FEED_STORE for the service.

  --into DIR    the store: a folder, or s3://bucket (in place of FEED_STORE)
  --accept ID   publishes the feed's data once although it is implausible or older than the published data
  --force       asks every publisher, although it was asked recently; the quotas still apply
  --help        shows this text

docs/feeds.md describes the feeds, and docs/configuration.md the settings.
`;

/** @throws ConfigError */
export function parseCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        into: { type: 'string' },
        accept: { type: 'string', multiple: true, default: [] },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.into === '') throw new Error('--into needs a folder, or s3://bucket.');
    return { ...values, into: values.into };
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('\n');
    throw new ConfigError(`${sentence.replace(/\.?$/, '.')} See --help.`);
  }
}
