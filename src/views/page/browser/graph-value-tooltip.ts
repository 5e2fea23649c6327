import type { ScriptTexts } from './script-texts.ts';

const minutesOfInterval = { hour: 1, day: 15 };

type Point = [x: number, y: number];

/** Points of each piece of a path: it begins with M or L, and goes on in steps. Other commands only close areas. */
function pointsOf(path: string): Point[][] {
  return [...path.matchAll(/[ML](-?\d+) (-?\d+)(?:l([-\d ]*))?/g)].map(([, x, y, steps = '']) => {
    const points: Point[] = [[Number(x), Number(y)]];
    const numbers = [...steps.matchAll(/-?\d+/g)].map(Number);
    for (let index = 0; index < numbers.length; index += 2) {
      const [fromX, fromY] = points.at(-1) as Point;
      points.push([fromX + (numbers[index] as number), fromY + (numbers[index + 1] as number)]);
    }
    return points;
  });
}

/** The height at a place; points between two of the same height are left out. */
function heightAt(points: readonly Point[], x: number): number | undefined {
  const sorted = points.toSorted(([one], [other]) => one - other);
  const before = sorted.findLast(([at]) => at <= x);
  const after = sorted.find(([at]) => at >= x);
  return before === undefined || after === undefined ? undefined : before[1];
}

const heightsAt = (svg: Element, selector: string, x: number) =>
  pointsOf(svg.querySelector(selector)?.getAttribute('d') ?? '').flatMap((points) => heightAt(points, x) ?? []);

const clockTime = (at: Date) => at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** What was reachable at a place of a strip. */
function textOfStrip(svg: Element, x: number, texts: ScriptTexts): string {
  for (const path of svg.querySelectorAll('path'))
    for (const [, start, end] of (path.getAttribute('d') ?? '').matchAll(/M(\d+) \.5H(\d+)/g))
      if (Number(start) <= x && x < Number(end)) return texts[path.getAttribute('class') as 'up' | 'partly' | 'down'];
  return texts.unknown;
}

/** The value at a place of a line; of a day, with the least and the most. */
function textOfLine(svg: SVGElement, x: number, texts: ScriptTexts): string {
  const { high, step, digits, unit } = svg.dataset;
  const textOf = (height: number) =>
    (Number(high) - height * Number(step)).toFixed(Number(digits)).replace('.', texts.decimalSeparator);
  const [value] = heightsAt(svg, 'path:last-child', x);
  if (value === undefined) return texts.unknown;
  // Heights go down.
  const ends = [
    ...new Set(
      heightsAt(svg, '.band', x)
        .sort((a, b) => b - a)
        .map(textOf),
    ),
  ];
  return `${textOf(value)}${unit ? `\u202f${unit}` : ''}${ends.length < 2 ? '' : ` (${ends.join(` ${texts.to} `)})`}`;
}

/** The first and the last place of a graph: an interval is one wide. A strip's last interval begins one before its
 * end. */
function placesOf(svg: SVGSVGElement): [first: number, last: number] {
  const { x, width } = svg.viewBox.baseVal;
  return [x, x + width - (svg.classList.contains('uptime') ? 1 : 0)];
}

/** Shows values and their time beside the pointer, and where the keyboard's arrows are. `now`: by the agent's clock.
 * Returns what keeps one graph within reach of the Tab key when graphs come and go. */
export function showGraphValueTooltip(now: () => Date, texts: ScriptTexts): () => void {
  const minutes = document.body.dataset.range === 'day' ? minutesOfInterval.day : minutesOfInterval.hour;
  const tip = document.createElement('p');
  tip.id = 'tip';
  tip.setAttribute('role', 'status');
  document.body.append(tip);

  const graphs = () => [...document.querySelectorAll<SVGSVGElement>('svg.line, svg.uptime')];
  const graphOf = ({ target }: Event) =>
    target instanceof Element ? target.closest<SVGSVGElement>('svg.line, svg.uptime') : null;
  const hide = () => tip.classList.remove('shown');
  const visibleGraphs = () => graphs().filter((svg) => svg.checkVisibility());
  let place = 0;

  function show(svg: SVGSVGElement, wanted: number): void {
    const [first, last] = placesOf(svg);
    const x = Math.max(first, Math.min(last, wanted));
    place = x;
    const end = now().getTime() - (last - x) * minutes * 60_000;
    const start = Math.floor(end / (minutes * 60_000)) * minutes * 60_000;
    const text = svg.classList.contains('uptime') ? textOfStrip(svg, x, texts) : textOfLine(svg, x, texts);
    tip.textContent = `${clockTime(new Date(start))} ${text}`;
    tip.classList.add('shown');
    const { left, top, width, bottom } = svg.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = tip;
    const centre = left + ((x - first) / Math.max(1, last - first)) * width;
    tip.style.left = `${Math.max(4, Math.min(document.documentElement.clientWidth - offsetWidth - 4, centre - offsetWidth / 2))}px`;
    tip.style.top = `${top > offsetHeight + 8 ? top - offsetHeight - 6 : bottom + 6}px`;
  }

  function follow(event: PointerEvent): void {
    const svg = graphOf(event);
    if (svg === null) {
      hide();
      return;
    }
    const [first, last] = placesOf(svg);
    const { left, width } = svg.getBoundingClientRect();
    const share = (event.clientX - left) / width;
    show(
      svg,
      svg.classList.contains('uptime') ? Math.floor(share * (last + 1)) : first + Math.round(share * (last - first)),
    );
  }

  /** One stop of the Tab key for all graphs: arrows lead along one, and to the others. */
  function stopAt(svg: SVGSVGElement | undefined): void {
    for (const other of graphs()) other.setAttribute('tabindex', other === svg ? '0' : '-1');
  }
  function keepTabStop(): void {
    const visible = visibleGraphs();
    stopAt(visible.find((svg) => svg.getAttribute('tabindex') === '0') ?? visible[0]);
  }
  keepTabStop();
  document.addEventListener('toggle', keepTabStop, true);

  document.addEventListener('pointermove', follow);
  document.addEventListener('pointerdown', follow);
  addEventListener('scroll', hide, { passive: true });
  document.addEventListener('focusout', hide);
  document.addEventListener('focusin', (event) => {
    const svg = graphOf(event);
    if (svg === null) return;
    stopAt(svg);
    show(svg, Number.POSITIVE_INFINITY);
  });
  document.addEventListener('keydown', (event) => {
    const svg = graphOf(event);
    if (event.key === 'Escape') hide();
    if (svg === null) return;
    const visible = visibleGraphs();
    const moves: Record<string, () => void> = {
      ArrowLeft: () => show(svg, place - 1),
      ArrowRight: () => show(svg, place + 1),
      Home: () => show(svg, 0),
      End: () => show(svg, Number.POSITIVE_INFINITY),
      ArrowDown: () => visible[visible.indexOf(svg) + 1]?.focus(),
      ArrowUp: () => visible[visible.indexOf(svg) - 1]?.focus(),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  });
  return keepTabStop;
}
