import { readTokenRequest, type TokenRequest } from '../../../src/action/request.ts';
import { PLAIN_SUCCESS } from '../../../src/action/response.ts';
import { decide } from '../../../src/decide.ts';
import { responseBody } from '../../../src/http/handle-action.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import type { TraceEvent } from '../../../src/policy/trace.ts';
import { RequestSignals } from '../../../src/signals/request-signals.ts';
import { applyResponse, type Outcome } from '../../identity-server/index.ts';
import { givenRequest } from '../given/request.ts';
import { CaseError } from './case-error.ts';
import { compareWithExpectation } from './compare.ts';
import { withLists } from './lists.ts';
import type { PolicyCase } from './read.ts';
import type { CaseResult, CaseRun } from './result.ts';
import { ADDRESS_OPTIONS, caseSources } from './sources.ts';
import { DEFAULT_TIME, momentOf, parseCaseTime } from './time.ts';

/** The request of a case, and the inputs of its decision. */
export interface CaseInputs {
  /** With the lists and the mode of the case. */
  readonly policy: Policy;
  readonly body: string;
  readonly request: TokenRequest;
  readonly signals: RequestSignals;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly unstated: ReadonlySet<string>;
}

/** Reads the file that a case names as its request. */
export type ReadRequestFile = (path: string, policyCase: PolicyCase) => string;

/** Creates the signals of a request, which coverage observes. */
export type CreateSignals = (
  ...args: ConstructorParameters<typeof RequestSignals>
) => RequestSignals;

/** Cases have no deadline: what they state is there at once. */
const NO_DEADLINE = { remaining: () => Number.POSITIVE_INFINITY };

/** @throws CaseError if the case cannot be decided. */
export function prepareCase(
  policyCase: PolicyCase,
  original: Policy,
  readRequestFile: ReadRequestFile,
  createSignals: CreateSignals = (...args) => new RequestSignals(...args),
): CaseInputs {
  const { facts } = policyCase;
  const { mode = original.mode } = policyCase;
  const policy = { ...withLists(original, policyCase.lists), mode };
  const time = facts.time ?? parseCaseTime(DEFAULT_TIME);
  const now = time && momentOf(time, policy.clock);
  if (now === undefined) {
    const text = time?.kind === 'local' ? time.text : DEFAULT_TIME;
    throw new CaseError(
      `The time ${text} does not exist in the policy's time zone: clocks are put forward. State another time.`,
    );
  }
  const body = bodyOf(policyCase, readRequestFile);
  let request: TokenRequest;
  try {
    request = readTokenRequest(body);
  } catch (error) {
    throw new CaseError(
      `The file ${facts.requestFile} is not a request of the action: ${(error as Error).message}`,
    );
  }
  const { sources, unstated } = caseSources(facts);
  const signals = createSignals(sources, request, NO_DEADLINE, policy.reputationWait);
  return { policy, body, request, signals, now, unstated };
}

function bodyOf(policyCase: PolicyCase, readRequestFile: ReadRequestFile): string {
  const { address, requestFile, request, causes } = policyCase.facts;
  if (requestFile !== undefined) return readRequestFile(requestFile, policyCase);
  const signals = causes.address === undefined && address ? { address: address.value } : {};
  return JSON.stringify(givenRequest({ request, signals }, ADDRESS_OPTIONS));
}

/** Observes the decisions on cases. */
export interface CaseObserver {
  readonly createSignals?: CreateSignals;
  readonly onEvent?: (event: TraceEvent) => void;
}

/** Decides on a case as the service does, lets the identity server apply the response, and compares. */
export async function runCase(
  policyCase: PolicyCase,
  original: Policy,
  readRequestFile: ReadRequestFile,
  { createSignals, onEvent }: CaseObserver = {},
): Promise<CaseResult> {
  const fail = (error: string, run?: CaseRun): CaseResult => ({
    case: policyCase,
    status: 'error',
    error,
    mismatches: [],
    ...(run && { run }),
  });
  let inputs: CaseInputs;
  try {
    inputs = prepareCase(policyCase, original, readRequestFile, createSignals);
  } catch (error) {
    if (error instanceof CaseError) return fail(error.message);
    throw error;
  }
  const { policy, body, request, signals, now, unstated } = inputs;
  const trace: TraceEvent[] = [];
  const decision = await decide(request, policy, signals, now, (event) => {
    trace.push(event);
    onEvent?.(event);
  });
  const before = applyBody(body, PLAIN_SUCCESS);
  if (before.kind !== 'token') throw new Error('A token must be issued without operations.');
  const outcome = applyBody(body, responseBody(decision));
  const run = { decision, before: before.token, outcome, trace };
  if (unstated.size > 0) return fail(describeUnstated(unstated), run);
  const mismatches = compareWithExpectation(policyCase.expect, run);
  return {
    case: policyCase,
    status: mismatches.length === 0 ? 'passed' : 'failed',
    mismatches,
    run,
  };
}

function applyBody(requestBody: string, body: string): Outcome {
  return applyResponse(requestBody, { status: 200, contentType: 'application/json', body });
}

function describeUnstated(unstated: ReadonlySet<string>): string {
  const [first = '', ...more] = unstated;
  const others = more.length === 0 ? '' : `, ${more.join(', ')}`;
  return `The policy reads ${first}${others}, which the case does not state. Add ${exampleOf(first)} to given.`;
}

/** Returns what an author writes to state a variable. */
function exampleOf(variable: string): string {
  const [signal = '', field = ''] = variable.split('.');
  const feed = /^address\.within\("(.*)"\)$/.exec(variable)?.[1];
  if (feed !== undefined) return `feeds: [${feed}] (or feeds: [])`;
  if (variable === 'address') return 'address: 205.210.31.51';
  if (variable === 'address.signed') return 'signed: true';
  if (variable === 'geo.country') return 'country: LK';
  if (variable === 'geo.continent') return 'continent: AS';
  if (variable === 'abuse.score') return 'score: 0';
  if (field === 'asn') return 'asn: 64500';
  if (signal === 'anonymizer') return `anonymizer: [${field}] (or anonymizer: [])`;
  return `${signal}: { ${field}: … } (null if the signal lacks it)`;
}
