/** Whether details are open, and which graph the keyboard is at, is up to the reader. */
const isOfReader = (attribute: string) => attribute === 'open' || attribute === 'tabindex';

const idOf = (node: Node) => (node instanceof Element ? node.id : '');
const isSameNode = (one: Node, other: Node) => one.nodeName === other.nodeName && idOf(one) === idOf(other);

/** An elapsed time arrives empty; the page fills it in. */
const isSameTime = (one: Element, other: Element) =>
  one instanceof HTMLTimeElement && other instanceof HTMLTimeElement && one.dateTime === other.dateTime;

function morphAttributes(current: Element, target: Element): void {
  for (const { name } of [...current.attributes])
    if (!target.hasAttribute(name) && !isOfReader(name)) current.removeAttribute(name);
  for (const { name, value } of target.attributes)
    if (current.getAttribute(name) !== value && !isOfReader(name)) current.setAttribute(name, value);
}

/** Brings a node to a place among its siblings. What stands before it goes, unless it has its place later: a node that
 * is moved loses the focus. */
function bringTo(node: Node, index: number, parent: Element, laterIds: ReadonlySet<string>): void {
  for (let other = parent.childNodes[index]; other !== node; other = parent.childNodes[index]) {
    if (other === undefined || laterIds.has(idOf(other))) {
      parent.insertBefore(node, other ?? null);
      return;
    }
    other.remove();
  }
}

/** Makes one element equal to another and leaves alone what is the same, so that focus, selection and folds stay. */
export function morph(current: Element, target: Element): void {
  morphAttributes(current, target);
  const children = [...target.childNodes];
  const laterIds = new Set(children.map(idOf).filter((id) => id !== ''));
  children.forEach((child, index) => {
    const id = idOf(child);
    const candidates = id === '' ? [current.childNodes[index]] : [...current.childNodes].slice(index);
    const same = candidates.find((one) => one !== undefined && isSameNode(one, child));
    laterIds.delete(id);
    if (same === undefined) {
      current.insertBefore(child, current.childNodes[index] ?? null);
      return;
    }
    bringTo(same, index, current, laterIds);
    if (same instanceof Element && child instanceof Element) {
      if (!isSameTime(same, child)) morph(same, child);
    } else if (same.nodeValue !== child.nodeValue) same.nodeValue = child.nodeValue;
  });
  while (current.childNodes.length > children.length) current.lastChild?.remove();
}
