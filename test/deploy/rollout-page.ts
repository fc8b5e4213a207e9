import type { Application } from '../../app/dev/simulator/actions-api/actions-api.ts';
import { codeBlocks, readPage, sectionOf } from '../docs/pages.ts';

const PAGE = readPage('docs/rollout.md');

/** Returns the commands of a section of the page, or of the whole page, one for each line. */
export function commandsIn(section?: string): string[] {
  const text = section === undefined ? PAGE.text : sectionOf(PAGE, section);
  return codeBlocks(text, 'sh').flatMap((block) => block.trim().split('\n'));
}

/** Returns the changes of files that a section of the page shows. */
export function yamlIn(section: string): readonly string[] {
  return codeBlocks(sectionOf(PAGE, section), 'yaml');
}

/** Returns all lines of outputs that the page shows. */
export function shownLines(): string[] {
  return codeBlocks(PAGE.text, 'text').flatMap((block) => block.split('\n'));
}

export const LOW = '205.210.31.51';
export const ELEVATED = '14.102.69.58';
/** The partner's proxy, with the score 100. */
export const PARTNER = '103.159.198.178';
/** In a restricted country. */
export const RESTRICTED = '175.45.176.0';

export const SHOP = 'client-of-shop';
export const OFFICE = 'client-of-office';
export const PORTAL = 'client-of-portal';

function application(
  name: string,
  clientId: string,
  grants: readonly string[],
  tokenType: 'JWT' | 'Default' = 'JWT',
): Application {
  return { id: `id-of-${clientId}`, name, oidc: { clientId, tokenType, grants } };
}

/** The applications of the page. The portal gets opaque tokens at first. */
export const APPLICATIONS: readonly Application[] = [
  application('Web shop', SHOP, ['authorization_code', 'refresh_token']),
  application('Back office', OFFICE, ['client_credentials']),
  application('Legacy portal', PORTAL, ['client_credentials'], 'Default'),
];

export const PORTAL_WITH_JWT = application('Legacy portal', PORTAL, ['client_credentials']);

/** What each application requests, six times a day. */
export const REQUESTS = [
  [SHOP, 'authorization_code', LOW],
  [SHOP, 'refresh_token', ELEVATED],
  [SHOP, 'authorization_code', RESTRICTED],
  [OFFICE, 'client_credentials', PARTNER],
  [PORTAL, 'client_credentials', LOW],
] as const;
export const REQUESTS_A_DAY = 6;

/** Removes what depends on the run, or on each change of the default policy. */
export function withoutVariableParts(text: string): string {
  return text
    .replaceAll(/https?:\/\/[\w.:]+/g, 'https://gate.example.com')
    .replaceAll(/revision [0-9a-f]{12}/g, 'revision …');
}

/** Returns a row of the query of the dry-run refusals. */
export function refusalsOf(
  rule: string,
  clientId: string,
  address: string,
  refusals: number,
): object {
  return {
    dry_run_refused_by: rule,
    client_id: clientId,
    'signals.address.value': address,
    refusals,
  };
}
