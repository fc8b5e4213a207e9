import { PLANS } from '../quota/plans.ts';
import type { Figures } from './figures.ts';

/** Tokens a second for which the tables are made. */
export const SIZES = [100, 1_000, 100_000] as const;

/** What is assumed, each on the side that costs more. */
export const ASSUMED = {
  /** Speed of a vCPU of Fargate (Graviton), beside a core of the machine of the benchmark. */
  vcpu: 0.5,
  /** Of a task's processor time, at which scaling wants more tasks. */
  load: 0.6,
  /** Of the tokens, those whose record a task reads from the table: the address is new to it, or old. */
  tableReads: 0.1,
  /** Bytes of a request with its answer, of a record in the log. */
  request: 3_000,
  record: 720,
} as const;

/** Hours that prices of a month are made of. */
const HOURS = 730;
const DAY = 86_400;

/** US dollars in us-east-1, as in docs/costs.md. */
const PRICES = {
  vcpuHour: 0.03238,
  gigabyteHour: 0.00356,
  loadBalancerHour: 0.0225,
  capacityUnitHour: 0.008,
  firewall: 10,
  firewallMillion: 0.6,
  readMillion: 0.125,
  writeMillion: 0.625,
  logGigabyte: 0.5,
} as const;

/** A way to run it: how large the tasks are, and of how many plain decisions a record is written. */
export interface Setup {
  readonly tokens: number;
  readonly vcpu: number;
  readonly gigabytes: number;
  readonly issuedPercent: number;
}

export const SETUPS: readonly Setup[] = SIZES.map((tokens) => ({
  tokens,
  vcpu: tokens > 10_000 ? 1 : 0.5,
  gigabytes: tokens > 10_000 ? 2 : 1,
  issuedPercent: tokens > 10_000 ? 1 : tokens > 100 ? 10 : 100,
}));

/** Decisions a second of one task, at the load at which there are to be more. */
export function perTask({ warm, fromTable }: Figures, vcpu: number): number {
  const { load, tableReads } = ASSUMED;
  const each = (1 - tableReads) * warm + tableReads * fromTable;
  return (load * ASSUMED.vcpu * vcpu * 1_000_000) / each;
}

/** Two at least, or there would be none while one is replaced. */
export function tasksFor(figures: Figures, { tokens, vcpu }: Setup): number {
  return Math.max(2, Math.ceil(tokens / perTask(figures, vcpu)));
}

/** Records a second that can be new: no more than AbuseIPDB is asked for, all of it within an hour. */
export const MOST_WRITES = PLANS.premium / 3600;

/** Of the tokens, those that must find a fresh record for a day's quota to last. */
export function neededHitRatio(tokens: number, quota: number): number {
  return Math.max(0, 1 - quota / (tokens * DAY));
}

/** Millions of tokens in a month, at this rate around the clock. */
export function millionsAMonth(tokens: number): number {
  return (tokens * HOURS * 3600) / 1_000_000;
}

/** US dollars a month at this rate around the clock, by part; without AbuseIPDB, NAT and metrics. */
export function costs(figures: Figures, setup: Setup) {
  const { tokens, vcpu, gigabytes, issuedPercent } = setup;
  const millions = millionsAMonth(tokens);
  const taskHour = vcpu * PRICES.vcpuHour + gigabytes * PRICES.gigabyteHour;
  const capacityUnits = (tokens * ASSUMED.request * 3600) / 1e9;
  const records = (millions * 1_000_000 * issuedPercent) / 100;
  return {
    Fargate: tasksFor(figures, setup) * taskHour * HOURS,
    'load balancer': (PRICES.loadBalancerHour + capacityUnits * PRICES.capacityUnitHour) * HOURS,
    WAF: PRICES.firewall + millions * PRICES.firewallMillion,
    DynamoDB:
      millions * ASSUMED.tableReads * PRICES.readMillion +
      ((PLANS.premium * HOURS) / 24 / 1_000_000) * PRICES.writeMillion,
    logs: ((records * ASSUMED.record) / 1e9) * PRICES.logGigabyte,
  };
}
