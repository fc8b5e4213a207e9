import type { SiteFault } from './fault.ts';
import { Releases } from './releases.ts';
import { type RunningSite, startSite } from './server.ts';
import type { SiteId, SiteRequest } from './site.ts';
import { crowdsecSite } from './sites/crowdsec.ts';
import { dbipSite } from './sites/dbip.ts';
import { ipinfoSites } from './sites/ipinfo.ts';
import { jsonListSites } from './sites/json-lists.ts';
import { maxmindSites } from './sites/maxmind.ts';
import { textListSites } from './sites/text-lists.ts';

export type { SiteFault } from './fault.ts';
export type { SiteId, SiteRequest } from './site.ts';

/** The credentials that the simulated sites accept. */
export const SIMULATED_CREDENTIALS = {
  MAXMIND_CREDENTIAL: '123456:simulated-license-key',
  IPINFO_TOKEN: 'simulated-token',
  CROWDSEC_CREDENTIAL: 'simulated-user:simulated-password',
} as const;

export interface FeedSitesOptions {
  /** A database of countries that MaxMind's sites deliver; a small composed one by default. */
  readonly countries?: Buffer;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The simulated download sites of all feeds but AbuseIPDB's, each on a port of its own. */
export interface FeedSites {
  /** The value of `FEED_MIRRORS`. */
  readonly mirrors: string;
  /** Returns the URL of a site, for its control interface. */
  url(site: SiteId): string;
  /** Returns the requests that a site received, in order. */
  requests(site: SiteId): readonly SiteRequest[];
  /** Sets the fault of a site; `undefined` clears it. @throws RangeError if the site does not have it. */
  setFault(site: SiteId, fault: SiteFault | undefined): void;
  /** Makes a new version of all data available, a day younger. */
  publish(): void;
  close(): Promise<void>;
}

/** Starts the simulated download sites. */
export async function startFeedSites(options: FeedSitesOptions = {}): Promise<FeedSites> {
  const { now = Date.now, countries } = options;
  const { MAXMIND_CREDENTIAL, IPINFO_TOKEN, CROWDSEC_CREDENTIAL } = SIMULATED_CREDENTIALS;
  const releases = new Releases(now());
  const running = await Promise.all(
    [
      ...maxmindSites({ credential: MAXMIND_CREDENTIAL, countries, now }),
      ...ipinfoSites({ token: IPINFO_TOKEN, now }),
      dbipSite(),
      ...textListSites(),
      ...jsonListSites(),
      crowdsecSite({ credential: CROWDSEC_CREDENTIAL }),
    ].map((site) => startSite(site, releases, now)),
  );
  const find = (id: SiteId): RunningSite => {
    const found = running.find(({ site }) => site.id === id);
    if (found === undefined) throw new RangeError(`There is no simulated site ${id}.`);
    return found;
  };
  return {
    mirrors: running.map(({ site, url }) => `${site.origin}=${url}`).join(','),
    url: (id) => find(id).url,
    requests: (id) => find(id).requests,
    setFault: (id, fault) => find(id).setFault(fault),
    publish: () => {
      releases.publish();
    },
    close: async () => {
      await Promise.all(running.map((site) => site.close()));
    },
  };
}
