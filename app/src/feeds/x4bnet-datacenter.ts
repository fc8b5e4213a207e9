import type { Feed } from './model/feed.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';
import { X4BNET_LICENCE, X4BNET_TIMES, x4bnetFiles } from './sources/x4bnet.ts';

const ID = 'x4bnet-datacenter';
/** About 51,300 networks. The publisher itself expects 250 to 400 million addresses. */
const COUNTS = {
  entries: { min: 1_000, max: 500_000 },
  ipv4Addresses: { min: 10_000_000, max: 1_200_000_000 },
};

/** Networks of datacenters and hosting providers. */
export const x4bnetDatacenter: Feed = {
  id: ID,
  title: 'networks of datacenters and hosting providers',
  homepage: 'https://github.com/X4BNet/lists_vpn',
  content: 'ranges',
  anonymizer: { field: 'hosting', completeFor: [4, 6] },
  licence: X4BNET_LICENCE,
  ...X4BNET_TIMES,

  download: (context) =>
    downloadParsed(ID, x4bnetFiles('datacenter'), context, (files) =>
      parseTextList(files, { feedId: ID }),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
