import { RequestError } from '../../src/action/request.ts';
import type { Policy } from '../../src/policy/policy.ts';
import {
  BUNDLED_NOTICE,
  bundledGeoDatabase,
  type GeoDatabase,
  isBundledGeoDatabase,
  openGeoDatabase,
} from '../../src/signals/geo/database.ts';
import { ToolError } from '../errors.ts';
import { EXAMPLE_ADDRESS } from '../policy/given/example-address.ts';
import type { Given, GivenSignals } from '../policy/given/given.ts';
import { givenRequest } from '../policy/given/request.ts';
import { givenSources, type NotGiven } from '../policy/given/sources.ts';
import type { EdgeOptions } from '../requests/edge.ts';
import { describeGivenScore, type SignalDescription } from './describe-signals.ts';
import { type ExplainedRequest, explainRequest } from './explain-request.ts';

/** Signals are there at once. */
const DEADLINE_MS = 60_000;

export interface ExplainGivenOptions {
  /** The body of a request of the action. @default a request with what is given */
  readonly body?: { readonly text: string; readonly file: string } | undefined;
  /** Where the address is read in the request. */
  readonly edge: EdgeOptions;
  /** A file with places. @default the bundled database of countries */
  readonly geoDatabase?: string | undefined;
  /** Milliseconds since the epoch, if no time is given. */
  readonly now: number;
}

/** The explanation of a request, and what was not given for it. */
export interface ExplainedGiven extends ExplainedRequest {
  readonly notGiven: readonly NotGiven[];
  /** Describes the bundled database if it was asked. */
  readonly bundledDatabase: string | undefined;
}

/**
 * Explains what a policy decides on a request that is given as data.
 *
 * @throws ToolError if the request or the database of places is not valid.
 */
export async function explainGiven(
  policy: Policy,
  given: Given,
  { body, edge, geoDatabase, now }: ExplainGivenOptions,
): Promise<ExplainedGiven> {
  const database = needsPlaces(policy, given.signals) ? await openPlaces(geoDatabase) : undefined;
  let isBundledAsked = false;
  const places = database && {
    ...database,
    lookup(...[address]: Parameters<GeoDatabase['lookup']>) {
      isBundledAsked ||= isBundledGeoDatabase(database.info.path);
      return database.lookup(address);
    },
  };
  const { sources, notGiven } = givenSources(given.signals, { addressOptions: edge, places });
  const text = body?.text ?? JSON.stringify(givenRequest(given, edge));
  const dependencies = { policy, sources, deadlineMs: DEADLINE_MS };
  const explained = await explainRequest(text, dependencies, given.time ?? now).catch(
    (error: unknown) => {
      if (!(error instanceof RequestError) || body === undefined) throw error;
      throw new ToolError(
        `${body.file} is not the body of a request of the action: ${error.message}`,
      );
    },
  );
  return {
    ...explained,
    signals: explained.signals.map((signal) => describeGiven(signal, given.signals)),
    notGiven: notGiven(),
    bundledDatabase: isBundledAsked ? BUNDLED_NOTICE[0] : undefined,
  };
}

/** The address may be an example. */
function describeGiven(signal: SignalDescription, { address }: GivenSignals): SignalDescription {
  return address === undefined && signal.description === EXAMPLE_ADDRESS
    ? { ...signal, description: `${EXAMPLE_ADDRESS}, an example: none is given` }
    : describeGivenScore(signal);
}

function needsPlaces({ signals }: Policy, { geo, unknown = {} }: GivenSignals): boolean {
  if (geo !== undefined) return false;
  return (
    (signals.has('geo') && unknown.geo === undefined) ||
    (signals.has('network') && unknown.network === undefined)
  );
}

async function openPlaces(file: string | undefined): Promise<GeoDatabase> {
  try {
    return await openGeoDatabase([file ?? bundledGeoDatabase()]);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
