import { readFileSync } from 'node:fs';
import { parseArguments, USAGE, UsageError } from './arguments.ts';
import { runPreflight } from './preflight.ts';
import { formatJson, formatText } from './report.ts';

const EXIT_ERRORS = 1;
const EXIT_USAGE = 2;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { findings, ...deployment } = await runPreflight(options, readCdkContext());
  process.stdout.write(
    options.json
      ? formatJson(findings, deployment)
      : formatText(findings, { colours: process.stdout.isTTY && !process.env.NO_COLOR }),
  );
  return findings.some(({ level }) => level === 'error') ? EXIT_ERRORS : 0;
}

/** Returns `context` of cdk.json in the working directory, as the CDK command reads it. */
function readCdkContext(): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync('cdk.json', 'utf8')).context ?? {};
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`cdk.json cannot be read: ${reason}`);
  }
}

try {
  process.exitCode = await main();
} catch (cause) {
  if (!(cause instanceof UsageError)) throw cause;
  process.stderr.write(`${cause.message}\n\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
