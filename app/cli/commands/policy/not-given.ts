import type { ExplainedGiven } from '../../../tools/explain/explain-given.ts';
import type { NotGiven } from '../../../tools/policy/given/sources.ts';

const OPTIONS: Readonly<Record<NotGiven['signal'], string>> = {
  address: '--address',
  geo: '--address or --country',
  network: '--signal network.asn=NUMBER, or --address and a --geo-database with networks',
  anonymizer: '--signal anonymizer.vpn=true or false (also tor, proxy, hosting, relay)',
  feeds: '--feed',
  reputation: '--score',
};

/** Returns what is to be said about signals that were not given. */
export function notesOn({ notGiven, bundledDatabase }: ExplainedGiven): string[] {
  return [
    ...notGiven.map(describeNotGiven),
    ...(bundledDatabase === undefined
      ? []
      : [`${bundledDatabase} Give --country or --geo-database.`]),
  ];
}

/** Says that a signal counts as unknown, and which option gives it. */
function describeNotGiven({ signal, cause, feed }: NotGiven): string {
  if (feed !== undefined) {
    return `The feed ${feed} is unknown (${cause}): give --feed ${feed}=yes or ${feed}=no.`;
  }
  return `The signal ${signal} is unknown (${cause}): give ${OPTIONS[signal]}.`;
}
