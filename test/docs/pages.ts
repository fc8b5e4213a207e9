import { readdirSync, readFileSync } from 'node:fs';

export const ROOT = new URL('../../', import.meta.url);

/** A Markdown page of the repository. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(new URL(path, ROOT), 'utf8') };
}

const ROOT_PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

/** Every page that people read: those of the root, and everything under docs/. */
export const PAGES: readonly Page[] = [
  ...ROOT_PAGES,
  ...readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`)
    .sort(),
].map(readPage);

export interface Heading {
  readonly level: number;
  readonly title: string;
  readonly anchor: string;
}

/** Returns the page's headings, with the anchors that GitHub gives them. */
export function headingsOf({ text }: Page): readonly Heading[] {
  return [...withoutCode(text).matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
    anchor: anchorOf(title),
  }));
}

/** GitHub's rule: lower case, punctuation dropped, spaces to hyphens. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Drops fenced code, in which `#` begins a comment. */
export function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '');
}

/** Returns what stands between the first heading that begins with `title` and the next one of level 2. */
export function sectionOf({ path, text }: Page, title: string): string {
  const [, section] = text.split(`\n## ${title}\n`);
  if (section === undefined) throw new Error(`${path} has no section "${title}".`);
  return section.split('\n## ')[0] ?? '';
}

/** Returns the code blocks of a language, in their order. */
export function codeBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
}
