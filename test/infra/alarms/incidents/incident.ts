import { LARGE, type Minute, type Site } from '../../../support/operations/minute.ts';
import type { Situation } from '../../../support/operations/situation.ts';
import type { Configuration } from '../../../support/stack.ts';

export interface Incident extends Situation {
  readonly name: string;
  readonly configuration: Configuration;
  /** The alarms that must fire, and no other, each with the maximum delay in minutes. */
  readonly alarms: Readonly<Record<string, number>>;
  /** Maximum delay of the page in minutes; absent if the incident must not page. */
  readonly pageWithin?: number;
}

type Changes = Situation['changes'];
type Alarms = Incident['alarms'];

/** Creates an incident. By default it starts at 11:00, lasts an hour, and affects a large site. */
export function incident(
  name: string,
  changes: Changes,
  alarms: Alarms,
  options: Partial<Pick<Incident, 'pageWithin' | 'configuration'>> & {
    readonly site?: Site;
    readonly minutes?: number;
    /** Minute of the day. @default 11:00 */
    readonly begins?: number;
  } = {},
): Incident {
  const {
    site = LARGE,
    minutes = 60,
    configuration = 'cloudfront, egress nat',
    begins = 11 * 60,
    pageWithin,
  } = options;
  return {
    ...{ name, site, configuration, changes, alarms },
    ...{ begins, ends: begins + minutes },
    ...(pageWithin !== undefined && { pageWithin }),
  };
}

export const part = (share: number, count: number) => Math.round(count * share);
export const slow =
  (milliseconds: number): Changes =>
  ({ latency }) => ({ latency: { ...latency, slow: milliseconds } });
/** Only this share of the identity server's calls reaches a decision. */
export const decided = ({ decisions, refused, withoutAddress }: Minute, share: number) => ({
  decisions: part(share, decisions),
  refused: part(share, refused),
  withoutAddress: part(share, withoutAddress),
});
/** The firewall admits only the identity server's addresses. */
export const ALLOW_LIST = { configuration: 'allowed addresses, certificate' } as const;
/** Alarms with the severity `evidence`: they notify nobody as long as there are decisions. */
export const FEWER = {
  UnusuallyFewDecisions: 20,
  UnusuallyFewTokens: 20,
  FewerTokensThanUsual: 10,
};
export const NO_DECISIONS = { ...FEWER, NoDecisions: 20 };
