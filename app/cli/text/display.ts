import { CONTROLS } from '../../tools/display.ts';

/** What a command prints on purpose: line feeds, tabs, and picocolors' sequences. */
const LAYOUT = String.raw`[\n\t]`;
const COLOURS = String.raw`\u001b\[(?:[12]|22|3[0-79])m`;
const KEPT = new RegExp(`(${LAYOUT})|${CONTROLS.source}`, 'gu');
const KEPT_WITH_COLOURS = new RegExp(`(${LAYOUT}|${COLOURS})|${CONTROLS.source}`, 'gu');

/**
 * Makes a command's output safe for a terminal: names in records and claims may contain sequences that rewrite lines.
 *
 * @param hasColours whether colours in the text are kept.
 */
export function printable(text: string, hasColours: boolean): string {
  return text.replace(hasColours ? KEPT_WITH_COLOURS : KEPT, (_, kept = '\ufffd') => kept);
}

/** Escapes in JSON what `JSON.stringify` leaves, but a terminal interprets. The values stay the same. */
export function printableJson(json: string): string {
  return json.replace(CONTROLS, (character) =>
    character === '\n' ? character : [...escapedUnits(character)].join(''),
  );
}

function* escapedUnits(character: string): Generator<string> {
  for (let at = 0; at < character.length; at += 1) {
    yield `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
}

/** Characters that take two columns in a terminal: East Asian wide and full-width ones (UAX #11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters that are drawn over the one before. */
const COMBINING = /\p{M}/u;

/** Returns the number of columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (WIDE.test(character)) width += 2;
    else if (!COMBINING.test(character)) width += 1;
  }
  return width;
}
