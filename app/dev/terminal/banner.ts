import { styleText } from 'node:util';
import { BUNDLED_NOTICE, isBundledGeoDatabase } from '../../src/signals/geo/database.ts';
import { replaceControls } from './text.ts';

export interface BannerOptions {
  readonly endpoint: string;
  readonly console: string;
  /** The header with which the identity server authenticates. */
  readonly credential: readonly [name: string, value: string];
  readonly policyFile: string;
  /** URL of the simulated AbuseIPDB. Absent when the real one is used. */
  readonly simulator: string | undefined;
  readonly geoDatabases: readonly string[];
  /** Warnings that were logged while the service started. */
  readonly warnings: readonly string[];
  /** A request of the identity server, for the `curl` command. */
  readonly requestBody: string;
}

/** Returns the first output of `npm start`: the addresses, the simulated parts, and a command to try. */
export function banner(options: BannerOptions): string {
  const [headerName, headerValue] = options.credential;
  const countries = options.geoDatabases.flatMap((path) =>
    isBundledGeoDatabase(path) ? BUNDLED_NOTICE : [path],
  );
  const rows: readonly (readonly [name: string, ...lines: string[]])[] = [
    ['Endpoint', options.endpoint],
    ['Credential', `${headerName}: ${headerValue}`],
    ['Console', `${options.console}  (live decisions and their reasons)`],
    ['Policy', options.policyFile],
    [
      'AbuseIPDB',
      ...(options.simulator === undefined
        ? ['the real one, with your ABUSEIPDB_API_KEY']
        : [
            `${options.simulator}  SIMULATED, with invented scores`,
            'Set ABUSEIPDB_API_KEY for the real one.',
          ]),
    ],
    ['DynamoDB', 'simulated, in memory'],
    ['Countries', ...countries],
  ];
  return [
    '',
    heading('Risk Gate is running on this machine'),
    ...rows.map(([name, ...lines]) => `  ${name.padEnd(12)}${lines.join(`\n${' '.repeat(14)}`)}`),
    ...(options.warnings.length === 0
      ? []
      : [
          '',
          heading('Warnings'),
          ...options.warnings.map((warning) => `  ${replaceControls(warning)}`),
        ]),
    '',
    heading('Try it'),
    `  curl -s ${options.endpoint} \\`,
    `    -H ${shellQuote(`${headerName}: ${headerValue}`)} -H 'content-type: application/json' \\`,
    `    -d ${shellQuote(options.requestBody)}`,
    '',
  ].join('\n');
}

/** Highlights the heading of a section. */
export function heading(text: string): string {
  return styleText('bold', text);
}

/** Quotes an argument for a POSIX shell: a credential may contain quotes. */
function shellQuote(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
