import type { ActionsApi } from '../actions-api/client.ts';
import type { OidcApplication } from '../actions-api/schemas.ts';
import { type Finding, type NamedFinding, warning } from '../findings/finding.ts';
import { findSlot, type Slot } from '../register/slot.ts';
import type { ActivityWindow } from './activity.ts';
import { checkAction, type ExpectedAction } from './check-action.ts';
import { checkApplications } from './check-applications.ts';
import { checkTraffic } from './check-traffic.ts';
import { summarizeTraffic, type TrafficSummary } from './client-summary.ts';

/** Applications of the identity server itself, which no policy is meant for. */
const SYSTEM_APPLICATIONS = new Set(['Console', 'My Account']);

/** Requests for applications at the same time. */
const CONCURRENCY = 4;

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

  const { slot, applications } = await askServer(input);
  if (api === undefined || slot === undefined) {
    add('action', [
      warning('The identity server was not asked: name it with --organization or --server.'),
    ]);
  } else {
    add('action', checkAction(slot, api.target.label, input.expected, applications ?? []));
    if (applications !== undefined && slot.kind === 'ours') {
      add('applications', checkApplications(applications, slot.action.rule, traffic));
    }
  }
  if (activity === undefined || traffic === undefined) {
    add('requests', [
      warning('The requests were not examined: name the stack, or records with --records.'),
    ]);
  } else {
    add('requests', checkTraffic(activity, traffic));
  }
  const named = (applications ?? []).flatMap(({ clientId, name }) =>
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
  readonly applications?: readonly OidcApplication[];
}> {
  if (api === undefined) return {};
  const slot = await findSlot(api, { name, uri: expected.uri });
  if (!readsApplications) return { slot };
  const all = (await api.findApplications()).filter((one) => !SYSTEM_APPLICATIONS.has(one.name));
  const found: (OidcApplication | undefined)[] = [];
  let next = 0;
  let done = 0;
  const readNext = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) {
      const application = all[index];
      if (application !== undefined) found[index] = await api.readOidc(application);
      onApplication?.(++done, all.length);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, readNext));
  return { slot, applications: found.filter((one) => one !== undefined) };
}
