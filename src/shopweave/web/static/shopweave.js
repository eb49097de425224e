// Small things that the pages do by themselves; every page also works without them.
const sign = () => document.getElementById("live");
setInterval(() => {
  const words = sign()?.querySelector(".words");
  if (!words || !words.textContent.startsWith("Live")) return;
  const at = new Date(sign().dataset.at);
  if (Date.now() - at < 12000) return;
  words.textContent = `Not live since ${at.toTimeString().slice(0, 5)}, trying`;
  sign().classList.remove("ok");
}, 2000);
document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off") return;
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});
document.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  if (pressed?.dataset.busy) {
    setTimeout(() => { pressed.disabled = true; pressed.textContent = pressed.dataset.busy; });
  }
});
