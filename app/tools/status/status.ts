import type { ActionsApi } from '../actions-api/client.ts';
import { type Finding, type NamedFinding, warning } from '../findings/finding.ts';
import { findSlot, type Slot } from '../register/slot.ts';
import type { ActivityWindow } from './activity.ts';
import { checkAction, type ExpectedAction } from './check-action.ts';
import { checkApplications } from './check-applications.ts';
import { checkTraffic } from './check-traffic.ts';
import { summarizeTraffic, type TrafficSummary } from './client-summary.ts';
import { type ReadApplications, readApplications } from './read-applications.ts';

export interface StatusInput {
  /** Undefined if the identity server is not asked. */
  readonly api: ActionsApi | undefined;
  /** The name of the action. */
  readonly name: string;
  readonly expected: ExpectedAction;
  /** Whether to read how each application gets its tokens. */
  readonly readsApplications: boolean;
  /** Receives the number of applications that have been read, and of all. */
  readonly onApplication?: (done: number, all: number) => void;
  /** Undefined if there are neither records nor a log. */
  readonly activity: ActivityWindow | undefined;
  /** The percentage of unremarkable decisions that are recorded. Undefined if it is not known. */
  readonly recordedPercent?: number | undefined;
}

export interface Status {
  readonly findings: readonly NamedFinding[];
  /** Undefined without activity. */
  readonly traffic: TrafficSummary | undefined;
  /** By client id. */
  readonly applicationNames: ReadonlyMap<string, string>;
}

/**
 * Compares what the identity server reports with what the service has seen, and says what is not protected.
 *
 * @throws ToolError if the identity server cannot be asked.
 */
export async function readStatus(input: StatusInput): Promise<Status> {
  const { api, activity } = input;
  const traffic = activity && summarizeTraffic(activity);
  const findings: NamedFinding[] = [];
  const add = (check: string, found: readonly Finding[]) =>
    findings.push(...found.map((finding) => ({ check, ...finding })));

  const { slot, found } = await askServer(input);
  if (api === undefined || slot === undefined) {
    add('action', [
      warning('The identity server was not asked: name it with --organization or --server.'),
    ]);
  } else {
    add('action', checkAction(slot, api.target.label, input.expected, found?.applications ?? []));
    if (found !== undefined) add('applications', found.findings);
    if (found !== undefined && slot.kind === 'ours') {
      // A client may have requests of which none is recorded.
      const seen = input.recordedPercent === 0 ? undefined : traffic;
      add('applications', checkApplications(found, slot.action.rule, seen));
    }
  }
  if (activity === undefined || traffic === undefined) {
    add('requests', [
      warning('The requests were not examined: name the stack, or records with --records.'),
    ]);
  } else {
    add('requests', checkTraffic(activity, traffic, input.recordedPercent));
  }
  const named = (found?.applications ?? []).flatMap(({ clientId, name }) =>
    clientId === undefined ? [] : [[clientId, name] as const],
  );
  return { findings, traffic, applicationNames: new Map(named) };
}

async function askServer({
  api,
  name,
  expected,
  readsApplications,
  onApplication,
}: StatusInput): Promise<{
  readonly slot?: Slot;
  readonly found?: ReadApplications;
}> {
  if (api === undefined) return {};
  const slot = await findSlot(api, { name, uri: expected.uri });
  return readsApplications ? { slot, found: await readApplications(api, onApplication) } : { slot };
}
