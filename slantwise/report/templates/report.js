// The report's reader: unpacks the articles, filters, pages and shows them; sorts tables; shows tips.
// Text from outside goes into the page as text nodes only.
"use strict";
(() => {
  const STANCES = ["accusatory", "neutral", "defending"];
  const SIGNS = ["▼", "■", "▲"];
  const VOICES = ["outlet", "target", "other"];
  const PER_PAGE = 10;
  const HEADLINE = 1, FRESH = 2;
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
  const counted = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const most = (values) => values.indexOf(Math.max(...values));

  // A sentence's row: text, P(accusatory), P(defending), P(target's voice), P(other's voice) in thousandths, flags.
  const read = (row) => {
    const [text, accusatory, defending, target, other, flags] = row;
    const stances = [accusatory, 1000 - accusatory - defending, defending].map((p) => Math.max(0, p) / 1000);
    const voices = [1000 - target - other, target, other].map((p) => Math.max(0, p) / 1000);
    return { text, stances, voices, stance: most(stances), voice: most(voices), flags, score: stances[2] - stances[0] };
  };

  // ---- tips
  const tip = byId("tip");
  let pointed = null;
  const rows = (caption, names, values) => make("table", {}, make("caption", {}, caption),
    make("tbody", {}, ...names.map((name, i) => make("tr", {}, make("td", {}, name), make("td", {}, Math.round(values[i] * 100) + "%")))));
  const showTip = (node) => {
    hideTip();
    pointed = node;
    if (node.sentence) {
      const s = node.sentence;
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
    tip.style.top = Math.max(8, node.sentence && !below ? at.top - own.height - 8 : (node.sentence ? last.bottom : at.bottom) + 8) + "px";
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
  for (const table of document.querySelectorAll("table.sorted")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector(".sort").addEventListener("click", () => {
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
    }));
  }

  // ---- sentences
  const marked = (text, wanted) => {
    if (!wanted) return [text];
    const parts = [], low = text.toLowerCase();
    let from = 0;
    for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
      parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + wanted.length)));
      from = at + wanted.length;
    }
    return [...parts, text.slice(from)];
  };
  const spoken = (s, on = true, wanted = "", first = true) => {
    const level = s.stance === 1 ? 0 : Math.min(4, Math.max(1, Math.ceil(Math.abs(s.score) * 4)));
    const node = make("span", { class: `s ${STANCES[s.stance]} s${level}${on ? "" : " off"}`, role: "button", tabindex: first ? 0 : -1 },
      make("span", { class: "vh" }, `${STANCES[s.stance]}: `), make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[s.stance]),
      ...marked(s.text, wanted));
    node.sentence = s;
    return [node, make("span", { class: "voice" }, make("span", { class: "vh" }, "voice: "), VOICES[s.voice]), " "];
  };
  const link = (url) => {
    try {
      return ["http:", "https:"].includes(new URL(url).protocol);
    } catch { return false; }
  };

  const start = (data) => {
    const articles = data.articles.map(([outlet, title, date, url, origin, slant, items], number) => {
      const parts = items.map((item) => (Array.isArray(item) ? read(item) : item));
      const sentences = parts.filter((p) => p.text !== undefined);
      const all = [data.outlets[outlet], title, ...sentences.map((s) => s.text)].join("\n").toLowerCase();
      return { number, outlet, title, date, url, origin, slant: slant / 1000, parts, sentences, all };
    });

    // ---- the strongest sentences
    const list = byId("strongest-list");
    data.strongest.forEach((sides, outlet) => {
      const fill = (box) => ["Most accusing", "Most defending"].forEach((head, side) => {
        const quotes = sides[side].map(([title, row]) => make("blockquote", {}, ...spoken(read(row)),
          make("footer", {}, title)));
        box.append(make("div", {}, make("h3", {}, head), ...(quotes.length ? quotes : [make("p", { class: "muted" }, "none")])));
      });
      const box = make("div", { class: "even" });
      const many = sides.map((side, i) => `${side.length || "none"} ${["accusing", "defending"][i]}`).join(", ");
      const details = make("details", {},
        make("summary", {}, make("bdi", {}, data.outlets[outlet]), make("span", { class: "muted" }, ` · ${many}`)), box);
      details.addEventListener("toggle", () => { if (details.open && !box.childElementCount) fill(box); });
      if (!list.querySelector("[open]") && sides.some((side) => side.length)) details.open = true;
      list.append(details);
    });

    // ---- the articles
    data.outlets.forEach((name, i) => byId("f-outlet").append(make("option", { value: i }, name)));
    let found = articles, page = 0;
    const checked = (name) => new Set([...document.getElementsByName(name)].filter((b) => b.checked).map((b) => +b.value));
    const chosen = () => ({
      wanted: byId("f-search").value.trim().toLowerCase(), outlet: byId("f-outlet").value,
      stances: checked("stance"), voices: checked("voice"), order: byId("f-order").value,
    });
    const counts = (s, c) => c.stances.has(s.stance) && c.voices.has(s.voice);
    const shown = (a, c) => {
      const text = make("div", { class: "text" });
      let paragraph = make("p"), first = true;
      const titled = a.sentences.length && a.parts[0].flags & HEADLINE && a.parts[0].text === a.title;
      const head = titled ? make("h3", {}, ...spoken(a.parts[0], counts(a.parts[0], c), c.wanted))
        : make("h3", {}, ...marked(a.title || "Untitled", c.wanted));
      if (titled) first = false;
      for (const part of a.parts.slice(titled ? 1 : 0)) {
        if (part === 0) { paragraph.append(make("span", { class: "gap" }, "[…] ")); continue; }
        if (part.text === undefined) {
          part.split(/\n\s*/).forEach((line, i) => {
            if (i) { text.append(paragraph); paragraph = make("p"); }
            paragraph.append(make("span", { class: "gap" }, ...marked(line, c.wanted)), " ");
          });
          continue;
        }
        if (part.flags & (FRESH | HEADLINE)) { text.append(paragraph); paragraph = make("p"); }
        paragraph.append(...spoken(part, counts(part, c), c.wanted, first));
        first = false;
        if (part.flags & HEADLINE) { text.append(paragraph); paragraph = make("p"); }
      }
      text.append(paragraph);
      for (const p of [...text.children]) if (!p.textContent.trim()) p.remove();
      const about = [data.outlets[a.outlet], a.date, a.origin].filter(Boolean).join(" · ");
      const from = make("div", { class: "muted" }, make("bdi", {}, about), ` · slant ${signed(a.slant)}`);
      if (link(a.url)) from.append(" · ", make("a", { href: a.url, rel: "noopener noreferrer" }, "original"));
      return make("article", { class: "article group" }, head, from, text);
    };
    const draw = () => {
      const c = chosen(), pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
      page = Math.min(page, pages - 1);
      byId("article-list").replaceChildren(...found.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map((a) => shown(a, c)));
      byId("pages").hidden = pages < 2;
      byId("page").textContent = `Page ${page + 1} of ${pages}`;
      byId("before").disabled = page === 0;
      byId("next").disabled = page === pages - 1;
    };
    const filter = () => {
      const c = chosen();
      const all = c.stances.size === 3 && c.voices.size === 3;
      found = articles.filter((a) => (c.outlet === "" || a.outlet === +c.outlet) && (!c.wanted || a.all.includes(c.wanted))
        && (all || a.sentences.some((s) => counts(s, c))));
      const by = { read: (a, b) => a.number - b.number, accusing: (a, b) => a.slant - b.slant,
        defending: (a, b) => b.slant - a.slant, newest: (a, b) => (a.date < b.date) - (a.date > b.date) }[c.order];
      found.sort(by);
      page = 0;
      const matching = found.reduce((n, a) => n + a.sentences.filter((s) => counts(s, c)).length, 0);
      byId("found").textContent = `${counted(found.length, "article")} of ${articles.length.toLocaleString("en")}, `
        + `${counted(matching, "sentence")} of the chosen stances and voices`;
      draw();
    };
    const turn = (by) => () => {
      page += by;
      draw();
      byId("article-list").scrollIntoView({ block: "start" });
    };
    byId("before").addEventListener("click", turn(-1));
    byId("next").addEventListener("click", turn(1));
    byId("filters").addEventListener("input", filter);
    byId("filters").addEventListener("submit", (e) => e.preventDefault());
    filter();

    // ---- the sentences as CSV
    const cell = (value) => {
      const text = /^[=+\-@\t\r]/.test(value) && isNaN(value) ? "'" + value : String(value);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    byId("save").addEventListener("click", () => {
      const head = ["outlet", "title", "date", "url", "part", "sentence", "stance", ...STANCES, "voice", "score"];
      const lines = found.flatMap((a) => a.sentences.map((s) => [data.outlets[a.outlet], a.title, a.date, a.url,
        s.flags & HEADLINE ? "headline" : "body", s.text, STANCES[s.stance], ...s.stances, VOICES[s.voice], s.score.toFixed(3)]));
      const csv = "\ufeff" + [head, ...lines].map((line) => line.map(cell).join(",")).join("\n") + "\n";
      const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
      make("a", { href: url, download: byId("save").dataset.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
    document.documentElement.dataset.ready = "yes";
  };

  const unpack = async () => {
    const bytes = Uint8Array.from(atob(byId("pack").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    start(JSON.parse(await new Response(stream).text()));
  };
  unpack().catch((problem) => { byId("found").textContent = `The articles cannot be shown: ${problem}`; });
})();
