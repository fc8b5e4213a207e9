import { byId, clockTime, element } from './dom.js';
import uPlot from './uplot.js';

const HEIGHT = 180;

let chart;
let latest;

/** Draws the outcomes over time as stacked bars. */
export function drawChart(overTime) {
  latest = overTime;
  if (chart === undefined) chart = create();
  chart.setData(stacked(overTime));
  if (byId('chart-details').open) fillTable();
}

byId('chart-details').addEventListener('toggle', fillTable);

// Its colours are drawn: those of the new scheme need a new drawing.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  chart?.destroy();
  chart = undefined;
  if (latest !== undefined) drawChart(latest);
});

new ResizeObserver(([{ contentRect }]) => {
  chart?.setSize({ width: contentRect.width, height: HEIGHT });
}).observe(byId('chart'));

/** The tallest bar first, so that the shorter ones are drawn over it. */
function stacked({ start, step, counts }) {
  return [
    counts.map((_, index) => start + index * step),
    counts.map(({ issue, restrict, refuse }) => issue + restrict + refuse),
    counts.map(({ restrict, refuse }) => restrict + refuse),
    counts.map(({ refuse }) => refuse),
  ];
}

function create() {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const bars = uPlot.paths.bars({ size: [0.8, 40], align: 1 });
  const series = (name) => ({ fill: colour(name), width: 0, paths: bars, points: { show: false } });
  const axis = {
    stroke: colour('--text'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
    font: '12px system-ui, sans-serif',
  };
  const box = byId('chart');
  return new uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      // Each bar stands to the right of its time: the latest one needs room.
      scales: {
        x: { range: (_, first, last) => [first, last + latest.step] },
        y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
      },
      axes: [
        { ...axis, space: 70, values: (_, times) => times.map((time) => clockTime(time * 1000)) },
        { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      ],
      series: [{}, series('--issue'), series('--restrict'), series('--refuse')],
    },
    [[], [], [], []],
    box,
  );
}

/** The same numbers, without the steps in which nothing happened. */
function fillTable() {
  if (latest === undefined || !byId('chart-details').open) return;
  const { start, step, counts } = latest;
  const rows = counts.flatMap(({ issue, restrict, refuse }, index) => {
    if (issue + restrict + refuse === 0) return [];
    const time = clockTime((start + index * step) * 1000);
    const cells = [issue, restrict, refuse].map((count) => element('td', {}, String(count)));
    return [element('tr', {}, element('th', { scope: 'row' }, time), ...cells)];
  });
  byId('chart-table').replaceChildren(...rows.reverse());
}
