import { ActionsApiError, LostAnswerError } from '../actions-api/api-error.ts';
import type { ActionsApi } from '../actions-api/client.ts';
import type { ApplicationSummary, OidcApplication } from '../actions-api/schemas.ts';
import { ToolError } from '../errors.ts';
import { type Finding, warning } from '../findings/finding.ts';
import { capitalize } from '../register/slot.ts';

/** Applications of the identity server itself, which no policy is meant for. */
const SYSTEM_APPLICATIONS = new Set(['Console', 'My Account']);

/** Requests for applications at the same time. */
const CONCURRENCY = 4;

/** How the applications of an organization get their tokens, as far as the API says. */
export interface ReadApplications {
  readonly applications: readonly OidcApplication[];
  /** Whether every application was read. */
  readonly isComplete: boolean;
  /** What could not be read, and why. */
  readonly findings: readonly Finding[];
}

/**
 * Reads how each application gets its tokens. What the API refuses is a finding, not an error: the rest of the status
 * does not depend on it.
 *
 * @param onApplication receives the number of applications that have been read, and of all.
 */
export async function readApplications(
  api: ActionsApi,
  onApplication: (done: number, all: number) => void = () => {},
): Promise<ReadApplications> {
  let all: readonly ApplicationSummary[];
  try {
    all = (await api.findApplications()).filter(({ name }) => !SYSTEM_APPLICATIONS.has(name));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { applications: [], isComplete: false, findings: [warning(error.message)] };
  }
  const { found, failures } = await readEach(api, all, onApplication);
  const applications = all.flatMap((_, index) => found[index] ?? []);
  const [first] = failures;
  return {
    applications,
    isComplete: failures.length === 0,
    findings: first === undefined ? [] : [warning(describeFailure(api, first, failures.length))],
  };
}

async function readEach(
  api: ActionsApi,
  all: readonly ApplicationSummary[],
  onApplication: (done: number, all: number) => void,
) {
  const found: (OidcApplication | undefined)[] = [];
  const failures: ToolError[] = [];
  let next = 0;
  let done = 0;
  const readNext = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) {
      const application = all[index];
      try {
        if (application !== undefined) found[index] = await api.readOidc(application);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        failures.push(error);
        // All others would fail, too.
        if (isForbidden(error) || error instanceof LostAnswerError) next = all.length;
      }
      onApplication(++done, all.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, readNext));
  } finally {
    onApplication(all.length, all.length);
  }
  return { found, failures };
}

function isForbidden(error: ToolError): boolean {
  return error instanceof ActionsApiError && error.status === 403;
}

function describeFailure(api: ActionsApi, first: ToolError, count: number): string {
  if (isForbidden(first)) {
    return `${capitalize(api.target.label)} does not allow to read how applications get their tokens (status 403), so opaque tokens were not looked for: authorize the scopes of the applications API that include their protocols, or use --no-applications.`;
  }
  const others = count - 1;
  if (others === 0) return first.message;
  return `${first.message} The same for ${others} other ${others === 1 ? 'application' : 'applications'}.`;
}
