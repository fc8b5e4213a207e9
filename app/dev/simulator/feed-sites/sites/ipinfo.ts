import { createHash } from 'node:crypto';
import { DailyQuota } from '../../quota.ts';
import { createDatabase, DATABASE_FAULTS } from '../data/databases.ts';
import type { ContentFault } from '../fault.ts';
import type { Release } from '../releases.ts';
import { redirectTo, refuseUnsigned } from '../signed-redirect.ts';
import { pageResponse, type Site, type SiteRequest, textResponse } from '../site.ts';

const FILE = '/data/ipinfo_lite.mmdb';
const FILE_HOST = 'https://storage.googleapis.com';
const DOWNLOADS_PER_DAY = 10;
const DATABASE_TYPE = 'ipinfo bundle_location_lite.mmdb';

/** Creates the hosts of IPinfo: checksums without a limit, ten downloads a day, and the files behind a redirect. */
export function ipinfoSites({ token, now }: { token: string; now: () => number }): Site[] {
  const quota = new DailyQuota(DOWNLOADS_PER_DAY, now);
  const databases = new Map<string, Buffer>();
  const databaseOf = (release: Release, fault: ContentFault | undefined) => {
    const key = `${release.number} ${fault}`;
    const database = databases.get(key) ?? createDatabase('flat', DATABASE_TYPE, release, fault);
    databases.set(key, database);
    return database;
  };
  return [
    {
      id: 'ipinfo',
      origin: 'https://ipinfo.io',
      faults: ['wrong-checksum', 'expired-signature', 'redirect-elsewhere', ...DATABASE_FAULTS],
      respond(request, { releases, fault, now: time }) {
        if (request.path !== FILE && request.path !== `${FILE}/checksums`) return pageResponse(404);
        if (tokenOf(request) !== token) return textResponse(403, '{"error":"Unknown token"}');
        if (request.path === `${FILE}/checksums`) {
          const content = databaseOf(releases.latest, contentFault(fault));
          const checksums = Object.fromEntries(
            ['md5', 'sha1', 'sha256'].map((algorithm) => [
              algorithm,
              createHash(algorithm)
                .update(content)
                .update(fault === 'wrong-checksum' ? 'changed' : '')
                .digest('hex'),
            ]),
          );
          const json = { 'content-type': 'application/json' };
          return textResponse(200, JSON.stringify({ checksums }), json);
        }
        if (!quota.tryConsume()) {
          return textResponse(429, '{"error":"Too many downloads"}', { 'retry-after': '3600' });
        }
        if (fault === 'redirect-elsewhere') {
          return { status: 302, headers: { location: 'https://files.example.com/file' }, body: '' };
        }
        const path = `/ipinfo-downloads/${releases.latest.number}/${contentFault(fault) ?? 'sound'}/ipinfo_lite.mmdb`;
        return redirectTo(FILE_HOST, path, time, fault === 'expired-signature');
      },
    },
    {
      id: 'ipinfo-files',
      origin: FILE_HOST,
      faults: ['half'],
      respond(request, { releases, fault, now: time }) {
        const refusal = refuseUnsigned(request, time);
        if (refusal !== undefined) return refusal;
        const wanted = DATABASE_FAULTS.find((name) => request.path.includes(`/${name}/`));
        const database = databaseOf(releases.latest, wanted);
        return {
          status: 200,
          headers: { 'content-type': 'application/octet-stream' },
          body: fault === 'half' ? database.subarray(0, database.length / 2) : database,
        };
      },
    },
  ];
}

function contentFault(fault: ContentFault | undefined) {
  return DATABASE_FAULTS.find((name) => name === fault);
}

/** The token may be in the query, a bearer token, or the user of HTTP Basic. */
function tokenOf({ headers, query }: SiteRequest): string | undefined {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, 'base64').toString().split(':')[0];
  return query.get('token') ?? undefined;
}
