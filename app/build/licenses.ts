import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSE_FILE = /licen[cs]e|^notice|^copying/i;
const SEPARATOR = `\n${'-'.repeat(80)}\n\n`;

/**
 * Returns the licence texts of the packages in some folders, as most licences require of every copy. Packages
 * with the same text share it.
 */
export function licensesOf(folders: readonly string[]): string {
  const packagesByText = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const text =
      texts.join('\n\n') || `The package contains no licence text; package.json says: ${license}.`;
    const packages = packagesByText.get(text) ?? [];
    packagesByText.set(text, [...packages, `${name} ${version} (${license})`]);
  }
  const sections = [...packagesByText].map(
    ([text, packages]) => `${packages.join('\n')}\n\n${text}\n`,
  );
  return sections.join(SEPARATOR);
}
