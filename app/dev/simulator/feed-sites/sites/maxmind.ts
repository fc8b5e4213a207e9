import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DailyQuota } from '../../quota.ts';
import type { SimulatedResponse } from '../../response.ts';
import { createDatabase, DATABASE_FAULTS, type DatabaseKind } from '../data/databases.ts';
import { relabelDatabase } from '../data/relabel.ts';
import type { ContentFault } from '../fault.ts';
import { compactDay, olderRelease, type Release } from '../releases.ts';
import { redirectTo, refuseUnsigned } from '../signed-redirect.ts';
import {
  pageResponse,
  type Site,
  type SiteRequest,
  type SiteState,
  textResponse,
} from '../site.ts';
import { tarArchive } from '../tar.ts';

const EDITIONS: ReadonlyMap<string, DatabaseKind> = new Map([
  ['GeoLite2-Country', 'country'],
  ['GeoLite2-City', 'city'],
  ['GeoLite2-ASN', 'asn'],
  ['GeoIP2-Country', 'country'],
  ['GeoIP2-City', 'city'],
  ['GeoIP2-Anonymous-IP', 'anonymous'],
]);

const FILE_HOST =
  'https://mm-prod-geoip-databases.a2649acb697e2c09b632799562c076f2.r2.cloudflarestorage.com';
const DOWNLOADS_PER_DAY = 30;
const BAD_CREDENTIALS = { 'www-authenticate': 'Basic realm="geoip-download"' };

/** Faults of the archives. */
const ARCHIVE_FAULTS = [
  ...DATABASE_FAULTS,
  'half',
  'wrong-checksum',
  'archive-without-database',
  'archive-with-two-databases',
  'archive-with-parent-path',
] as const satisfies readonly ContentFault[];

export interface MaxMindOptions {
  /** The accepted `accountId:licenseKey`. */
  readonly credential: string;
  /** A database with which `GeoLite2-Country` is filled; a composed one by default. */
  readonly countries?: Buffer | undefined;
  readonly now: () => number;
}

/** Creates the three hosts of MaxMind: both download protocols, and the files to which they redirect. */
export function maxmindSites({ credential, countries, now }: MaxMindOptions): Site[] {
  const quota = new DailyQuota(DOWNLOADS_PER_DAY, now);
  const databaseOf = (edition: string, release: Release, fault: ContentFault | undefined) => {
    const kind = EDITIONS.get(edition) ?? 'country';
    if (kind !== 'country' || countries === undefined || fault !== undefined) {
      return createDatabase(kind, edition, release, fault);
    }
    return relabelDatabase(countries, edition, new Date(release.builtAt));
  };
  const archives = new Map<string, Buffer>();
  const archiveOf = (edition: string, release: Release, fault: ContentFault | undefined) => {
    const key = `${edition} ${release.number} ${fault}`;
    const known = archives.get(key);
    if (known !== undefined) return known;
    const archive = createArchive(edition, release, databaseOf(edition, release, fault), fault);
    archives.set(key, archive);
    return archive;
  };

  const download = (request: SiteRequest, state: SiteState, edition: string) => {
    const { query } = request;
    const refusal = refuse(request, credential) ?? refuseEdition(edition);
    if (refusal !== undefined) return refusal;
    const suffix = query.get('suffix') ?? '';
    if (!['tar.gz', 'tar.gz.sha256'].includes(suffix)) {
      return textResponse(400, 'Invalid suffix');
    }
    const date = query.get('date');
    const release = date === null ? state.releases.latest : state.releases.find(date);
    if (release === undefined) return textResponse(404, 'Database not found');
    const file = `${edition}_${compactDay(release.builtAt)}.${suffix}`;
    if (request.method === 'HEAD') return describe(file, release, state);
    if (!quota.tryConsume()) return quotaExceeded();
    if (state.fault === 'redirect-elsewhere') {
      return { status: 302, headers: { location: 'https://files.example.com/file' }, body: '' };
    }
    const path = `/${edition}/${release.number}/${file}`;
    return redirectTo(FILE_HOST, path, state.now, state.fault === 'expired-signature');
  };

  const files: Site = {
    id: 'maxmind-files',
    origin: FILE_HOST,
    faults: ARCHIVE_FAULTS,
    respond(request, state) {
      const refusal = refuseUnsigned(request, now());
      if (refusal !== undefined) return refusal;
      const [, edition = '', number, file = ''] = request.path.split('/');
      const release = releaseOf(state, Number(number));
      const archive = archiveOf(edition, release, state.fault);
      if (!file.endsWith('.sha256')) {
        return { status: 200, headers: { 'content-type': 'application/gzip' }, body: archive };
      }
      const hash = createHash('sha256')
        .update(archive)
        .update(state.fault === 'wrong-checksum' ? 'changed' : '')
        .digest('hex');
      return textResponse(200, `${hash}  ${file.replace(/\.sha256$/, '')}\n`);
    },
  };

  const permalinks: Site = {
    id: 'maxmind',
    origin: 'https://download.maxmind.com',
    faults: ['release-during-download', 'expired-signature', 'redirect-elsewhere'],
    respond(request, state) {
      const edition = /^\/geoip\/databases\/([^/]+)\/download$/.exec(request.path)?.[1];
      return edition === undefined ? pageResponse(404) : download(request, state, edition);
    },
  };

  const updates: Site = {
    id: 'maxmind-updates',
    origin: 'https://updates.maxmind.com',
    faults: ['no-databases', 'two-databases', 'wrong-checksum', 'expired-signature', 'older'],
    respond(request, state) {
      const edition = /^\/geoip\/databases\/([^/]+)\/download$/.exec(request.path)?.[1];
      if (edition !== undefined) return download(request, state, edition);
      if (request.path !== '/geoip/updates/metadata') return pageResponse(404);
      const wanted = request.query.get('edition_id') ?? '';
      const refusal = refuse(request, credential) ?? refuseEdition(wanted);
      if (refusal !== undefined) return refusal;
      const { latest } = state.releases;
      const release = state.fault === 'older' ? olderRelease(latest) : latest;
      const checksum = createHash('md5')
        .update(databaseOf(wanted, latest, undefined))
        .update(state.fault === 'wrong-checksum' ? 'changed' : '');
      const entry = {
        edition_id: wanted,
        md5: checksum.digest('hex'),
        date: new Date(release.builtAt).toISOString().slice(0, 10),
      };
      const counts: Record<string, number> = { 'no-databases': 0, 'two-databases': 2 };
      const databases = Array(counts[`${state.fault}`] ?? 1).fill(entry);
      return textResponse(200, JSON.stringify({ databases }), {
        'content-type': 'application/json',
      });
    },
  };
  return [permalinks, updates, files];
}

/** Answers HEAD. The fault publishes a release right after it. */
function describe(
  file: string,
  release: Release,
  { releases, fault }: SiteState,
): SimulatedResponse {
  if (fault === 'release-during-download') releases.publish();
  return {
    status: 200,
    headers: {
      'content-type': 'application/gzip',
      'last-modified': new Date(release.builtAt).toUTCString(),
      'content-disposition': `attachment; filename=${file}`,
    },
    body: '',
  };
}

function refuse({ headers }: SiteRequest, credential: string): SimulatedResponse | undefined {
  const expected = `Basic ${Buffer.from(credential).toString('base64')}`;
  if (headers.authorization === expected) return undefined;
  return textResponse(401, 'Invalid account ID or license key', BAD_CREDENTIALS);
}

/** Wrong letter case is an unknown edition, too. */
function refuseEdition(edition: string): SimulatedResponse | undefined {
  return EDITIONS.has(edition) ? undefined : textResponse(404, 'Database edition not found');
}

function quotaExceeded(): SimulatedResponse {
  return {
    status: 429,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      'cache-control': 'private, max-age=0',
      server: 'cloudflare',
      'cf-ray': '0000000000000000-SIMULATED',
    },
    body: 'Daily GeoIP database download limit reached\n',
  };
}

function releaseOf({ releases }: SiteState, number: number): Release {
  const { latest } = releases;
  const days = latest.number - number;
  return { number, builtAt: latest.builtAt - days * 86_400_000 };
}

function createArchive(
  edition: string,
  release: Release,
  database: Buffer,
  fault: ContentFault | undefined,
): Buffer {
  const folder = `${edition}_${compactDay(release.builtAt)}`;
  const content = fault === 'half' ? database.subarray(0, database.length / 2) : database;
  const paths: Readonly<Record<string, readonly string[]>> = {
    'archive-without-database': [],
    'archive-with-two-databases': [`${folder}/${edition}.mmdb`, `${folder}/Other.mmdb`],
    'archive-with-parent-path': [`${folder}/../../${edition}.mmdb`],
  };
  const entries = (paths[`${fault}`] ?? [`${folder}/${edition}.mmdb`]).map((path) => ({
    path,
    content,
  }));
  const texts = ['COPYRIGHT.txt', 'LICENSE.txt'].map((name) => ({
    path: `${folder}/${name}`,
    content: Buffer.from('Simulated\n'),
  }));
  return gzipSync(tarArchive([...texts, ...entries]), { level: 0 });
}
