const storageKey = 'folds';

/** What the reader has opened and folded, by the element's id, as long as the tab is open; nothing if the browser keeps
 * nothing. */
function readFolds(): Record<string, boolean> {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '{}');
  } catch {
    return {};
  }
}

function writeFold(id: string, isOpen: boolean): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify({ ...readFolds(), [id]: isOpen }));
  } catch {
    // It is folded as it was before the next time.
  }
}

/** Opens and folds as the reader has done before, and keeps what they do. */
export function rememberFolds(): void {
  for (const [id, isOpen] of Object.entries(readFolds())) {
    const element = document.getElementById(id);
    if (element instanceof HTMLDetailsElement) element.open = isOpen;
  }
  // The event comes after the change, and does not bubble.
  document.addEventListener(
    'click',
    ({ target }) => {
      const details = target instanceof Element ? target.closest('summary')?.parentElement : undefined;
      if (details instanceof HTMLDetailsElement && details.id !== '') writeFold(details.id, !details.open);
    },
    true,
  );
}

/** The id that the address leads to; empty if it is not well encoded: a link may have been cut off, or written by
 * hand. */
function idInAddress(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

/** Unfolds what the address leads to. */
export function showTarget(): void {
  const target = document.getElementById(idInAddress());
  for (let details = target?.closest('details'); details; details = details.parentElement?.closest('details'))
    details.open = true;
  target?.scrollIntoView();
}
