/**
 * Makes an element. Whatever stands in it is text: what comes from requests is never taken for HTML.
 *
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** The element of the page with this id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element ${id}.`);
  return found;
}

/** What the page calls the outcomes, with a sign for who does not see the colour. */
const OUTCOMES = { issue: '✓ issued', restrict: '◐ restricted', refuse: '✕ refused' };

/** An outcome as a badge; `dryRunOutcome` is that of a policy that is only watched. */
export function outcomeBadge(outcome, dryRunOutcome) {
  const word = OUTCOMES[outcome] ?? outcome;
  const shown = dryRunOutcome ?? outcome;
  const text =
    dryRunOutcome === undefined || dryRunOutcome === outcome
      ? word
      : `${word}, would be ${OUTCOMES[dryRunOutcome]}`;
  return element('span', { class: `outcome ${shown in OUTCOMES ? shown : ''}` }, text);
}

/** A moment as the clock of the reader shows it. */
export function clockTime(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hourCycle: 'h23' });
}
