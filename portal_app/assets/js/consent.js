// A pad to draw a signature on, and the check of a dropped file. Strokes are kept in units of the drawing, so that they look the
// same at any size; the page hears of them when a stroke ends.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const at = (pad, e) => {
    const box = pad.getBoundingClientRect(), view = pad.viewBox.baseVal;
    const clamp = (v, most) => Math.max(0, Math.min(most, Math.round(v)));
    return [clamp(((e.clientX - box.left) / box.width) * view.width, view.width),
      clamp(((e.clientY - box.top) / box.height) * view.height, view.height)];
  };
  const path = (points) => `M${points[0].join(" ")}` + (points.slice(1).length ? points.slice(1) : points)
    .map((p) => `L${p.join(" ")}`).join("");
  let drawing = null;
  document.addEventListener("pointerdown", (e) => {
    const pad = e.target.closest?.("svg[data-lw-ink]");
    if (!pad || e.button) return;
    e.preventDefault();
    const line = document.createElementNS(NS, "path");
    pad.append(line);
    drawing = { pad, line, points: [at(pad, e)] };
    line.setAttribute("d", path(drawing.points));
  });
  document.addEventListener("pointermove", (e) => {
    if (!drawing) return;
    const next = at(drawing.pad, e), last = drawing.points.at(-1);
    if (Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]) < 3) return;
    drawing.points.push(next);
    drawing.line.setAttribute("d", path(drawing.points));
  });
  const end = () => {
    if (!drawing) return;
    const { pad, points } = drawing;
    drawing = null;
    pad.lwStrokes = [...(pad.lwStrokes || []), points];
    pad.parentElement.dispatchEvent(new CustomEvent("lwstrokes", { detail: pad.lwStrokes }));
  };
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
  window.lw.clearPad = (id) => {
    const pad = document.querySelector(`#${id} svg[data-lw-ink]`);
    if (!pad) return;
    pad.replaceChildren();
    pad.lwStrokes = [];
  };

  // --- the pages of a document are turned here; the server hears when the last one is shown ---------
  document.addEventListener("click", (e) => {
    const turn = e.target.closest?.("[data-lw-turn]");
    const box = turn?.closest("[data-lw-pages]");
    if (!box || turn.disabled) return;
    const pages = [...box.querySelectorAll("[data-lw-page]")];
    const at = Math.max(0, Math.min(pages.length - 1, pages.findIndex((p) => !p.hidden) + +turn.dataset.lwTurn));
    pages.forEach((page, i) => { page.hidden = i !== at; });
    box.querySelector("[data-lw-where]").textContent = `${box.dataset.lwPages} ${at + 1} of ${pages.length}`;
    for (const other of box.querySelectorAll("[data-lw-turn]"))
      other.disabled = +other.dataset.lwTurn < 0 ? at === 0 : at === pages.length - 1;
    if (at === pages.length - 1) box.dispatchEvent(new CustomEvent("lwlast"));
  });

  // --- a file is sent to be checked; the answer is words, and is shown as words --------------------
  const check = async (box, file) => {
    if (!file) return;
    const out = document.getElementById(box.dataset.lwVerify);
    const show = (kind, ...lines) => {
      out.className = `lw-note lw-verdict lw-${kind}`;
      out.replaceChildren(...lines.filter(Boolean).map((line, i) => {
        const p = document.createElement(i ? "p" : "h2");
        p.textContent = line;
        return p;
      }));
    };
    if (file.size > +box.dataset.lwMost) return show("warn", "This file is too big. A signed document is smaller.");
    show("info", "One moment …");
    const form = new FormData();
    form.append("file", file);
    try {
      const answer = await fetch("/verify", { method: "POST", body: form });
      const said = await answer.json();
      show(answer.ok ? (said.genuine ? "ok" : "danger") : "warn", ...said.lines);
    } catch { show("warn", "The file could not be sent. Try again."); }
  };
  const zone = (e) => e.target.closest?.("[data-lw-verify]");
  document.addEventListener("change", (e) => {
    const box = e.target.matches?.("input[type=file]") && zone(e);
    if (box) { check(box, e.target.files[0]); e.target.value = ""; }
  });
  for (const name of ["dragover", "dragleave", "drop"])
    document.addEventListener(name, (e) => {
      const box = zone(e);
      if (!box) return;
      e.preventDefault();
      box.classList.toggle("lw-over", name === "dragover");
      if (name === "drop") check(box, e.dataTransfer.files[0]);
    });
})();
