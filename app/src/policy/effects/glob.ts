/** What a glob does not contain. */
const REGEX_SYNTAX = /[\^$|{}[\]()\\+?]|^!/;

/** Returns the glob that an author of a regular expression probably means; `undefined` if there is none. */
export function globOf(regex: string): string | undefined {
  const glob = regex
    .replace(/^\^|\$$/g, '')
    .replace(/\\[dw][*+]?|\.[*+]/g, '*')
    .replace(/\\(.)/g, '$1');
  return REGEX_SYNTAX.test(glob) || glob === '' ? undefined : glob;
}
