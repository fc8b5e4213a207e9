import { availableParallelism, cpus } from 'node:os';
import { type Load, quantile, type Sender, type Sent } from './load.ts';
import type { LoadedService, Usage } from './loaded-service.ts';
import type { Plan } from './plan.ts';

const MEBIBYTE = 2 ** 20;

/** What came of a load for some seconds, by whether the address was known, and what it took. */
export interface Phase {
  readonly known: readonly Sent[];
  readonly invented: readonly Sent[];
  readonly inFlight: readonly number[];
  /** What the service has used when it is over. */
  readonly usage: Usage;
  /** Milliseconds of the service's processor time for a request. */
  readonly cpu: number;
  /** Which share of the machine was used by others than the service, the sender and this process. */
  readonly others: number;
}

/** Sends a load to the service, and measures. */
export async function phase(
  sender: Sender,
  service: LoadedService,
  plan: Omit<Plan, 'origins'>,
  isKnown: (address: string) => boolean,
): Promise<Phase> {
  const begun = { ...(await service.usage()), own: process.cpuUsage(), machine: machineTime() };
  const load: Load = await sender.send({ origins: [service.origin], ...plan });
  const usage = await service.usage();
  const { user, system } = process.cpuUsage(begun.own);
  const ours = usage.cpu - begun.cpu + load.cpu + (user + system) / 1000;
  const all = availableParallelism() * load.seconds * 1000;
  return {
    known: load.sent.filter(({ address }) => isKnown(address)),
    invented: load.sent.filter(({ address }) => !isKnown(address)),
    inFlight: load.inFlight,
    usage,
    cpu: (usage.cpu - begun.cpu) / load.sent.length,
    others: (machineTime() - begun.machine - ours) / all,
  };
}

/** Milliseconds that the machine's processors have not idled. */
function machineTime(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}

export const millisecondsOf = (sent: readonly Sent[]) => sent.map((one) => one.milliseconds);

/**
 * The 99th percentile of known addresses in each second, and of these the middle one: a second in
 * which others had the machine does not count.
 */
export function usualP99({ known }: Phase, perSecond: number): number {
  const seconds = Array.from({ length: Math.floor(known.length / perSecond) }, (_, second) =>
    quantile(millisecondsOf(known.slice(second * perSecond, (second + 1) * perSecond)), 0.99),
  );
  return quantile(seconds, 0.5);
}

/** What a phase was like. */
export const figures = ({ known, invented, inFlight, usage, cpu, others }: Phase) => ({
  known: spread(millisecondsOf(known)),
  invented: spread(millisecondsOf(invented)),
  inFlight: spread(inFlight),
  cpu,
  others,
  heldMiB: usage.held / MEBIBYTE,
  residentMiB: usage.resident / MEBIBYTE,
});

const spread = (values: readonly number[]) =>
  [0.5, 0.99, 1].map((share) => quantile(values, share));
