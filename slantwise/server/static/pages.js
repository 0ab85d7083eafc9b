// The pages' own script. Everything works without it; with it, answers come without a reload, jobs are followed, and a
// form that is sent says so. What the server answers is a whole page, of which the part `#found` is taken.
(() => {
  const { byId } = slantwise;

  const take = (text, focus) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const [old, found] = [byId("found"), page.getElementById("found")];
    if (!found) throw new Error("the server gave no answer that can be shown");
    if (old.innerHTML !== found.innerHTML) {
      const held = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      old.replaceWith(document.adoptNode(found));
      if (focus) (found.querySelector(".problem") || found.querySelector("h2[tabindex]") || found).focus();
      else if (held) [...found.querySelectorAll("a")].find((a) => a.getAttribute("href") === held)?.focus();
    }
    // What is read out is not itself replaced.
    const said = byId("said");
    if (said && said.textContent !== found.dataset.title) said.textContent = found.dataset.title;
    document.title = page.title;
    return byId("found");
  };
  const told = (problem) => {
    const box = document.createElement("div");
    box.className = "problem";
    box.setAttribute("role", "alert");
    box.append(`That did not work: ${problem}`);
    byId("found").replaceChildren(box);
  };

  // ---- one text
  const judge = byId("judge");
  if (judge) judge.addEventListener("submit", async (e) => {
    e.preventDefault();
    const button = judge.querySelector(".primary"), label = button.textContent;
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Judging …";
    try {
      const answer = await fetch(judge.action, { method: "POST", body: new FormData(judge), redirect: "error" });
      if (answer.status === 401) { location.reload(); return; }
      const text = await answer.text();
      if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error(JSON.parse(text).detail || answer.statusText);
      take(text, true).scrollIntoView({ block: "start" });
    } catch (problem) {
      told(problem instanceof TypeError ? "The server cannot be reached." : problem.message);
    }
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });

  // ---- many articles
  const upload = byId("upload");
  if (upload) {
    upload.addEventListener("submit", (e) => {
      const files = [...upload.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
      const megabytes = files.reduce((sum, file) => sum + file.size, 0) / 2 ** 20;
      const [mostFiles, mostMegabytes] = [+upload.dataset.mostFiles, +upload.dataset.mostMegabytes];
      if (files.length > mostFiles || megabytes >= mostMegabytes) {
        e.preventDefault();
        told(`these are ${files.length.toLocaleString("en")} files, ${megabytes.toFixed(1)} MB; at most ${mostFiles.toLocaleString("en")} and ${mostMegabytes} MB are taken.`);
        byId("found").scrollIntoView({ block: "center" });
        return;
      }
      byId("sending").textContent = files.length ? `Sending ${files.length.toLocaleString("en")} files, ${megabytes.toFixed(1)} MB …` : "Sending …";
      const button = upload.querySelector(".primary");
      if (button.getAttribute("aria-disabled") === "true") e.preventDefault();
      button.setAttribute("aria-disabled", "true");
    });
    addEventListener("pageshow", () => {
      upload.querySelector(".primary").removeAttribute("aria-disabled");
      byId("sending").textContent = "";
    });
  }

  // ---- a job
  let pause = 500;
  const follow = async () => {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 404) { location.reload(); return; }  // signed out, or deleted
      const found = take(await answer.text(), false);
      if (!("poll" in found.dataset)) return;
    } catch { /* the server may be starting anew */ }
    pause = Math.min(5000, pause * 1.25);
    setTimeout(follow, pause);
  };
  if (byId("found") && "poll" in byId("found").dataset) setTimeout(follow, pause);
  document.documentElement.dataset.ready = "yes";
})();
