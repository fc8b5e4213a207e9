import type { Feed } from './model/feed.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';
import { X4BNET_LICENCE, X4BNET_TIMES, x4bnetFiles } from './sources/x4bnet.ts';

const ID = 'x4bnet-vpn';
/** About 11,400 networks. The publisher itself expects 2 to 4 million addresses. */
const COUNTS = {
  entries: { min: 1_000, max: 200_000 },
  ipv4Addresses: { min: 500_000, max: 20_000_000 },
};

/** Networks of VPN providers. Contains Apple Private Relay as well. */
export const x4bnetVpn: Feed = {
  id: ID,
  title: 'networks of VPN providers',
  homepage: 'https://github.com/X4BNet/lists_vpn',
  content: 'ranges',
  anonymizer: { field: 'vpn', completeFor: [4, 6] },
  licence: X4BNET_LICENCE,
  ...X4BNET_TIMES,

  download: (context) =>
    downloadParsed(ID, x4bnetFiles('vpn'), context, (files) =>
      parseTextList(files, { feedId: ID }),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
