import { PLANS } from '../quota/plans.ts';
import type { DecisionCosts } from './figures.ts';

/** Tokens per second in the tables. */
export const SIZES = [100, 1_000, 100_000] as const;

/** Assumptions, which err on the side that costs more. */
export const ASSUMPTIONS = {
  /** Speed of a Fargate vCPU (Graviton) relative to a core of the benchmark machine. */
  vcpu: 0.5,
  /** CPU utilisation at which scaling adds tasks. */
  load: 0.6,
  /** Share of tokens whose record a task reads from DynamoDB. */
  tableReads: 0.1,
  /** Bytes of a request with its response, and of a decision record in the log. */
  request: 3_000,
  record: 720,
} as const;

/** Hours per month, as in AWS's prices. */
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

/** A deployment: its rate, the size of its tasks, and the percentage of plain decisions that are recorded. */
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

/** Returns the decisions per second of a task at the utilisation at which scaling adds tasks. */
export function decisionsPerTask({ warm, fromTable }: DecisionCosts, vcpu: number): number {
  const { load, tableReads } = ASSUMPTIONS;
  const each = (1 - tableReads) * warm + tableReads * fromTable;
  return (load * ASSUMPTIONS.vcpu * vcpu * 1_000_000) / each;
}

/** Returns the number of tasks: at least two, so that one serves while the other is replaced. */
export function tasksFor(figures: DecisionCosts, { tokens, vcpu }: Setup): number {
  return Math.max(2, Math.ceil(tokens / decisionsPerTask(figures, vcpu)));
}

/** New records per second, if the largest plan's quota is used within one hour. */
export const MAX_WRITES_PER_SECOND = PLANS.premium.checks / 3600;

/** Returns the share of tokens that must find a fresh record for the quota to last a day. */
export function neededHitRatio(tokens: number, quota: number): number {
  return Math.max(0, 1 - quota / (tokens * DAY));
}

/** Returns the millions of tokens per month at a constant rate per second. */
export function millionsPerMonth(tokens: number): number {
  return (tokens * HOURS * 3600) / 1_000_000;
}

/** Returns the monthly costs in US dollars by part at a constant rate, without AbuseIPDB, NAT and metrics. */
export function costs(figures: DecisionCosts, setup: Setup) {
  const { tokens, vcpu, gigabytes, issuedPercent } = setup;
  const millions = millionsPerMonth(tokens);
  const taskHour = vcpu * PRICES.vcpuHour + gigabytes * PRICES.gigabyteHour;
  const capacityUnits = (tokens * ASSUMPTIONS.request * 3600) / 1e9;
  const records = (millions * 1_000_000 * issuedPercent) / 100;
  return {
    Fargate: tasksFor(figures, setup) * taskHour * HOURS,
    'load balancer': (PRICES.loadBalancerHour + capacityUnits * PRICES.capacityUnitHour) * HOURS,
    WAF: PRICES.firewall + millions * PRICES.firewallMillion,
    DynamoDB:
      millions * ASSUMPTIONS.tableReads * PRICES.readMillion +
      ((PLANS.premium.checks * HOURS) / 24 / 1_000_000) * PRICES.writeMillion,
    logs: ((records * ASSUMPTIONS.record) / 1e9) * PRICES.logGigabyte,
  };
}
