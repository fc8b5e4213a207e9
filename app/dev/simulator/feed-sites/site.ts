import type { IncomingHttpHeaders } from 'node:http';
import type { SimulatedResponse } from '../response.ts';
import type { ContentFault } from './fault.ts';
import type { Releases } from './releases.ts';

/** A request to a simulated site. */
export interface SiteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What a simulated site knows when it responds. */
export interface SiteState {
  readonly releases: Releases;
  /** The fault in what the site sends; undefined if there is none. */
  readonly fault: ContentFault | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A simulated download site. */
export interface Site {
  /** In the control interface, such as `maxmind`. */
  readonly id: SiteId;
  /** What it stands for: the `https://` origin that `FEED_MIRRORS` replaces. */
  readonly origin: string;
  /** The faults in its content that can be simulated. */
  readonly faults: readonly ContentFault[];
  respond(request: SiteRequest, state: SiteState): SimulatedResponse;
}

const SITE_IDS = [
  'maxmind',
  'maxmind-updates',
  'maxmind-files',
  'ipinfo',
  'ipinfo-files',
  'dbip',
  'tor',
  'spamhaus',
  'github',
  'apple',
  'aws',
  'google',
  'cloudflare',
  'crowdsec',
  'lists',
] as const;
export type SiteId = (typeof SITE_IDS)[number];

/** Returns a response in plain text. */
export function textResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SimulatedResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** Returns a page, as a proxy or a site in trouble sends it. */
export function pageResponse(status: number): SimulatedResponse {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html>\n<html lang="en"><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>\n',
  };
}
