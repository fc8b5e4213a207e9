/**
 * Creates an element. Strings become text nodes, so that strings from requests are never parsed as HTML.
 *
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function element(name, attributes, ...children) {
  const created = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    created.setAttribute(attribute, value);
  }
  created.append(...children);
  return created;
}

/** Returns the element with an id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element with the id ${id}.`);
  return found;
}

const shownValues = new Map();

/** Replaces a part of the page only if its value has changed, so that readers do not lose their place. */
export function updateIfChanged(id, value, createChildren) {
  const json = JSON.stringify(value);
  if (shownValues.get(id) === json) return;
  shownValues.set(id, json);
  byId(id).replaceChildren(...createChildren());
}

/** Labels of the outcomes, with a symbol so that they do not depend on colour. */
export const OUTCOME_LABELS = { issue: '✓ issued', restrict: '◐ restricted', refuse: '✕ refused' };

/** Creates the badge of an outcome. In monitor mode it shows the dry run's outcome as well, if that differs. */
export function outcomeBadge(outcome, dryRunOutcome) {
  const label = OUTCOME_LABELS[outcome] ?? outcome;
  const shown = dryRunOutcome ?? outcome;
  const text =
    dryRunOutcome === undefined || dryRunOutcome === outcome
      ? label
      : `${label} (dry run: ${OUTCOME_LABELS[dryRunOutcome]})`;
  return element('span', { class: `outcome ${shown in OUTCOME_LABELS ? shown : ''}` }, text);
}

/** Returns the local time of day. */
export function clockTime(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hourCycle: 'h23' });
}
