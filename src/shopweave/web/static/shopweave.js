// Small things that the pages do by themselves; every page also works without them.
"use strict";
{
  const sign = () => document.getElementById("live");
  setInterval(() => {
    const words = sign()?.querySelector(".words");
    if (!words || !sign().classList.contains("ok")) return;
    const at = new Date(sign().dataset.at);
    if (Date.now() - at < 12000) return;
    words.textContent = sign().dataset.lost.replace("%s", words.querySelector("time")?.textContent ?? "");
    sign().classList.remove("ok");
  }, 2000);

  document.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (pressed?.dataset.busy) {
      setTimeout(() => { pressed.disabled = true; pressed.textContent = pressed.dataset.busy; });
    }
  });

  const keys = document.getElementById("keys");
  keys?.querySelector("button").addEventListener("click", () => keys.close());
  const rows = () => [...document.querySelectorAll("main tbody tr, main .finds > li")].filter((row) => row.offsetParent);
  const here = () => document.activeElement?.closest("main tbody tr, main .finds > li");
  const enter = (row) => {
    const inside = row.querySelector("input[type=checkbox], th a[href], .acts a[href], a[href]") ?? row;
    if (inside === row) row.tabIndex = -1;
    inside.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows(), at = all.indexOf(here());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) enter(next);
  };
  let chosen = null;
  const choose = (isRange) => {
    const box = here()?.querySelector("input[type=checkbox]");
    if (!box) return;
    const all = [...document.querySelectorAll("main tbody input[type=checkbox]")];
    const [from, to] = [all.indexOf(chosen ?? box), all.indexOf(box)].sort((a, b) => a - b);
    const value = isRange && chosen ? chosen.checked : !box.checked;
    for (const one of isRange && chosen ? all.slice(from, to + 1) : [box]) one.checked = value;
    chosen = box;
  };
  const places = { t: "/", p: "/plans", s: "/explain", o: "/orders", l: "/stock", q: "/queue", f: "/findings", c: "/conflicts", r: "/runs" };
  const acts = {
    "/": () => document.getElementById("q")?.focus(),
    "?": () => keys?.showModal(),
    j: () => step(1),
    k: () => step(-1),
    x: () => choose(false),
    X: () => choose(true),
    a: () => document.querySelector("main [data-key=a]")?.focus(),
    u: () => document.querySelector("main [data-key=u]")?.focus(),
    Enter: () => here()?.querySelector("a[href]")?.click(),
  };
  let leads = 0;
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    const isBox = event.target.matches?.("input[type=checkbox]");
    if (keys?.open || (event.target.closest?.("input, textarea, select") && !isBox)) return;
    if (event.key === "Enter" && !isBox) return;
    const isLed = Date.now() - leads < 1500;
    leads = event.key === "g" && !isLed ? Date.now() : 0;
    if (isLed && places[event.key]) location.assign(places[event.key]);
    else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  });
}
