import { gzipSync } from 'node:zlib';
import { fileResponse } from '../conditional.ts';
import { createDatabase, DATABASE_FAULTS } from '../data/databases.ts';
import { pageResponse, type Site } from '../site.ts';

const DATABASE_TYPE = 'DBIP-Country-Lite';

/** Creates the site of DB-IP: a file for each month, which appears on the first day. */
export function dbipSite(): Site {
  return {
    id: 'dbip',
    origin: 'https://download.db-ip.com',
    faults: ['half', ...DATABASE_FAULTS],
    respond(request, { releases: { latest }, fault }) {
      const month = new Date(latest.builtAt).toISOString().slice(0, 7);
      if (request.path !== `/free/dbip-country-lite-${month}.mmdb.gz`) return pageResponse(404);
      const wanted = DATABASE_FAULTS.find((name) => name === fault);
      const file = gzipSync(createDatabase('country', DATABASE_TYPE, latest, wanted), { level: 1 });
      const body = fault === 'half' ? file.subarray(0, file.length / 2) : file;
      const plain = { ...request, headers: { ...request.headers, 'accept-encoding': 'identity' } };
      return fileResponse(plain, body, {
        contentType: 'application/octet-stream',
        lastModified: latest.builtAt,
      });
    },
  };
}
