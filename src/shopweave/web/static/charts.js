// Draws each chart from the table beneath it, in the colours of the page; without this the tables tell the same.
"use strict";
{
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const wash = (found) => found.replace(/^rgb\((.*)\)$/, "rgba($1, 0.28)");
  const language = document.documentElement.lang;
  const figures = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const zone = document.documentElement.dataset.zone;
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", timeZone: zone });
  const read = (figure) => {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const at = rows.map((row) => new Date(row.querySelector("time").dateTime) / 1000);
    const lines = [...figure.querySelectorAll("thead [data-thread]")].map((head, column) => ({
      thread: head.dataset.thread,
      values: rows.map((row) => {
        const told = row.querySelectorAll("td")[column].dataset.v;
        return told === undefined ? null : Number(told);
      }),
    }));
    return { at, lines };
  };
  const axis = (more) => ({
    stroke: colour("--ink-3"), font: "12px Inter, system-ui, sans-serif", ticks: { show: false },
    grid: { stroke: colour("--line"), width: 1 }, gap: 4, ...more,
  });
  const draw = (figure) => {
    const { at, lines } = read(figure);
    figure.classList.add("drawn");
    const box = figure.querySelector(".plot");
    const isLong = at.at(-1) - at[0] > 2 * 86400;
    const bars = figure.dataset.chart === "waiting" ? undefined : uPlot.paths.bars({ size: [0.8, 24], align: 1 });
    const most = Math.max(1, ...lines.flatMap((line) => line.values.map((value) => value ?? 0)));
    return new uPlot({
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), zone),
      width: box.clientWidth, height: box.clientHeight, legend: { show: false }, padding: [8, 4, 0, 0],
      cursor: { show: false }, scales: { y: { range: [0, most * 1.08] } },
      series: [{}, ...lines.map((line) => ({
        stroke: colour(`--t${line.thread}`), fill: wash(colour(`--t${line.thread}`)), width: 1.5,
        paths: bars, points: { show: false },
      }))],
      axes: [
        axis({ size: 26, space: isLong ? 70 : 54, grid: { show: false },
          values: (_, found) => found.map((one) => (isLong ? day : time).format(new Date(one * 1000))) }),
        axis({ size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000],
          values: (_, found) => found.map((one) => figures.format(one)) }),
      ],
    }, [at, ...lines.map((line) => line.values)], box);
  };
  let plots = [];
  const redraw = () => {
    plots.forEach((plot) => plot.destroy());
    plots = [...document.querySelectorAll("[data-chart]")].map(draw);
  };
  let waits;
  document.fonts.ready.then(redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("resize", () => { clearTimeout(waits); waits = setTimeout(redraw, 150); });
}
