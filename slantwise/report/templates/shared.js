// What the report and the pages share: tips, stepping through sentences, tables that sort. They act on what is in the
// page now or comes into it later. Text from outside goes into the page as text nodes only.
"use strict";
const slantwise = (() => {
  const STANCES = ["accusatory", "neutral", "defending"];
  const SIGNS = ["▼", "■", "▲"];
  const VOICES = ["outlet", "target", "other"];
  const byId = (id) => document.getElementById(id);
  const make = (tag, options = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "class") node.className = value;
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const signed = (score) => (Math.round(score * 100) < 0 ? "−" : "+") + (Math.abs(Math.round(score * 100)) / 100).toFixed(2);

  // P(accusatory), P(defending), P(target's voice), P(other's voice) in thousandths.
  const probabilities = ([accusatory, defending, target, other]) => {
    const stances = [accusatory, 1000 - accusatory - defending, defending].map((p) => Math.max(0, p) / 1000);
    const voices = [1000 - target - other, target, other].map((p) => Math.max(0, p) / 1000);
    return { stances, voices, score: stances[2] - stances[0] };
  };

  // ---- tips
  const tip = byId("tip");
  let pointed = null;
  const rows = (caption, names, values) => make("table", {}, make("caption", {}, caption),
    make("tbody", {}, ...names.map((name, i) => make("tr", {}, make("td", {}, name), make("td", {}, Math.round(values[i] * 100) + "%")))));
  const showTip = (node) => {
    hideTip();
    pointed = node;
    const ofSentence = node.matches(".s");
    if (ofSentence) {
      const s = probabilities(node.dataset.p.split(" ").map(Number));
      tip.replaceChildren(make("div", {}, `Score ${signed(s.score)}`),
        rows("Stance", STANCES.map((n, i) => `${SIGNS[i]} ${n}`), s.stances), rows("Voice", VOICES, s.voices));
      node.setAttribute("aria-describedby", "tip");
    } else tip.replaceChildren(node.getAttribute("data-tip"));
    tip.hidden = false;
    const at = (node.getClientRects()[0]) || node.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const below = at.bottom + 8 + own.height < innerHeight;
    const last = node.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(at.left, innerWidth - own.width - 8)) + "px";
    tip.style.top = Math.max(8, ofSentence && !below ? at.top - own.height - 8 : (ofSentence ? last.bottom : at.bottom) + 8) + "px";
  };
  const hideTip = () => {
    if (pointed) pointed.removeAttribute("aria-describedby");
    pointed = null;
    tip.hidden = true;
  };
  const tipped = (target) => (target instanceof Element ? target.closest(".s, [data-tip]") : null);
  for (const event of ["pointerover", "focusin", "click"]) {
    document.addEventListener(event, (e) => {
      const node = tipped(e.target);
      if (node) showTip(node);
      else if (event !== "pointerover" || e.pointerType === "mouse") hideTip();
    });
  }
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") hideTip();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    const group = step && e.target instanceof Element && e.target.matches(".s") && e.target.closest(".group");
    if (!group) return;
    const all = [...group.querySelectorAll(".s")];
    const next = all[all.indexOf(e.target) + step];
    if (!next) return;
    e.preventDefault();
    e.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  addEventListener("scroll", () => { if (pointed && pointed !== document.activeElement) hideTip(); }, { passive: true });

  // ---- tables
  document.addEventListener("click", (e) => {
    const head = e.target instanceof Element && e.target.matches("table.sorted .sort") && e.target.closest("th");
    if (!head) return;
    const table = head.closest("table"), heads = [...head.parentElement.cells], column = heads.indexOf(head);
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const sorted = [...table.tBodies[0].rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return up ? order : -order;
    });
    table.tBodies[0].append(...sorted);
  });

  return { STANCES, SIGNS, VOICES, byId, make, signed, probabilities };
})();
