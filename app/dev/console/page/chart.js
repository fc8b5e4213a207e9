import { byId, clockTime, element } from './dom.js';
import uPlot from './uplot.js';

const HEIGHT_PX = 180;

let chart;
let shown;

/** Draws the outcomes over time as stacked bars. */
export function drawChart(overTime) {
  shown = overTime;
  if (chart === undefined) chart = create();
  chart.setData(stacked(overTime));
  if (byId('chart-details').open) fillTable();
}

byId('chart-details').addEventListener('toggle', fillTable);

// Canvas colours do not follow the colour scheme, so the chart is created again.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  chart?.destroy();
  chart = undefined;
  if (shown !== undefined) drawChart(shown);
});

new ResizeObserver(([{ contentRect }]) => {
  chart?.setSize({ width: contentRect.width, height: HEIGHT_PX });
}).observe(byId('chart'));

/** Returns the series with the tallest bars first, because later ones are drawn over them. */
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
      height: HEIGHT_PX,
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      // Each bar is drawn to the right of its time, so the latest one needs room.
      scales: {
        x: { range: (_, first, last) => [first, last + shown.step] },
        y: { range: (_, __, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
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

/** Lists the chart's data, without steps that have no decisions. */
function fillTable() {
  if (shown === undefined || !byId('chart-details').open) return;
  const { start, step, counts } = shown;
  const rows = counts.flatMap(({ issue, restrict, refuse }, index) => {
    if (issue + restrict + refuse === 0) return [];
    const time = clockTime((start + index * step) * 1000);
    const cells = [issue, restrict, refuse].map((count) => element('td', {}, String(count)));
    return [element('tr', {}, element('th', { scope: 'row' }, time), ...cells)];
  });
  byId('chart-table').replaceChildren(...rows.reverse());
}
