// The report's reader: unpacks the articles, filters, pages and shows them.
// Text from outside goes into the page as text nodes only.
(() => {
  const { STANCES, SIGNS, VOICES, byId, make, signed, probabilities } = slantwise;
  const PER_PAGE = 10;
  const HEADLINE = 1;
  const counted = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const most = (values) => values.indexOf(Math.max(...values));

  // A sentence's row: text, P(accusatory), P(defending), P(target's voice), P(other's voice) in thousandths, flags.
  const read = ([text, ...numbers]) => {
    const found = probabilities(numbers);
    return { text, p: numbers.slice(0, 4), flags: numbers[4], stance: most(found.stances), voice: most(found.voices), ...found };
  };

  // ---- sentences; the pages' macro `sentence` writes the same
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
    const level = s.stance === 1 ? 0 : Math.min(4, Math.max(1, Math.ceil(Math.abs(s.p[1] - s.p[0]) * 4 / 1000)));
    const node = make("span", { class: `s ${STANCES[s.stance]} s${level}${on ? "" : " off"}`, "data-p": s.p.join(" "),
      role: "button", tabindex: first ? 0 : -1 },
      make("span", { class: "vh" }, `${STANCES[s.stance]}: `), make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[s.stance]),
      ...marked(s.text, wanted));
    return [node, make("span", { class: "voice" }, make("span", { class: "vh" }, "voice: "), VOICES[s.voice]), " "];
  };
  const link = (url) => {
    try {
      return ["http:", "https:"].includes(new URL(url).protocol);
    } catch { return false; }
  };

  const start = (data) => {
    const articles = data.articles.map(([outlet, title, date, url, origin, slant, rows], number) => {
      const paragraphs = rows.map((row) => row.map((item) => (Array.isArray(item) ? read(item) : item)));
      const sentences = paragraphs.flat().filter((item) => item.text !== undefined);
      const all = [data.outlets[outlet], title, ...sentences.map((s) => s.text)].join("\n").toLowerCase();
      return { number, outlet, title, date, url, origin, slant: slant / 1000, paragraphs, sentences, all };
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
      const opening = a.paragraphs[0][0];
      const titled = opening.flags & HEADLINE && opening.text === a.title;
      const head = titled ? make("h3", {}, ...spoken(opening, counts(opening, c), c.wanted))
        : make("h3", {}, ...marked(a.title || "Untitled", c.wanted));
      let first = !titled;
      for (const paragraph of a.paragraphs.slice(titled ? 1 : 0)) {
        const p = make("p");
        for (const item of paragraph) {
          if (item.text === undefined) p.append(make("span", { class: "gap" }, ...(item ? marked(item, c.wanted) : ["[…]"])), " ");
          else {
            p.append(...spoken(item, counts(item, c), c.wanted, first));
            first = false;
          }
        }
        text.append(p);
      }
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
